"""Features of one component of a series, computed from windows whose time is scaled by the series itself.

A window is first brought to a common sampling (`rescaled`): its unit of time is the inverse of its mean frequency, its
values have zero mean and unit standard deviation. Features of a window depend neither on its units nor on its step.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import ndimage

from dysts.errors import InvalidArgumentError, MissingPackageError
from dysts.version import install_command

POINTS_PER_CYCLE = 24
"""Number of points in a cycle after scaling."""
LEAST_CYCLES = 10.0
"""Least length of a window in cycles: over fewer, features of one system differ as much as those of two systems."""
MOST_CYCLES = 60.0
"""Largest length of a window in cycles; the rest of a longer series is left to further windows."""
MOST_WINDOWS = 8
"""Largest number of windows of a series that are looked at."""
LEAST_POINTS_PER_CYCLE = 4.0
"""Least number of points in a cycle that a series must have itself: fewer do not show the shape of a cycle."""
SMOOTHING = 1.0 / 24.0
"""Standard deviation in cycles of the Gaussian filter that all windows pass, which takes measurement noise away."""
QUARTER = POINTS_PER_CYCLE // 4
"""Number of points in a quarter of a cycle."""
LAGS = (3, 6, 12, 18, 24, 36, 48, 72, 96, 120)
"""Lags of the autocorrelation, in points."""
INCREMENT_LAGS = (3, 6, 12, 24)
"""Lags of the increments whose distribution is described, in points."""
QUANTILES = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98)
"""Quantiles of the distribution of the values."""
BANDS = (0.0, 0.12, 0.25, 0.45, 0.65, 0.85, 1.0, 1.15, 1.35, 1.7, 2.2, 3.0, 5.0)
"""Edges of the frequency bands, in cycles."""
LEAST_SHARE = 1e-4
"""Share of the spectral power below which bands are not told apart, as noise fills them first."""
PATTERNS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
"""Orders of three values."""


def mean_frequency(values: np.ndarray) -> float:
    """Return a mean frequency of a series, in cycles per point; NaN without power.

    The spectral power, less a floor of white noise, is weighted by its frequency, so that a slow drift does not hide an
    oscillation. The mean over the middle half of the weight moves steadily with the spectrum, unlike its highest peak
    or its median.

    Parameters
    ----------
    values : numpy.ndarray [time]

    Examples
    --------
    >>> round(mean_frequency(np.sin(2 * np.pi * np.arange(4000) / 125)), 4)
    0.008
    """
    power = np.abs(np.fft.rfft((values - values.mean()) * np.hanning(len(values)))) ** 2
    # The median of exponentially distributed powers is the mean times log 2.
    floor = np.median(power[-len(power) // 4 :]) / np.log(2.0)
    numbers = np.arange(len(power))
    shares = np.maximum.accumulate(np.cumsum(numbers * (power - floor)))
    if not shares[-1] > 0.0:
        return float("nan")
    inside = np.diff(np.clip(shares / shares[-1], 0.25, 0.75), prepend=0.25)
    return float((inside * numbers).sum() / inside.sum() / len(values))


def rescaled(values: np.ndarray, *, cycle: float | None = None) -> np.ndarray:
    """Return a window in units of its own: `POINTS_PER_CYCLE` points in a cycle, zero mean, unit standard deviation.

    Of a longer series the first `MOST_CYCLES` are taken.

    Parameters
    ----------
    values : numpy.ndarray [time]
    cycle : float, optional
        Number of points in a cycle; by default the inverse of the mean frequency.

    Raises
    ------
    InvalidArgumentError
        If the window is constant, has too few points in a cycle, or too few cycles.
    """
    spread = float(values.std())
    if not spread > 1e-12 * (1.0 + float(np.abs(values).max())):
        raise InvalidArgumentError("the series must vary, got a constant one")
    points = 1.0 / mean_frequency(values) if cycle is None else cycle
    if not points >= LEAST_POINTS_PER_CYCLE:
        raise InvalidArgumentError(
            f"the series must have {LEAST_POINTS_PER_CYCLE:g} points in a cycle, got {points:.2g}: "
            "it is sampled too coarsely, or noise without a time scale"
        )
    if len(values) < LEAST_CYCLES * points:
        raise InvalidArgumentError(
            f"the series must be {LEAST_CYCLES:g} cycles long, got {len(values) / points:.2g} cycles of "
            f"{points:.4g} points in {len(values)} points"
        )
    values = values[: round(MOST_CYCLES * points)]
    smooth = ndimage.gaussian_filter1d(values, SMOOTHING * points, mode="reflect")
    times = np.arange(0.0, len(values) - 1.0, points / POINTS_PER_CYCLE)
    sampled = ndimage.map_coordinates(smooth, times[None], order=3, mode="mirror")
    return np.asarray((sampled - sampled.mean()) / sampled.std())


def features_of(values: np.ndarray, *, cycle: float | None = None) -> dict[str, float]:
    """Return the features of one window, by name; those of pycatch22 begin with ``catch22``.

    Parameters
    ----------
    values : numpy.ndarray [time]
        Raw values of one component.
    cycle : float, optional
        Number of points in a cycle; by default from the window itself.

    Raises
    ------
    InvalidArgumentError
        As for `rescaled`.
    MissingPackageError
        If pycatch22 is not installed.
    """
    scaled = rescaled(np.asarray(values, dtype=np.float64), cycle=cycle)
    found: dict[str, float] = {}
    for group in (_distribution, _correlation, _increments, _spectrum, _order, _maxima, _catch22):
        found |= group(scaled)
    return {name: value if np.isfinite(value) else 0.0 for name, value in found.items()}


def features_of_series(values: np.ndarray) -> dict[str, float]:
    """Return the features of a series of any length: means over successive windows of `MOST_CYCLES` cycles.

    Parameters
    ----------
    values : numpy.ndarray [time]

    Raises
    ------
    InvalidArgumentError, MissingPackageError
        As for `features_of`.
    """
    whole = np.asarray(values, dtype=np.float64)
    length = MOST_CYCLES / mean_frequency(whole)
    # A series without power has no finite length of a window; the window itself says why.
    pieces = min(MOST_WINDOWS, int(len(whole) / length)) if length > 0.0 else 1
    if pieces < 2:
        return features_of(whole)
    found = [features_of(piece) for piece in np.array_split(whole[: round(pieces * length)], pieces)]
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def _moments(values: np.ndarray) -> tuple[float, float]:
    """Return skewness and kurtosis, compressed, as they grow without bound with rare spikes."""
    centred = values - values.mean()
    spread = centred.std()
    if not spread > 0.0:
        return 0.0, 0.0
    normal = centred / spread
    return float(np.arcsinh((normal**3).mean())), float(np.log((normal**4).mean()))


def _distribution(scaled: np.ndarray) -> dict[str, float]:
    skewness, kurtosis = _moments(scaled)
    found = {"skewness": skewness, "kurtosis": kurtosis}
    values = np.quantile(scaled, QUANTILES)
    return found | {f"quantile {share:g}": float(value) for share, value in zip(QUANTILES, values, strict=True)}


def _correlation(scaled: np.ndarray) -> dict[str, float]:
    return {f"autocorrelation {lag / POINTS_PER_CYCLE:g}": float((scaled[lag:] * scaled[:-lag]).mean()) for lag in LAGS}


def _increments(scaled: np.ndarray) -> dict[str, float]:
    found = {}
    for lag in INCREMENT_LAGS:
        increments = scaled[lag:] - scaled[:-lag]
        skewness, kurtosis = _moments(increments)
        label = f"{lag / POINTS_PER_CYCLE:g}"
        found[f"increment skewness {label}"] = skewness
        found[f"increment kurtosis {label}"] = kurtosis
        found[f"increment and value {label}"] = float((increments**2 * scaled[:-lag]).mean())
        found[f"increment and size {label}"] = float((increments**2 * scaled[:-lag] ** 2).mean())
    return found


def _spectrum(scaled: np.ndarray) -> dict[str, float]:
    power = np.abs(np.fft.rfft(scaled * np.hanning(len(scaled)))) ** 2
    frequencies = np.fft.rfftfreq(len(scaled), 1.0 / POINTS_PER_CYCLE)
    power = power[1:] / power[1:].sum()
    frequencies = frequencies[1:]
    found = {}
    for low, high in itertools.pairwise(BANDS):
        share = float(power[(frequencies >= low) & (frequencies < high)].sum())
        found[f"power {low:g} to {high:g}"] = float(np.log10(share + LEAST_SHARE))
    # In bins of equal width whatever the length of the window.
    edges = np.arange(0.0, 5.0, 0.05)
    binned = np.histogram(frequencies, bins=edges, weights=power)[0]
    positive = binned[binned > 0.0]
    found["spectral entropy"] = float(-(positive * np.log(positive)).sum())
    found["highest line"] = float(binned.max())
    return found


def _order(scaled: np.ndarray) -> dict[str, float]:
    found = {}
    for delay in (QUARTER // 2, QUARTER, 2 * QUARTER):
        columns = np.stack([scaled[: -2 * delay], scaled[delay:-delay], scaled[2 * delay :]], axis=1)
        ranks = np.argsort(columns, axis=1)
        codes = ranks[:, 0] * 3 + ranks[:, 1]
        for pattern in PATTERNS:
            name = "".join(map(str, pattern))
            found[f"order {name} at {delay / POINTS_PER_CYCLE:g}"] = float(
                (codes == pattern[0] * 3 + pattern[1]).mean()
            )
    return found


def _maxima(scaled: np.ndarray) -> dict[str, float]:
    """Describe the maxima and minima, their heights and the times between them."""
    found = {}
    for name, series in (("maxima", scaled), ("minima", -scaled)):
        at = np.flatnonzero((series[1:-1] > series[:-2]) & (series[1:-1] >= series[2:])) + 1
        heights = series[at] if len(at) > 3 else np.zeros(4)
        gaps = np.diff(at) / POINTS_PER_CYCLE if len(at) > 3 else np.zeros(3)
        found[f"{name} per cycle"] = float(len(at) / len(series) * POINTS_PER_CYCLE)
        found[f"{name} mean"] = float(heights.mean())
        found[f"{name} spread"] = float(heights.std())
        found[f"{name} skewness"] = _moments(heights)[0]
        found[f"{name} gap spread"] = float(gaps.std())
        steps = heights - heights.mean()
        size = float((steps**2).mean())
        found[f"{name} memory"] = float((steps[1:] * steps[:-1]).mean() / size) if size > 1e-12 else 1.0
    return found


def _catch22(scaled: np.ndarray) -> dict[str, float]:
    library = catch22_library()
    # Three digits in time are enough for lags; the library takes lists only.
    found: dict[str, Any] = library(scaled.tolist())
    return {f"catch22 {name}": float(value) for name, value in zip(found["names"], found["values"], strict=True)}


def catch22_library() -> Callable[[list[float]], dict[str, Any]]:
    """Return the function of pycatch22 that computes its features.

    Raises
    ------
    MissingPackageError
        If it is not installed.
    """
    try:
        import pycatch22
    except ImportError as error:
        raise MissingPackageError(f"features of series need {error.name}: {install_command('atlas')}") from error
    function: Callable[[list[float]], dict[str, Any]] = pycatch22.catch22_all
    return function
