"""The median of a score over cells with its interval: the one estimate that every table and figure shows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmark.comparison.bootstrap import LEVEL, RESAMPLES, counted_medians, system_counts
from benchmark.comparison.censored_times import resampled_quantiles, survival_curve
from benchmark.scoring.table import VALID_TIMES

CENSORED = {"vpt_periods": "vpt_censored", **{name: f"{name}_censored" for name in VALID_TIMES}}
"""The valid times, with the column that tells which are censored."""
TIED_DIGITS = 5
"""Significant digits to which valid times are compared: a table of five digits ranks as a fresh one does."""


@dataclass(frozen=True, kw_only=True)
class Median:
    """A median with its interval.

    Attributes
    ----------
    value : float
        The median; for valid times the product-limit estimate, infinite where too many forecasts are still valid at
        their end. NaN without any value.
    low, high : float
        Ends of the interval from resampling systems; infinite where they are open, NaN with fewer than two systems.
    cells : int
        Number of values.
    censored : int
        Those of them that are lower bounds.
    end : float
        The longest time, up to which the estimate is known; NaN for scores that are no times.
    """

    value: float
    low: float
    high: float
    cells: int
    censored: int
    end: float


def median_of(
    cells: pd.DataFrame, score: str, *, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0
) -> Median:
    """Return the median of a score over cells.

    Parameters
    ----------
    cells : pandas.DataFrame
        Rows of one forecaster, failed ones with the worst scores; rows without the score are left out.
    score : str
        A column.
    resamples, level, seed
        As in `benchmark.comparison.bootstrap.bootstrap_median`.
    """
    known = cells[cells[score].notna()]
    values = known[score].to_numpy(dtype=np.float64)
    if not values.size:
        return Median(value=np.nan, low=np.nan, high=np.nan, cells=0, censored=0, end=np.nan)
    low = high = np.nan
    drawn = resampled_medians(known, score, resamples=resamples, level=level, seed=seed)
    if known["system"].nunique() > 1:
        tail = 50.0 * (1 - level)
        low, high = (float(end) for end in np.percentile(drawn, [tail, 100 - tail], method="nearest"))
    if score not in CENSORED:
        return Median(value=float(np.median(values)), low=low, high=high, cells=len(values), censored=0, end=np.nan)
    censored = known[CENSORED[score]].to_numpy(dtype=bool)
    times = tied(values)
    return Median(
        value=survival_curve(times, censored).quantile(0.5),
        low=low,
        high=high,
        cells=len(values),
        censored=int(censored.sum()),
        end=float(times.max()),
    )


def resampled_medians(
    cells: pd.DataFrame, score: str, *, resamples: int = RESAMPLES, level: float = LEVEL, seed: int = 0
) -> NDArray[np.float64]:
    """Return the median of each resample of systems; equal seeds and systems draw the same ones for all forecasters.

    Parameters
    ----------
    cells, score
        As for `median_of`; of one system the median itself is returned each time.
    resamples, level, seed
        As for `median_of`.
    """
    known = cells[cells[score].notna()]
    values = known[score].to_numpy(dtype=np.float64)
    counts = system_counts(known["system"].to_numpy(dtype=np.str_), resamples=resamples, level=level, seed=seed)
    if counts is None:
        counts = np.ones((resamples, len(values)))
    if score in CENSORED:
        return resampled_quantiles(tied(values), known[CENSORED[score]].to_numpy(dtype=bool), counts)
    return counted_medians(values, counts)


def tied(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return times rounded so that equal ones are equal, whatever their last digits.

    Examples
    --------
    >>> tied(np.array([7.295550909, 7.2956, 0.0, np.nan])).tolist()
    [7.2956, 7.2956, 0.0, nan]
    """
    return np.array([float(f"{value:.{TIED_DIGITS - 1}e}") for value in times.tolist()], dtype=np.float64)
