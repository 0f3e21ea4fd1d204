"""Whether errors lose their correlation with an invariant as the forecast goes on, over one set of systems."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.comparison.bootstrap import LEVEL, RESAMPLES
from benchmark.comparison.correlations import FEWEST_SYSTEMS, rank_correlation
from dysts.errors import InvalidArgumentError


@dataclass(frozen=True, kw_only=True)
class Decorrelation:
    """Spearman's correlation of an error with an invariant at two times, over the systems observed at both.

    Attributes
    ----------
    early, late : tuple of float
        Correlation at either time with the ends of its interval; NaN without enough systems.
    change : tuple of float
        Size at the late time less size at the early one, with the ends of its interval: negative where the errors
        decorrelate.
    systems : int
    """

    early: tuple[float, float, float]
    late: tuple[float, float, float]
    change: tuple[float, float, float]
    systems: int


def decorrelation(
    errors: pd.DataFrame,
    invariant: "pd.Series[float]",
    *,
    early: float,
    late: float,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Decorrelation:
    """Compare the correlation of errors with an invariant at two times of the forecast.

    A horizon of so many periods is more Lyapunov times where the exponent is larger, so that late times are those of
    other systems. Both correlations are therefore taken over the systems that are observed at the late time, and
    resampled together.

    Parameters
    ----------
    errors : pandas.DataFrame
        A row per system, as from `benchmark.comparison.correlations.median_over_forecasters`.
    invariant : pandas.Series
        By system.
    early, late : float
        Two of the columns, in Lyapunov times.
    resamples, level, seed
        Of the bootstrap over systems.

    Raises
    ------
    InvalidArgumentError
        If a time is not among the columns.

    Examples
    --------
    >>> systems = [f"S{number}" for number in range(12)]
    >>> exponent = pd.Series(np.arange(12.0), index=systems)
    >>> shuffled = np.random.default_rng(0).permutation(exponent)
    >>> errors = pd.DataFrame({1.0: exponent, 9.0: shuffled}, index=systems)
    >>> found = decorrelation(errors, exponent, early=1.0, late=9.0)
    >>> found.early[0], bool(found.change[0] < 0.0), found.systems
    (1.0, True, 12)
    """
    for time in (early, late):
        if time not in errors.columns:
            known = ", ".join(f"{column:g}" for column in errors.columns if isinstance(column, float))
            raise InvalidArgumentError(f"the time must be one of {known} Lyapunov times, got {time:g}")
    x = invariant.reindex(errors.index).to_numpy(dtype=np.float64)
    pair = errors[[early, late]].to_numpy(dtype=np.float64)
    usable = np.isfinite(x) & ~np.isnan(pair).any(axis=1)
    x, pair = x[usable], pair[usable]
    missing = (np.nan, np.nan, np.nan)
    if len(x) < FEWEST_SYSTEMS:
        return Decorrelation(early=missing, late=missing, change=missing, systems=len(x))
    drawn = np.random.default_rng(seed).integers(0, len(x), size=(resamples, len(x)))
    rows = np.concatenate([np.arange(len(x))[None], drawn])
    found = [rank_correlation(x[rows], values[rows]) for values in pair.T]
    tail = 50.0 * (1 - level)

    def with_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
        low, high = np.nanpercentile(values[1:], [tail, 100 - tail])
        return float(values[0]), float(low), float(high)

    change = np.abs(found[1]) - np.abs(found[0])
    return Decorrelation(
        early=with_interval(found[0]), late=with_interval(found[1]), change=with_interval(change), systems=len(x)
    )
