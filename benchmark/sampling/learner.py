"""An LSTM that learns the next point of a scalar series; small enough to train within seconds."""

from typing import Any

import numpy as np

from benchmark.sampling.settings import Settings
from dysts.errors import MissingPackageError
from dysts.version import install_command

LIMIT = 10.0
"""Bound on the values of a rollout, in standard deviations of the training series."""


class Learner:
    """An LSTM with its optimiser.

    Parameters
    ----------
    settings : Settings
    seed : int
        Of the weights and batches.
    change : float
        Standard deviation of the changes from a point of the training series to the next: the unit of the output where
        the settings ask for increments.

    Raises
    ------
    MissingPackageError
        If torch is not installed.
    """

    def __init__(self, settings: Settings, seed: int, *, change: float) -> None:
        try:
            import torch
        except ImportError as error:
            raise MissingPackageError(f"sampling needs {error.name}: {install_command('neural')}") from error
        self._torch = torch
        self._settings = settings
        # A loss in the unit of the output, so that the rate of Adam has one meaning for fine and coarse series.
        self._unit = change if settings.increments else 1.0
        self._generator = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self._net = torch.nn.LSTM(1, settings.hidden, settings.layers, batch_first=True)
        self._head = torch.nn.Linear(settings.hidden, 1)
        weights = [*self._net.parameters(), *self._head.parameters()]
        self._optimiser = torch.optim.Adam(weights, lr=settings.rate)

    def _next(self, given: Any, state: Any = None) -> tuple[Any, Any]:
        """Return the prediction of the next point after each given one, and the state of the LSTM."""
        output, state = self._net(given, state)
        predicted = self._head(output)
        return (given + self._unit * predicted if self._settings.increments else predicted), state

    def _windows(self, series: np.ndarray, size: int) -> Any:
        """Return all windows of a series, one after each other: tensor [window, time, 1]."""
        windows = np.lib.stride_tricks.sliding_window_view(series, size)
        return self._torch.as_tensor(windows.astype(np.float32))[..., None]

    def train(self, pieces: np.ndarray, steps: int) -> None:
        """Take so many steps on random windows of pieces: float64 [piece, time]."""
        torch, size = self._torch, self._settings.window + 1
        windows = np.lib.stride_tricks.sliding_window_view(pieces, size, axis=1).reshape(-1, size)
        for _ in range(steps):
            chosen = windows[self._generator.integers(len(windows), size=self._settings.batch)]
            batch = torch.as_tensor(chosen, dtype=torch.float32)[..., None]
            self._optimiser.zero_grad()
            loss = (((self._next(batch[:, :-1])[0] - batch[:, 1:]) / self._unit) ** 2).mean()
            loss.backward()
            self._optimiser.step()

    def squared_errors(self, series: np.ndarray) -> np.ndarray:
        """Return the squared errors of one step along a series, each from the window before it: float64 [time].

        The points of the first window are predicted from the fewer points before them, and the first has the error 0.
        """
        with self._torch.no_grad():
            windows = self._windows(series, self._settings.window + 1)
            gaps = (self._next(windows[:, :-1])[0] - windows[:, 1:])[..., 0].numpy().astype(np.float64)
        return np.concatenate([[0.0], gaps[0, :-1] ** 2, gaps[:, -1] ** 2])

    def forecasts(self, windows: np.ndarray, horizon: int) -> np.ndarray:
        """Return the points after each window, every prediction fed back as input: float64 [window, time].

        Parameters
        ----------
        windows : numpy.ndarray [window, time]
        horizon : int
        """
        torch = self._torch
        found = []
        with torch.no_grad():
            predicted, state = self._next(torch.as_tensor(windows, dtype=torch.float32)[..., None])
            given = predicted[:, -1:].clamp(-LIMIT, LIMIT)
            for _ in range(horizon):
                found.append(given)
                predicted, state = self._next(given, state)
                given = predicted.clamp(-LIMIT, LIMIT)
            values: np.ndarray = torch.cat(found, dim=1)[..., 0].numpy().astype(np.float64)
        return values
