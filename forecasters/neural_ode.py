"""Neural ordinary differential equation, trained on batched windows."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError
from forecasters.base import Config
from forecasters.checks import checked_count, checked_number
from forecasters.closed_loop import LaggedForecaster
from forecasters.isolation import imports_for, isolated
from forecasters.libraries.devices import checked_device, choose_device
from forecasters.libraries.recording import WORTHWHILE, recorded
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]

CURVE_STEPS = 10
"""Number of optimisation steps whose mean loss is one point of the learning curve."""


@dataclass(frozen=True, kw_only=True)
class NeuralODEConfig(Config):
    """Settings of `NeuralODE`.

    Parameters
    ----------
    width, layers : int
        Units of each hidden layer of the vector field, and number of hidden layers.
    window : int
        Samples that a training trajectory spans after its first (at most a quarter of the series).
    substeps : int
        Runge-Kutta steps from one sample to the next.
    steps, batch_size : int
        Optimisation steps, and trajectories in each.
    learning_rate : float
        Learning rate of Adam, or its peak where a schedule changes it.
    one_cycle : bool
        Whether the learning rate rises to its peak and falls to zero (one-cycle schedule) or is constant.
    gradient_clip : float
        Largest norm of a gradient.
    device : str
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"cuda:N"``; see `forecasters.libraries.devices`.
    """

    width: int = 64
    layers: int = 2
    window: int = 4
    substeps: int = 1
    steps: int = 800
    batch_size: int = 256
    learning_rate: float = 1e-2
    one_cycle: bool = True
    gradient_clip: float = 1.0
    device: str = "auto"

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        for name in ("width", "layers", "window", "substeps", "steps", "batch_size"):
            checked_count(name, getattr(self, name), least=1)
        for name in ("learning_rate", "gradient_clip"):
            checked_number(name, getattr(self, name), above=0.0)
        if not isinstance(self.one_cycle, bool):
            raise InvalidArgumentError(f"one_cycle must be a boolean, got {self.one_cycle!r}")
        checked_device(self.device)


class NeuralODE(LaggedForecaster[NeuralODEConfig]):
    """An autonomous differential equation whose right-hand side is a neural network.

    The network (fully connected, with SiLU units) gives the rate of change of all components. It is trained so that the
    fourth-order Runge-Kutta solution from a sample of the series meets the samples that follow, on many short
    windows at once. The forecast continues from the last sample, held in a box around the training range (see
    `diverged_at`).

    Differences from the reference: a fixed step, so that a batch advances together; gradients through the
    solver's steps instead of the adjoint equation, exact and cheaper for short windows; windows of a few samples,
    since the error of longer ones is dominated by chaos.

    Attributes
    ----------
    learning_curve : tuple of (int, float)
        Of the last fit: numbers of steps, and the mean loss of the last ten, in squares of a typical change between
        samples.

    References
    ----------
    R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, Neural ordinary differential equations,
    NeurIPS 2018, arXiv:1806.07366.

    Examples
    --------
    >>> time = 0.1 * np.arange(400)
    >>> series = np.column_stack([np.sin(time), np.cos(time)])
    >>> config = NeuralODEConfig(width=16, steps=150, batch_size=64)
    >>> forecast = NeuralODE(config).fit(series[:300]).predict(50)
    >>> bool(np.abs(forecast - series[300:350]).max() < 0.2)
    True
    """

    config_type = NeuralODEConfig
    needs = ("torch",)
    extra = "neural"
    _single = True
    learning_curve: tuple[tuple[int, float], ...] = ()
    presets = {  # noqa: RUF012 - class data, annotated in the base class
        "fast": {},
        "paper": {"window": 30, "batch_size": 32, "steps": 500, "learning_rate": 1e-3, "one_cycle": False},
    }
    grid = {"window": (2, 5, 15, 30, 60, 120)}  # noqa: RUF012

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 12

    def _fit(self, series: FloatArray) -> None:
        with imports_for("NeuralODE", extra=self.extra):
            import torch
        config = self.config
        single = series.astype(np.float32)
        device = choose_device(config.device, torch.cuda)
        with isolated("NeuralODE", seed=self.seed):
            points = torch.from_numpy(single).to(device)
            # In units of a typical change between samples, so that the network's output is of order one.
            self._rate = float(np.sqrt(np.mean(np.diff(series, axis=0) ** 2)))
            self._field: Any = _network(series.shape[1], config).to(device)
            window = min(config.window, len(points) // 4)
            windows = points.unfold(0, window + 1, 1).permute(2, 0, 1)
            self.learning_curve = self._train(windows)
        self._device = device
        self._history = single[-1:].astype(np.float64)
        self._box = Box.around(series).rounded(np.float32)

    def _train(self, windows: Any) -> tuple[tuple[int, float], ...]:
        """Fit the field to windows of the series [time, start, component], and return the learning curve."""
        import torch

        config, parameters = self.config, list(self._field.parameters())
        optimizer = torch.optim.Adam(parameters, lr=config.learning_rate, fused=True)
        schedule = (
            torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.learning_rate, total_steps=config.steps)
            if config.one_cycle
            else None
        )
        losses = torch.empty(config.steps, device=windows.device)
        for done in range(config.steps):
            chosen = torch.randint(windows.shape[1], (config.batch_size,)).to(windows.device)
            truth = windows[:, chosen]
            state, error = truth[0], torch.zeros((), device=truth.device)
            for wanted in truth[1:]:
                state = self._flow(state)
                error = error + torch.nn.functional.mse_loss(state, wanted)
            optimizer.zero_grad(set_to_none=True)
            # Relative to the size of a step, so that the clip means the same for every system.
            loss = error / (len(truth) - 1) / self._rate**2
            losses[done] = loss.detach()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, config.gradient_clip)
            optimizer.step()
            if schedule is not None:
                schedule.step()
        ends = range(CURVE_STEPS, config.steps + 1, CURVE_STEPS)
        return tuple((end, float(losses[end - CURVE_STEPS : end].mean())) for end in ends)

    def _flow(self, state: Any) -> Any:
        """Return the states [case, component] one sample later."""
        step = 1.0 / self.config.substeps
        for _ in range(self.config.substeps):
            first = self._field(state) * self._rate
            second = self._field(state + 0.5 * step * first) * self._rate
            third = self._field(state + 0.5 * step * second) * self._rate
            fourth = self._field(state + step * third) * self._rate
            state = state + step / 6.0 * (first + 2.0 * (second + third) + fourth)
        return state

    def _next(self, window: FloatArray) -> FloatArray:
        import torch

        with isolated("NeuralODE", seed=self.seed), torch.inference_mode():
            now = torch.from_numpy(window[-1:].astype(np.float32)).to(self._device)
            following: FloatArray = self._flow(now)[0].cpu().numpy().astype(np.float64)
        return following

    def _roll_out(self, horizon: int) -> FloatArray:
        import torch

        with isolated("NeuralODE", seed=self.seed), torch.inference_mode():
            low, high, now = (
                torch.from_numpy(values.astype(np.float32)).to(self._device)
                for values in (self._box.low, self._box.high, self._history)
            )
            path = torch.empty((horizon, now.shape[1]), device=self._device)
            flow = self._flow if horizon < WORTHWHILE else recorded(self._field, self._flow, now)
            for index in range(horizon):
                # NaN compares with nothing and becomes the upper wall, as in the box.
                now = torch.fmax(torch.fmin(flow(now), high), low)
                path[index] = now[0]
            return path.cpu().numpy().astype(np.float64)


def _network(components: int, config: NeuralODEConfig) -> Any:
    import torch

    sizes = [components] + [config.width] * config.layers
    hidden: list[Any] = []
    for inputs, outputs in pairwise(sizes):
        hidden += [torch.nn.Linear(inputs, outputs), torch.nn.SiLU()]
    return torch.nn.Sequential(*hidden, torch.nn.Linear(sizes[-1], components))
