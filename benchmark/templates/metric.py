"""A metric of your own: the median of the absolute errors, in standard deviations of the truth.

Keep the interface and replace the formula and the properties. The file checks itself:

    python my_metric.py

Forecasts of a run are read by ``benchmark.Results.load("benchmark-results/quick")``, and your metric scores them.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

DIRECTION = "lower"
"""Which values are better, ``"lower"`` or ``"higher"``."""
PERFECT = 0.0
"""Value of a forecast that equals the truth."""
WORST = math.inf
"""End of the range, which a failed forecast gets."""


def metric(*, truth: ArrayLike, forecast: ArrayLike) -> float:
    """Return the median absolute error in standard deviations of the truth, as a mean over components.

    Range 0 to infinity, lower is better. NaN in a series gives NaN; a constant component of the truth gives NaN.

    Parameters
    ----------
    truth, forecast : array_like
        Series [time, component] of one shape.

    Examples
    --------
    >>> metric(truth=[[0.0], [2.0], [4.0]], forecast=[[0.0], [2.0], [5.0]])
    0.0
    """
    known = np.asarray(truth, dtype=np.float64)
    given = np.asarray(forecast, dtype=np.float64)
    if known.shape != given.shape or known.ndim != 2:
        raise ValueError(f"truth and forecast must be [time, component] of one shape, got {known.shape}, {given.shape}")
    scale = np.where(known.std(axis=0) > 0.0, known.std(axis=0), np.nan)
    return float(np.mean(np.median(np.abs(given - known), axis=0) / scale))


def properties() -> dict[str, Any]:
    """Return the properties of the metric, each with whether it holds, on random series."""
    draw = np.random.default_rng(0)
    truth = draw.normal(size=(200, 3)).cumsum(axis=0)
    near, far = (truth + size * draw.normal(size=truth.shape) for size in (0.1, 10.0))
    better = metric(truth=truth, forecast=near) < metric(truth=truth, forecast=far)
    missing = truth.copy()
    missing[5, 1] = np.nan
    return {
        "a perfect forecast has the perfect value": math.isclose(
            metric(truth=truth, forecast=truth), PERFECT, abs_tol=1e-12
        ),
        "a nearer forecast is better": better if DIRECTION == "lower" else not better,
        "the order of components does not matter": math.isclose(
            metric(truth=truth, forecast=near), metric(truth=truth[:, ::-1], forecast=near[:, ::-1]), rel_tol=1e-12
        ),
        "units do not matter": math.isclose(
            metric(truth=truth, forecast=near), metric(truth=100.0 * truth, forecast=100.0 * near), rel_tol=1e-12
        ),
        "a missing value gives NaN": math.isnan(metric(truth=truth, forecast=missing)),
    }


if __name__ == "__main__":
    found = properties()
    for name, holds in found.items():
        print(f"{'ok' if holds else 'FAILED':8}{name}")
    raise SystemExit(0 if all(found.values()) else 1)
