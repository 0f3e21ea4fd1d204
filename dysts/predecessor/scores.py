"""The scores of ``dysts.metrics`` of dysts 0.96: of truth and forecast by position, with the scales of 0.96."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dysts.checks import check_count, shown
from dysts.errors import InvalidArgumentError
from dysts.predecessor.score_tools import ScoreArgumentError, are_broadcastable, pair

TINY = 1e-10
"""Number that dysts 0.96 adds to denominators."""


def mse(y_true: Any, y_pred: Any) -> float:
    """Mean of the squared errors."""
    truth, forecast = pair(y_true, y_pred)
    return float(np.mean((truth - forecast) ** 2))


def rmse(x: Any, y: Any) -> float:
    """Root of the mean of the squared errors."""
    return float(np.sqrt(mse(x, y)))


def mae(y_true: Any, y_pred: Any) -> float:
    """Mean of the absolute errors."""
    truth, forecast = pair(y_true, y_pred)
    return float(np.mean(np.abs(truth - forecast)))


def nrmse(y_true: Any, y_pred: Any, eps: float = TINY, scale: Any = None) -> float:
    """Root of the mean of the squared errors, each in standard deviations of its component."""
    truth, forecast = pair(y_true, y_pred)
    deviation = truth.std(axis=0) if scale is None else np.asarray(scale)
    return float(np.sqrt(np.mean((truth - forecast) ** 2 / (deviation**2 + eps))))


def wape(y_true: Any, y_pred: Any, eps: float = TINY) -> float:
    """Sum of the absolute errors in percent of the sum of the absolute values."""
    truth, forecast = pair(y_true, y_pred)
    return float(100.0 * np.abs(truth - forecast).sum() / (np.abs(truth).sum() + eps))


def coefficient_of_variation(y_true: Any, y_pred: Any, eps: float = TINY) -> float:
    """Standard deviation of the errors in percent of the mean of the truth."""
    truth, forecast = pair(y_true, y_pred)
    return float(100.0 * np.std(truth - forecast) / (truth.mean() + eps))


def marre(y_true: Any, y_pred: Any, eps: float = TINY) -> float:
    """Mean of the absolute errors in percent of the range of the truth, all components together."""
    truth, forecast = pair(y_true, y_pred)
    return float(100.0 * np.mean(np.abs(truth - forecast)) / (np.ptp(truth) + eps))


def ope(y_true: Any, y_pred: Any) -> float:
    """Sum of the absolute errors in units of that of the mean as a forecast."""
    truth, forecast = pair(y_true, y_pred)
    return float(np.abs(truth - forecast).sum() / np.abs(truth - truth.mean()).sum())


def rmsle(y_true: Any, y_pred: Any, eps: float = TINY) -> float:
    """Root of the mean of the squared errors of logarithms, truth and forecast shifted to begin at 0 each."""
    truth, forecast = pair(y_true, y_pred)
    shifted = [np.log1p(one - one.min(axis=0, keepdims=True) + eps) for one in (truth, forecast)]
    return float(np.sqrt(np.mean((shifted[1] - shifted[0]) ** 2)))


def r2_score(y_true: Any, y_pred: Any) -> float:
    """Part of the variance of the truth that is explained, about the mean of all components together."""
    truth, forecast = pair(y_true, y_pred)
    return float(1.0 - ((truth - forecast) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def mape(y_true: Any, y_pred: Any, eps: float = TINY) -> float:
    """Mean of the relative errors, in percent."""
    truth, forecast = pair(y_true, y_pred)
    return float(100.0 * np.mean(np.abs((truth - forecast) / (truth + eps))))


def smape(x: Any, y: Any, eps: float = TINY, scaled: bool = True) -> float:
    """Mean of the errors relative to the mean magnitude of both, on 0 to 100; on 0 to 200 with ``scaled=False``."""
    truth, forecast = pair(x, y)
    relative = np.mean(np.abs(truth - forecast) / (np.abs(truth) + np.abs(forecast) + eps))
    return float((100.0 if scaled else 200.0) * relative)


def mase(y: Any, yhat: Any, y_train: Any = None, m: int = 1, time_dim: int = -1, eps: float = TINY) -> float:
    """Mean of the absolute errors in units of that of repeating the training values of one season before.

    As in dysts 0.96 the axis of time is the last one unless `time_dim` says otherwise.
    """
    truth, forecast = pair(y, yhat)
    past = np.moveaxis(truth if y_train is None else np.asarray(y_train, dtype=np.float64), time_dim, 0)
    return float(np.mean(np.abs(truth - forecast)) / (np.mean(np.abs(past[m:] - past[:-m])) + eps))


def _correlation(statistic: str) -> Callable[[Any, Any], float]:
    def score(y_true: Any, y_pred: Any) -> float:
        import scipy.stats

        truth, forecast = (np.asarray(one, dtype=np.float64).squeeze() for one in (y_true, y_pred))
        if truth.shape != forecast.shape:
            raise ScoreArgumentError(f"truth and forecast must have one shape, got {truth.shape} and {forecast.shape}")
        compute = getattr(scipy.stats, statistic)
        columns = zip(np.atleast_2d(truth.T), np.atleast_2d(forecast.T), strict=True)
        return float(np.mean([compute(one, other)[0] for one, other in columns]))

    return score


spearman = _correlation("spearmanr")
"""Mean of the rank correlations of the components."""
kendall = _correlation("kendalltau")
"""Mean of Kendall's rank correlations of the components."""
pearson = _correlation("pearsonr")
"""Mean of the correlations of the components; dysts 0.96 returns Spearman's for series of one component."""


