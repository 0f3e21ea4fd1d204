"""The tools of ``dysts.utils`` for arrays of series."""

import warnings
from typing import Any

import numpy as np

from dysts.checks import check_array
from dysts.errors import DystsWarning, InvalidArgumentError


def standardize_ts(a: Any, scale: float = 1.0) -> np.ndarray:
    """Return series with zero mean and a standard deviation of ``1 / scale``; constant components are only centred.

    Parameters
    ----------
    a : array_like [time, component] or [series, time, component]
    scale : float

    Raises
    ------
    InvalidArgumentError
        If the array has another number of axes.

    Examples
    --------
    >>> standardize_ts([[1.0, 5.0], [3.0, 5.0]]).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    values = check_array("series", a)
    if values.ndim not in (2, 3):
        raise InvalidArgumentError(
            f"series must have axes (time, component) behind any others, got shape {values.shape}"
        )
    deviation = values.std(axis=-2, keepdims=True)
    return (values - values.mean(axis=-2, keepdims=True)) / (scale * np.where(deviation == 0.0, 1.0, deviation))


def safe_standardize(
    arr: Any, epsilon: float = 1e-10, axis: int = -1, context: Any = None, denormalize: bool = False
) -> np.ndarray:
    """Return an array with zero mean and unit standard deviation along an axis.

    Parameters
    ----------
    arr : array_like
    epsilon : float
        Least standard deviation to divide by.
    axis : int
    context : array_like, optional
        Values whose mean and standard deviation are taken, with as many axes; by default those of the array.
    denormalize : bool
        Whether to do the opposite: multiply by the standard deviation and add the mean.

    Raises
    ------
    InvalidArgumentError
        If the axes of the two do not fit.
    """
    values = np.asarray(arr, dtype=np.float64)
    known = values if context is None else np.asarray(context, dtype=np.float64)
    if known.ndim != values.ndim or not -values.ndim <= axis < values.ndim:
        raise InvalidArgumentError(
            f"arr and context must have the same number of axes and axis {axis}, got {values.ndim} and {known.ndim}"
        )
    mean = np.nanmean(known, axis=axis, keepdims=True)
    deviation = np.maximum(np.nanstd(known, axis=axis, keepdims=True), epsilon)
    return values * deviation + mean if denormalize else (values - mean) / deviation


def polar_to_cartesian(r: Any, th: Any) -> tuple[Any, Any]:
    """Return the Cartesian coordinates of points in polar ones."""
    return r * np.cos(th), r * np.sin(th)


def cartesian_to_polar(x: Any, y: Any) -> tuple[Any, Any]:
    """Return radius and angle of points in the plane."""
    return np.hypot(x, y), np.arctan2(y, x)


def signif(x: float, figs: int = 6) -> float:
    """Return a number rounded to significant digits.

    Examples
    --------
    >>> signif(1.2345678, figs=4)
    1.235
    """
    if x == 0 or not np.isfinite(x):
        return x
    return round(x, int(figs - np.ceil(np.log10(abs(x)))))


def nanmean_trimmed(arr: Any, percentile: float = 0.5, axis: int | None = None) -> Any:
    """Return the mean of the middle part of the values that are numbers, half of the fraction cut off at each end."""
    values = np.asarray(arr, dtype=np.float64)
    values, axis = (values.ravel(), 0) if axis is None else (values, axis)
    low, high = np.nanquantile(values, [percentile / 2.0, 1.0 - percentile / 2.0], axis=axis, keepdims=True)
    return np.nanmean(np.where((values >= low) & (values <= high), values, np.nan), axis=axis)


def nan_fill(a: Any, axis: int = 0, mode: str = "forward") -> np.ndarray:
    """Return an array whose NaNs have the last value before them along an axis, or the next after them."""
    if mode not in ("forward", "backward"):
        raise InvalidArgumentError(f"mode must be 'forward' or 'backward', got {mode!r}")
    values = np.moveaxis(np.array(a, dtype=np.float64), axis, 0)
    values = values if mode == "forward" else values[::-1]
    rows = np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1))
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, rows), axis=0)
    filled = np.take_along_axis(values, last, axis=0)
    return np.moveaxis(filled if mode == "forward" else filled[::-1], 0, axis)


def pad_axis(arr: Any, d: int, axis: int = -1, padding: float = 0) -> np.ndarray:
    """Return an array that is padded along an axis to at least a length."""
    values = np.asarray(arr)
    width = [(0, 0)] * values.ndim
    width[axis] = (0, max(0, d - values.shape[axis]))
    return np.pad(values, width, constant_values=padding)


def pad_to_shape(arr: Any, target_shape: tuple[int, ...]) -> np.ndarray:
    """Return an array that is padded with zeros to a shape, axes of length one being added behind."""
    values = np.asarray(arr)
    values = values.reshape(values.shape + (1,) * (len(target_shape) - values.ndim))
    for axis, length in enumerate(target_shape):
        values = pad_axis(values, length, axis=axis)
    return values


def make_surrogate(data: Any, method: str = "rp", random_state: int | None = None) -> np.ndarray:
    """Return a surrogate of a series: with random phases of its spectrum, or its values in random order.

    Parameters
    ----------
    data : array_like [time]
    method : {"rp", "rs"}
        Random phases, or random shuffle.
    random_state : int, optional
        Seed.
    """
    if method not in ("rp", "rs"):
        raise InvalidArgumentError(f"method must be 'rp' or 'rs', got {method!r}")
    values = np.asarray(data, dtype=np.float64)
    random = np.random.default_rng(random_state)
    if method == "rs":
        return random.permutation(values)
    spectrum = np.fft.rfft(values)
    turned = spectrum * np.exp(2j * np.pi * random.random(spectrum.shape))
    # The mean and, of an even number of values, the highest frequency are real.
    turned[0] = spectrum[0]
    if len(values) % 2 == 0:
        turned[-1] = spectrum[-1]
    return np.fft.irfft(turned, len(values))


def find_psd(y: Any, window: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies, per sample, and the periodogram of a series, with or without a Blackman-Harris window."""
    from scipy.signal import periodogram
    from scipy.signal.windows import blackmanharris

    values = np.asarray(y, dtype=np.float64)
    frequencies, power = periodogram(values * blackmanharris(len(values)) if window else values)
    return frequencies[: len(values) // 2], power[: len(values) // 2]


def find_characteristic_timescale(y: Any, k: int = 1, window: bool = True) -> Any:
    """Return the periods, in samples, of the strongest peaks of the spectrum of a series, smoothed beforehand."""
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    frequencies, power = find_psd(gaussian_filter1d(np.asarray(y, dtype=np.float64), 3), window=window)
    peaks, _ = find_peaks(power)
    peaks = peaks[peaks > 1]
    if len(peaks) < k:
        warnings.warn(f"the series has {len(peaks)} spectral peaks, {k} are asked for", DystsWarning, stacklevel=2)
    strongest = peaks[np.argsort(power[peaks])[::-1][:k]]
    return np.squeeze(1.0 / frequencies[strongest])


def freq_from_autocorr(sig: Any, fs: float = 1) -> float:
    """Return the frequency whose period is the lag of the highest autocorrelation after its first dip."""
    values = np.asarray(sig, dtype=np.float64)
    length = len(values)
    correlation = np.correlate(values, values, mode="full")[length - 1 :]
    rising = np.flatnonzero(np.diff(correlation) > 0.0)
    if not len(rising):
        raise InvalidArgumentError("sig must oscillate, got a series whose autocorrelation only falls")
    peak = int(np.argmax(correlation[rising[0] :])) + int(rising[0])
    return float(fs / (peak + _vertex(correlation, peak)))


def freq_from_fft(sig: Any, fs: float = 1) -> float:
    """Return the frequency of the highest peak of the spectrum, refined by a parabola through its logarithms."""
    from scipy.signal.windows import blackmanharris

    values = np.asarray(sig, dtype=np.float64)
    power = np.abs(np.fft.rfft(values * blackmanharris(len(values))))
    peak = int(np.argmax(power))
    return float(fs * (peak + _vertex(np.log(np.maximum(power, 1e-300)), peak)) / len(values))


def _vertex(curve: np.ndarray, peak: int) -> float:
    """Return the distance from a sample to the vertex of the parabola through it and its neighbours."""
    if not 0 < peak < len(curve) - 1:
        return 0.0
    before, at, after = curve[peak - 1 : peak + 2]
    bend = before - 2.0 * at + after
    return 0.0 if bend == 0.0 else 0.5 * (before - after) / bend


def jac_fd(
    func0: Any, y0: Any, eps: float = 1e-3, m: int = 1, method: str = "central", verbose: bool = False
) -> np.ndarray:
    """Return the Jacobian of a function by central differences; `DynSys.jac` is exact.

    Parameters
    ----------
    func0 : callable
    y0 : array_like [component]
    eps : float
        The distance on each side.
    m, method, verbose
        Accepted, without effect, as in dysts 0.96.
    """
    point = np.asarray(y0, dtype=np.float64)
    columns = [
        (np.asarray(func0(point + step)) - np.asarray(func0(point - step))) / (2.0 * eps)
        for step in eps * np.eye(len(point))
    ]
    return np.stack(columns, axis=-1)


def find_slope(x: Any, y: Any) -> Any:
    """Return the slope of the least-squares line along the last axis."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    centred = x - x.mean(axis=-1, keepdims=True)
    return (centred * y).sum(axis=-1) / (centred * centred).sum(axis=-1)


def make_epsilon_ball(pt: Any, n: int, eps: float = 1e-5, random_state: int | None = None) -> np.ndarray:
    """Return points that fill a ball around a point evenly: float64 [component, point]."""
    centre = np.atleast_1d(np.squeeze(np.asarray(pt, dtype=np.float64)))
    random = np.random.default_rng(random_state)
    directions = random.normal(size=(len(centre), n))
    radii = random.random(n) ** (1.0 / len(centre))
    return centre[:, None] + eps * radii * directions / np.linalg.norm(directions, axis=0)


def rowwise_euclidean(x: Any, y: Any) -> np.ndarray:
    """Return the Euclidean distances of rows."""
    return np.linalg.norm(np.asarray(x) - np.asarray(y), axis=1)


def logarithmic_n(min_n: float, max_n: float, factor: float) -> list[int]:
    """Return whole numbers from a smallest to a largest, each a factor larger than the one before, each once.

    Examples
    --------
    >>> logarithmic_n(4, 20, 2.0)
    [4, 8, 16]
    """
    if not (max_n > min_n > 0 and factor > 1):
        raise InvalidArgumentError(f"min_n < max_n and factor > 1 must hold, got {min_n}, {max_n} and {factor}")
    count = int(np.floor(np.log(max_n / min_n) / np.log(factor)))
    return sorted({int(np.floor(min_n * factor**power)) for power in range(count + 1)})


def min_data_points_rosenstein(emb_dim: int, lag: int, trajectory_len: int, min_tsep: int) -> int:
    """Return how many points Rosenstein's method needs."""
    return (emb_dim - 1) * lag + trajectory_len + 2 * min_tsep + 1
