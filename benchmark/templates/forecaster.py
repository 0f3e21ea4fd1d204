"""A forecaster of your own: find the most similar moment of the past, and repeat the changes that followed it.

Keep the interface and replace the method. Check the file and run it beside others:

    dysts-benchmark check my_forecaster:factory
    dysts-benchmark run quick --forecasters NVAR,my_forecaster:factory
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

WINDOW = 10
"""Number of points that are compared."""


class Analogue:
    """Repeats the changes that followed the piece of the past nearest to its end."""

    def __init__(self, *, season_length: int, seed: int) -> None:
        self._season_length = season_length
        # Draw all random numbers from here, anew in each fit, so that the same seed gives the same forecast.
        self._seed = seed
        self._changes: FloatArray | None = None

    def fit(self, series: ArrayLike) -> Self:
        """Receive a series [time, component] in raw units, and return the fitted forecaster."""
        known = np.array(series, dtype=np.float64)
        if known.ndim != 2 or len(known) < 3 * WINDOW:
            raise ValueError(f"series must be an array [time, component] of {3 * WINDOW} points or more")
        if not np.isfinite(known).all():
            raise ValueError("series must have no missing values")
        scaled = (known - known.mean(axis=0)) / np.where(known.std(axis=0) > 0.0, known.std(axis=0), 1.0)
        pieces = np.lib.stride_tricks.sliding_window_view(scaled[:-WINDOW], WINDOW, axis=0)
        distances = ((pieces - scaled[-WINDOW:].T) ** 2).sum(axis=(1, 2))
        after = int(distances.argmin()) + WINDOW
        self._last = known[-1]
        self._changes = np.diff(known[after - 1 :], axis=0)
        return self

    def predict(self, horizon: int) -> FloatArray:
        """Return the next points [horizon, component] in raw units; a longer forecast begins with the shorter one."""
        if self._changes is None:
            raise RuntimeError("fit the forecaster before it predicts")
        if isinstance(horizon, bool) or not isinstance(horizon, int | np.integer) or horizon < 1:
            raise ValueError(f"horizon must be a positive whole number, got {horizon!r}")
        changes = np.resize(self._changes, (int(horizon), self._changes.shape[1]))
        forecast: FloatArray = self._last + np.cumsum(changes, axis=0)
        return forecast


def factory(*, preset: str, season_length: int, seed: int) -> Any:
    """Return an unfitted forecaster; the benchmark calls it for each cell.

    Parameters
    ----------
    preset : str
        ``"fast"`` or another name of settings that you tell apart.
    season_length : int
        Number of points in a period of the system.
    seed : int
        Seed of every random choice.
    """
    if preset not in ("fast", "paper"):
        raise ValueError(f"preset must be 'fast' or 'paper', got {preset!r}")
    return Analogue(season_length=season_length, seed=seed)