def mutual_information(y_true: Any, y_pred: Any) -> float:
    """Mean of the mutual information of the components, by nearest neighbours, in nats."""
    from dysts.metrics.association import mutual_information as ours

    truth, forecast = pair(y_true, y_pred)
    columns = [one.reshape(len(one), -1) for one in (truth, forecast)]
    return float(ours(truth=columns[0], forecast=columns[1]))


def hellinger_distance(p: Any, q: Any, axis: int = 0) -> Any:
    """Distance of two discrete distributions, on 0 to 1."""
    one, other = pair(p, q)
    if not np.allclose([one.sum(), other.sum()], 1.0):
        raise ScoreArgumentError(f"p and q must have the sum 1, got {one.sum():.6g} and {other.sum():.6g}")
    return np.sqrt(np.maximum(0.0, 1.0 - np.sum(np.sqrt(one * other), axis=axis)))


def average_hellinger_distance(ts_true: Any, ts_gen: Any, num_freq_bins: int = 100) -> float:
    """Mean over components of the distance of the lowest frequencies' power, each normalised to 1."""
    truth, forecast = pair(ts_true, ts_gen)
    powers = [np.abs(np.fft.fft(one.reshape(len(one), -1), axis=0))[:num_freq_bins] ** 2 for one in (truth, forecast)]
    shares = [power / power.sum(axis=0) for power in powers]
    return float(np.mean(np.sqrt(np.maximum(0.0, 1.0 - np.sqrt(shares[0] * shares[1]).sum(axis=0)))))


def estimate_kl_divergence(
    true_orbit: Any,
    generated_orbit: Any,
    n_samples: int = 1000,
    sigma_scale: float | None = 1.0,
    random_seed: int | None = None,
) -> float:
    """Divergence of the density of the forecast from that of the truth, by sampling sums of normal distributions.

    Parameters
    ----------
    true_orbit, generated_orbit : array_like [time, component]
    n_samples : int
    sigma_scale : float or None
        Variance of each normal distribution; by None that of the tenth neighbour's distance of each point.
    random_seed : int, optional
    """
    from scipy.spatial import cKDTree
    from scipy.special import logsumexp

    orbits = [np.asarray(one, dtype=np.float64) for one in (true_orbit, generated_orbit)]
    orbits = [one[:, None] if one.ndim == 1 else one for one in orbits]
    if any(one.ndim != 2 for one in orbits) or orbits[0].shape[1] != orbits[1].shape[1]:
        raise ScoreArgumentError(
            f"orbits must have one number of components, got the shapes {orbits[0].shape} and {orbits[1].shape}"
        )
    variances = []
    for orbit in orbits:
        if sigma_scale is None:
            neighbours = min(11, len(orbit))
            variances.append(np.maximum(np.asarray(cKDTree(orbit).query(orbit, neighbours)[0])[:, -1] ** 2, 1e-12))
        else:
            variances.append(np.full(len(orbit), float(sigma_scale)))
    random = np.random.default_rng(random_seed)
    chosen = random.integers(len(orbits[0]), size=n_samples)
    dimension = orbits[0].shape[1]
    spread = np.sqrt(variances[0][chosen])[:, None] * random.standard_normal((n_samples, dimension))
    points = orbits[0][chosen] + spread

    def log_density(orbit: np.ndarray, variance: np.ndarray) -> np.ndarray:
        squares = ((points[:, None] - orbit[None]) ** 2).sum(axis=2)
        logs = -0.5 * squares / variance - 0.5 * dimension * np.log(2.0 * np.pi * variance) - np.log(len(orbit))
        return np.asarray(logsumexp(logs, axis=1))

    return float(np.mean(log_density(orbits[0], variances[0]) - log_density(orbits[1], variances[1])))


