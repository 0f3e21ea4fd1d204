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

    Raises
    ------
    MissingPackageError
        If torch is not installed.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        try:
            import torch
        except ImportError as error:
            raise MissingPackageError(f"sampling needs {error.name}: {install_command('neural')}") from error
        self._torch = torch
        self._settings = settings
        self._generator = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self._net = torch.nn.LSTM(1, settings.hidden, settings.layers, batch_first=True)
        self._head = torch.nn.Linear(settings.hidden, 1)
        weights = [*self._net.parameters(), *self._head.parameters()]
        self._optimiser = torch.optim.Adam(weights, lr=settings.rate)

    def train(self, pieces: np.ndarray, steps: int) -> None:
        """Take so many steps on random windows of pieces: float64 [piece, time]."""
        torch, size = self._torch, self._settings.window + 1
        windows = np.lib.stride_tricks.sliding_window_view(pieces, size, axis=1).reshape(-1, size)
        for _ in range(steps):
            chosen = windows[self._generator.integers(len(windows), size=self._settings.batch)]
            batch = torch.as_tensor(chosen, dtype=torch.float32)[..., None]
            self._optimiser.zero_grad()
            loss = ((self._head(self._net(batch[:, :-1])[0]) - batch[:, 1:]) ** 2).mean()
            loss.backward()
            self._optimiser.step()

    def squared_errors(self, series: np.ndarray) -> np.ndarray:
        """Return the squared one-step errors along a series, 0 for its first point: float64 [time]."""
        torch = self._torch
        with torch.no_grad():
            values = torch.as_tensor(series, dtype=torch.float32)[None, :, None]
            predicted = self._head(self._net(values[:, :-1])[0])
            errors = ((predicted - values[:, 1:]) ** 2)[0, :, 0].numpy().astype(np.float64)
        return np.concatenate([[0.0], errors])

    def forecast(self, series: np.ndarray, horizon: int) -> np.ndarray:
        """Return the points after a series, each fed back as input: float64 [time]."""
        torch = self._torch
        found = np.empty(horizon)
        state: Any = None
        with torch.no_grad():
            given = torch.as_tensor(series[-self._settings.window :], dtype=torch.float32)[None, :, None]
            for number in range(horizon):
                output, state = self._net(given, state)
                given = self._head(output[:, -1:]).clamp(-LIMIT, LIMIT)
                found[number] = float(given)
        return found
