"""The settings of a run on sampling; the same for all samplings, so that they differ in nothing else."""

from dataclasses import dataclass

from dysts.checks import check_count


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a cell trains on and how long.

    Attributes
    ----------
    points_per_period : int
    train, horizon : int
        Number of points of the training series, and of the forecast that is scored.
    rounds, starts, length : int
        In each round so many pieces of so many points are drawn.
    steps : int
        Optimiser steps in each round.
    checkpoints : int
        Number of times in each round that the forecast is scored.
    window, hidden, layers, batch : int
        Points of the input, and size of the LSTM and of a batch.
    rate : float
        Learning rate of Adam.
    displacement : float
        Largest displacement of a new start in each variable, as in the protocol.
    """

    points_per_period: int = 100
    train: int = 1000
    horizon: int = 200
    rounds: int = 5
    starts: int = 10
    length: int = 150
    steps: int = 100
    checkpoints: int = 2
    window: int = 50
    hidden: int = 25
    layers: int = 2
    batch: int = 32
    rate: float = 1e-3
    displacement: float = 0.005

    def __post_init__(self) -> None:
        for name in ("rounds", "starts", "steps", "checkpoints", "hidden", "layers", "batch", "horizon"):
            check_count(name, getattr(self, name))
        check_count("length", self.length, least=self.window + 2)
        check_count("train", self.train, least=self.length + self.window)

    @property
    def steps_at_checkpoints(self) -> tuple[int, ...]:
        """Optimiser steps after which the forecast is scored."""
        every = self.steps // self.checkpoints
        return tuple(every * (number + 1) for number in range(self.rounds * self.checkpoints))
