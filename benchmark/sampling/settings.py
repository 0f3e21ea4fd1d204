"""The settings of a run on sampling; the same for all samplings, so that they differ in nothing else."""

from dataclasses import dataclass

from dysts.checks import check_count

SCORES = {
    "errors": "error of the free forecast (symmetric MAPE, 0 to 2)",
    "half_period": "error of the free forecast over half a period (standard deviations)",
    "one_step": "error of forecasts of one point (standard deviations)",
}
"""Columns of a table with the errors over the steps, and their words. The first is the score of the paper of 2021; the
others fall long before it does."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a cell trains on and how long.

    Attributes
    ----------
    points_per_period : int
    train, horizon : int
        Number of points of the training series, and of a free forecast.
    origins : int
        Number of free forecasts that are scored together, from places half a period apart, the first at the end of the
        training series.
    rounds, starts, length : int
        In each round so many pieces of so many points are drawn.
    steps : int
        Optimiser steps in each round.
    checkpoints : int
        Number of times in each round that the forecasts are scored.
    window, hidden, layers, batch : int
        Points of the input, and size of the LSTM and of a batch.
    increments : bool
        Whether the LSTM predicts the change to the next point, in units of the standard deviation of such changes, or
        the next point itself.
    rate : float
        Learning rate of Adam.
    displacement : float
        Largest displacement of a new start in each variable, as in the protocol.
    """

    points_per_period: int = 30
    train: int = 1000
    horizon: int = 60
    origins: int = 20
    rounds: int = 5
    starts: int = 10
    length: int = 45
    steps: int = 100
    checkpoints: int = 2
    window: int = 30
    hidden: int = 25
    layers: int = 2
    batch: int = 32
    increments: bool = True
    rate: float = 5e-3
    displacement: float = 0.005

    def __post_init__(self) -> None:
        counts = ("rounds", "starts", "steps", "checkpoints", "hidden", "layers", "batch", "horizon", "origins")
        for name in counts:
            check_count(name, getattr(self, name))
        check_count("length", self.length, least=self.window + 2)
        check_count("train", self.train, least=self.length + self.window)

    @property
    def half(self) -> int:
        """Number of points in half a period."""
        return max(1, self.points_per_period // 2)

    @property
    def future(self) -> int:
        """Number of points after the training series that the forecasts need."""
        return (self.origins - 1) * self.half + self.horizon

    @property
    def steps_at_checkpoints(self) -> tuple[int, ...]:
        """Optimiser steps after which the forecasts are scored."""
        every = self.steps // self.checkpoints
        return tuple(every * (number + 1) for number in range(self.rounds * self.checkpoints))


FORMS = {
    "short": Settings(),
    "published": Settings(
        points_per_period=100,
        horizon=200,
        origins=1,
        length=150,
        window=50,
        steps=940,
        increments=False,
        rate=1e-3,
    ),
}
"""Settings by name: ours, which learn within 500 steps, and those of the protocol of 2021, whose five rounds of thirty
epochs are 4700 steps."""
