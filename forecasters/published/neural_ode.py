"""The neural ordinary differential equation of the 2023 paper."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_count, checked_number
from forecasters.isolation import imports_for, isolated
from forecasters.libraries.devices import checked_device, choose_device
from forecasters.published.raw_units import RawForecaster

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PublishedNeuralODEConfig(Config):
    """Settings of `PublishedNeuralODE`.

    Parameters
    ----------
    window : int
        Samples of a training trajectory, its first included; at most half of the series.
    units : int
        Width of every layer.
    steps, batch_size : int
        Optimisation steps, and trajectories in each, whose starts differ.
    learning_rate : float
        Of Adam, constant.
    weight_scale : float
        Standard deviation of the initial weights.
    late : int
        Samples by which a forecast is late. The paper's is so by one: its first point is the last sample.
    device : str
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"cuda:N"``; see `forecasters.libraries.devices`.
    """

    window: int = 30
    units: int = 30
    steps: int = 500
    batch_size: int = 128
    learning_rate: float = 1e-2
    weight_scale: float = 0.1
    late: int = 1
    device: str = "auto"

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_count("window", self.window, least=2)
        for name in ("units", "steps", "batch_size"):
            checked_count(name, getattr(self, name), least=1)
        for name in ("learning_rate", "weight_scale"):
            checked_number(name, getattr(self, name), above=0.0)
        checked_count("late", self.late, least=0)
        checked_device(self.device)


class PublishedNeuralODE(RawForecaster[PublishedNeuralODEConfig]):
    """The neural ODE of the 2023 paper: a small residual network in raw units, trained on windows of the series.

    The unit of time is a sample. Trajectories are advanced by one Runge-Kutta step of order four per sample, where
    the paper has an adaptive method of order five with a relative tolerance of 1e-7, which single precision does not
    resolve. Only the window is tuned.

    References
    ----------
    R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud, Neural ordinary differential equations,
    NeurIPS 2018, arXiv:1806.07366.
    W. Gilpin, Model scale versus domain knowledge in statistical forecasting of chaotic systems,
    Phys. Rev. Research 5, 043252 (2023), doi:10.1103/PhysRevResearch.5.043252.

    Examples
    --------
    >>> time = 0.1 * np.arange(400)
    >>> series = np.column_stack([np.sin(time), np.cos(time)])
    >>> forecast = PublishedNeuralODE(PublishedNeuralODEConfig(window=5)).fit(series[:300]).predict(20)
    >>> bool(np.array_equal(forecast[0].astype(np.float32), series[299].astype(np.float32)))
    True
    """

    config_type = PublishedNeuralODEConfig
    needs = ("torch",)
    extra = "neural"
    grid = {"window": (2, 5, 15, 30, 60, 120)}  # noqa: RUF012 - class data

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return 12

    def _fit(self, series: FloatArray) -> None:
        with imports_for("NeuralODE (published)", extra=self.extra):
            import torch
        config = self.config
        single = series.astype(np.float32)
        self._device = choose_device(config.device, torch.cuda)
        with isolated("NeuralODE (published)", seed=self.seed):
            points = torch.from_numpy(single).to(self._device)
            self._field: Any = _network(series.shape[1], config).to(self._device)
            window = min(config.window, len(points) // 2)
            self._train(points.unfold(0, window, 1).permute(2, 0, 1)[:, :-1])
        self._last = single[-1].astype(np.float64)

    def _train(self, windows: Any) -> None:
        """Fit the field to windows of the series [time, start, component]."""
        import torch

        config, parameters = self.config, list(self._field.parameters())
        optimizer = torch.optim.Adam(parameters, lr=config.learning_rate)
        for _ in range(config.steps):
            chosen = torch.randperm(windows.shape[1])[: config.batch_size].to(windows.device)
            truth = windows[:, chosen]
            states = [truth[0]]
            for _ in range(len(truth) - 1):
                states.append(self._flow(states[-1]))
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.mse_loss(torch.stack(states), truth).backward()
            optimizer.step()

    def _flow(self, state: Any) -> Any:
        """Return the states [case, component] one sample later."""
        first = self._field(state)
        second = self._field(state + 0.5 * first)
        third = self._field(state + 0.5 * second)
        return state + (first + 2.0 * (second + third) + self._field(state + third)) / 6.0

    def _initial(self) -> FloatArray:
        return self._last.copy()

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        import torch

        with isolated("NeuralODE (published)", seed=self.seed), torch.inference_mode():
            now = torch.from_numpy(state.astype(np.float32)).to(self._device)
            following: FloatArray = self._flow(now).cpu().numpy().astype(np.float64)
        return following, following

    def _roll_out(self, horizon: int) -> FloatArray:
        import torch

        with isolated("NeuralODE (published)", seed=self.seed), torch.inference_mode():
            now = torch.from_numpy(self._last.astype(np.float32)).to(self._device)
            path = [now] * min(self.config.late, horizon)
            while len(path) < horizon:
                now = self._flow(now)
                path.append(now)
            return np.asarray(torch.stack(path).cpu().numpy(), dtype=np.float64)


def _network(components: int, config: PublishedNeuralODEConfig) -> Any:
    import torch
    from torch import nn

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(
                nn.Linear(config.units, config.units), nn.SiLU(), nn.Linear(config.units, config.units), nn.SiLU()
            )

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            added: torch.Tensor = values + self.inner(values)
            return added

    network = nn.Sequential(
        nn.Linear(components, config.units), nn.Tanh(), Residual(), nn.Linear(config.units, components)
    )
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=config.weight_scale)
            nn.init.zeros_(module.bias)
    return network
