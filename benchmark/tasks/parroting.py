"""Context parroting: the reference that copies the continuation of the most similar piece of the past."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

WINDOW = 5
"""Points that are compared; the shorter of the two published windows, which forecasts longer from 1000 points."""


class ContextParroting:
    """Copy what followed the past window that is nearest to the last one, all components together.

    The distance between two windows is Euclidean, over all their points and components, each component in units of its
    standard deviation. Windows that share points with the last one are left out. Where the copied piece ends it is
    repeated.

    Parameters
    ----------
    window : int
        Points of a window; fewer where the series has fewer than two windows.

    References
    ----------
    Y. Zhang and W. Gilpin, "Context parroting: A simple but tough-to-beat baseline for foundation models in scientific
    machine learning", arXiv:2505.11349 (2025). There each component is copied from a window of its own.

    Examples
    --------
    >>> wave = np.sin(2 * np.pi * np.arange(50) / 20)[:, None]
    >>> forecast = ContextParroting().fit(wave).predict(30)
    >>> bool(np.allclose(forecast[:, 0], np.sin(2 * np.pi * np.arange(50, 80) / 20)))
    True
    """

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window

    def fit(self, series: NDArray[np.float64]) -> Self:
        """Find the continuation of the nearest window."""
        spread = series.std(axis=0)
        scaled = series / np.where(spread > 0.0, spread, 1.0)
        window = max(1, min(self._window, len(series) // 2))
        pieces = np.lib.stride_tricks.sliding_window_view(scaled, window, axis=0)
        earlier = pieces[: len(series) - 2 * window + 1]
        distances = ((earlier - pieces[-1]) ** 2).sum(axis=(1, 2))
        self._continuation = series[int(distances.argmin()) + window :].copy()
        return self

    def predict(self, horizon: int) -> NDArray[np.float64]:
        """Return the copy, repeated to the horizon."""
        return np.resize(self._continuation, (horizon, self._continuation.shape[1]))
