"""Defines the season of a series as a setting, and estimates it where the setting is None."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasters.base import Config
from forecasters.checks import checked_choice, checked_count

FloatArray = NDArray[np.float64]

# Fewer than this many periods in the series are a trend rather than a season.
_FEWEST_PERIODS = 2
_PADDING = 8


@dataclass(frozen=True, kw_only=True)
class SeasonalConfig(Config):
    """The base class of configurations of methods that remove a season from the series.

    Parameters
    ----------
    season : str
        ``"additive"`` or ``"none"``.
    season_length : int, optional
        Samples per season; estimated from the series if None.
    """

    season: str = "additive"
    season_length: int | None = None

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        checked_choice("season", self.season, ("additive", "none"))
        if self.season_length is not None:
            checked_count("season_length", self.season_length, least=1)

    @property
    def shortest_series(self) -> int:
        """Points of two whole seasons, and at least eight."""
        return max(8, 2 * (self.season_length or 1) if self.season == "additive" else 1)


def estimate_season_length(series: FloatArray) -> int:
    """Return the dominant period of a series in samples.

    The linear trend of each component is removed, a Hann window applied, and the spectra, each normalised
    to unit power so that every component counts alike, are summed. The period is that of the highest peak
    among frequencies with at least two periods in the series.

    Parameters
    ----------
    series : ndarray, float64 [time, component]
        Evenly sampled.

    Returns
    -------
    int
        At least 1; 1 if the series is constant or shorter than 8 points.

    Examples
    --------
    >>> estimate_season_length(np.sin(2 * np.pi * np.arange(500) / 40)[:, None])
    40
    """
    length = len(series)
    if length < 8:
        return 1
    time = np.linspace(-1.0, 1.0, length)[:, None]
    # A constant must come out as zeros, which subtracting its rounded mean would not give.
    relative = series - series[0]
    centered = relative - relative.mean(axis=0)
    detrended = centered - time * (time * centered).sum(axis=0) / (time**2).sum()
    spectrum = np.abs(np.fft.rfft(detrended * np.hanning(length)[:, None], n=_PADDING * length, axis=0)) ** 2
    power = spectrum.sum(axis=0)
    spectrum = (spectrum / np.where(power > 0, power, 1.0)).sum(axis=1)
    first = _FEWEST_PERIODS * _PADDING
    if not spectrum[first:].any():
        return 1
    return max(1, round(_PADDING * length / (first + int(spectrum[first:].argmax()))))