def horizoned_metric(
    y_true: Any, y_pred: Any, metric: Callable[..., float], *arguments: Any, horizon: int | None = None, **options: Any
) -> list[float]:
    """Return a score of the first point, the first two, and so on."""
    if not callable(metric):
        raise ScoreArgumentError(f"metric must be a function of truth and forecast, got {shown(metric)}")
    pair(y_true, y_pred)
    last = len(y_true) if horizon is None else check_count("horizon", horizon)
    if last > len(y_true):
        raise ScoreArgumentError(f"horizon must be at most the {len(y_true)} points of the series, got {horizon}")
    return [metric(y_true[: end + 1], y_pred[: end + 1], *arguments, **options) for end in range(last)]


ALL: dict[str, Callable[..., float]] = {
    "mse": mse,
    "mae": mae,
    "rmse": rmse,
    "nrmse": nrmse,
    "marre": marre,
    "r2_score": r2_score,
    "rmsle": rmsle,
    "smape": smape,
    "mape": mape,
    "wape": wape,
    "spearman": spearman,
    "pearson": pearson,
    "kendall": kendall,
    "coefficient_of_variation": coefficient_of_variation,
    "mutual_information": mutual_information,
    "kl_divergence": estimate_kl_divergence,
    "hellinger_distance": average_hellinger_distance,
}
"""The scores of `compute_metrics`."""


def compute_metrics(
    y_true: Any,
    y_pred: Any,
    verbose: bool = False,
    include: list[str] | None = None,
    batch_axis: int | None = None,
) -> dict[str, float]:
    """Return several scores by name, each the mean over the series of a batch.

    Parameters
    ----------
    y_true, y_pred : array_like [time, component], or with an axis of series
    verbose : bool
        Whether to print them.
    include : list of str, optional
    batch_axis : int, optional

    Raises
    ------
    ScoreArgumentError
        If a score is not known, or the shapes do not fit.
    """
    truth, forecast = np.asarray(y_true, dtype=np.float64), np.asarray(y_pred, dtype=np.float64)
    if not are_broadcastable(truth.shape, forecast.shape):
        raise ScoreArgumentError(f"y_true and y_pred must have one shape, got {truth.shape} and {forecast.shape}")
    names = list(ALL) if include is None else [include] if isinstance(include, str) else list(include)
    for name in names:
        if name not in ALL:
            raise ScoreArgumentError(f"include must name scores among {', '.join(ALL)}, got {name!r}")
    series = [(truth, forecast)]
    if batch_axis is not None:
        if truth.shape != forecast.shape or not -truth.ndim <= batch_axis < truth.ndim:
            raise ScoreArgumentError(f"batch_axis must be an axis of both arrays, got {batch_axis} for {truth.shape}")
        first, second = np.moveaxis(truth, batch_axis, 0), np.moveaxis(forecast, batch_axis, 0)
        if len(first) != len(second):
            raise ScoreArgumentError(f"batches must be equally long, got {len(first)} and {len(second)}")
        series = list(zip(first, second, strict=True))
    found = {name: float(np.mean([ALL[name](one, other) for one, other in series])) for name in names}
    if verbose:
        for name, value in found.items():
            print(f"{name}: {value:.4f}")
    return found


def by_position(name: str) -> Callable[..., float]:
    """Return the score of dysts 0.96 that a name of ``dysts.metrics`` stands for when it is called by position."""
    known: dict[str, Callable[..., Any]] = {**ALL, "mase": mase, "hellinger_distance": hellinger_distance}
    if name not in known:
        raise InvalidArgumentError(f"name must be a score of dysts 0.96, got {name!r}")
    return known[name]
