"""Statistics of times that may be censored: a forecast that is valid to its end lasts at least that long.

The product-limit estimate takes a censored time for what it is, a lower bound. A plain median would take it for the
time itself, and would then describe the horizon.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from dysts.errors import InvalidArgumentError

_EXACT_PAIRS = 12
"""Pairs that differ up to which the paired test tries all signs; with more the normal distribution is close."""

_Floats = NDArray[np.float64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurve:
    """The product-limit estimate of the share of times that exceed a given one.

    Attributes
    ----------
    times : float64 [time]
        The different times in rising order, censored ones among them.
    share : float64 [time]
        Estimated share of times that exceed each of them.
    """

    times: _Floats
    share: _Floats

    def quantile(self, level: float) -> float:
        """Return the first time that at most the share ``1 - level`` exceeds; infinite if censoring hides it."""
        # A product of many factors misses a share that it should reach by some rounding errors.
        reached = np.flatnonzero(self.share <= 1.0 - level + 1e-12)
        return float(self.times[reached[0]]) if reached.size else np.inf

    def at(self, time: float) -> float:
        """Return the share of times that exceed one; NaN beyond the last observed time."""
        if time > self.times[-1]:
            return np.nan
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return 1.0 if place < 0 else float(self.share[place])


def survival_curve(times: _Floats, censored: _Flags) -> SurvivalCurve:
    """Return the product-limit estimate.

    Parameters
    ----------
    times : float64 [case]
        Not negative; at equal times, failures come before censored ones.
    censored : bool [case]
        Whether the case lasted at least that long.

    References
    ----------
    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", Journal of the American
    Statistical Association 53 (1958) 457-481, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> curve = survival_curve(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, False, True, False]))
    >>> curve.share.tolist(), curve.quantile(0.5)
    ([0.75, 0.5, 0.0], 2.0)
    """
    ranked, share = _shares(times, censored, np.ones((1, len(times))))
    last = np.append(np.flatnonzero(np.diff(ranked) > 0), len(ranked) - 1)
    return SurvivalCurve(times=ranked[last], share=share[0, last])


def resampled_quantiles(times: _Floats, censored: _Flags, counts: _Floats, *, level: float = 0.5) -> _Floats:
    """Return the product-limit quantile of each resample.

    Parameters
    ----------
    times, censored
        As for `survival_curve`.
    counts : float64 [resample, case]
        How often each case was drawn.
    level : float
        Between 0 and 1.

    Returns
    -------
    float64 [resample]
        Infinite where censoring hides the quantile.
    """
    ranked, share = _shares(times, censored, counts)
    below = share <= 1.0 - level + 1e-12
    return np.asarray(np.where(below.any(axis=1), ranked[below.argmax(axis=1)], np.inf), dtype=np.float64)


def resampled_shares(times: _Floats, censored: _Flags, counts: _Floats, time: float) -> _Floats:
    """Return the product-limit estimate of the share of times of at least `time`, for each resample.

    Parameters
    ----------
    times, censored
        As for `survival_curve`.
    counts : float64 [resample, case]
        How often each case was drawn.
    time : float

    Returns
    -------
    float64 [resample]
        NaN where no drawn case was observed so long, and some were valid as long as they were.

    Examples
    --------
    >>> times, censored = np.array([1.0, 2.0, 3.0]), np.array([False, True, False])
    >>> resampled_shares(times, censored, np.ones((1, 3)), 3.0).round(6).tolist()
    [0.666667]
    >>> resampled_shares(times, np.array([False, True, True]), np.ones((1, 3)), 4.0).tolist()
    [nan]
    """
    ranked, share = _shares(times, censored, counts)
    before = int(np.searchsorted(ranked, time, side="left"))
    if before == 0:
        return np.ones(len(counts))
    reached = share[:, before - 1]
    observed = (counts[:, times >= time] > 0.0).any(axis=1)
    return np.asarray(np.where(observed | (reached <= 1e-12), reached, np.nan), dtype=np.float64)


def paired_test(one: _Floats, one_censored: _Flags, other: _Floats, other_censored: _Flags) -> float:
    """Return the p-value of the paired Prentice-Wilcoxon test that two sets of times are alike.

    Every time gets a score from the pooled product-limit estimate, in which a censored time stands for all later ones.
    The differences of the scores of a pair have random signs if the two are alike. Pairs that are censored at the same
    time do not differ.

    Parameters
    ----------
    one, other : float64 [pair]
    one_censored, other_censored : bool [pair]

    References
    ----------
    P. C. O'Brien and T. R. Fleming, "A paired Prentice-Wilcoxon test for censored paired data", Biometrics 43 (1987)
    169-180, doi:10.2307/2531957.
    """
    if not one.shape == other.shape == one_censored.shape == other_censored.shape:
        raise InvalidArgumentError(f"paired times must have equal shapes, got {one.shape} and {other.shape}")
    scores = _prentice_scores(np.concatenate([one, other]), np.concatenate([one_censored, other_censored]))
    difference = scores[: len(one)] - scores[len(one) :]
    difference = difference[np.abs(difference) > 1e-12]
    if not difference.size:
        return 1.0
    total = abs(float(difference.sum()))
    if difference.size <= _EXACT_PAIRS:
        signs = np.array(list(itertools.product((-1.0, 1.0), repeat=difference.size)))
        return float((np.abs(signs @ difference) >= total - 1e-12).mean())
    return float(2.0 * ndtr(-total / np.sqrt((difference**2).sum())))


def _shares(times: _Floats, censored: _Flags, counts: _Floats) -> tuple[_Floats, _Floats]:
    if times.shape != censored.shape or times.ndim != 1 or not times.size:
        raise InvalidArgumentError(f"times must be flat, with a flag each, got shapes {times.shape}, {censored.shape}")
    order = np.lexsort((censored, times))
    weight = counts[:, order]
    at_risk = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    lost = np.where(censored[order], 0.0, weight)
    # Factors of failures at one time multiply to that of all of them, as each leaves the others at risk.
    factors = np.divide(at_risk - lost, at_risk, out=np.ones_like(at_risk), where=at_risk > 0)
    return times[order], np.asarray(np.cumprod(factors, axis=1), dtype=np.float64)


def _prentice_scores(times: _Floats, censored: _Flags) -> _Floats:
    different = np.unique(times[~censored])
    at_risk = (times[None, :] >= different[:, None]).sum(axis=1)
    failed = ((times[None, :] == different[:, None]) & ~censored).sum(axis=1)
    steps = np.cumprod(np.append(1.0, (at_risk - failed + 1) / (at_risk + 1)))
    after = steps[np.searchsorted(different, times, side="right")]
    before = steps[np.searchsorted(different, times, side="left")]
    # A failure stands between those before and after it; a censored time stands for all that come after.
    return np.asarray(np.where(censored, 1.0 - after, 1.0 - after - before), dtype=np.float64)
