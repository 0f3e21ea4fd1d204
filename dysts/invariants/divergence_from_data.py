"""Largest Lyapunov exponent of a series, from how fast close states move apart.

References
----------
M. T. Rosenstein, J. J. Collins, C. J. De Luca, Physica D 65 (1993) 117-134 (the closest neighbour, mean logarithm).
H. Kantz, Physics Letters A 185 (1994) 77-87 (all neighbours in a ball, logarithm of the mean).
"""

import math
from typing import Any, Literal

import numpy as np
from scipy.spatial import cKDTree

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.invariants.scaling import scaling_region
from dysts.invariants.time_series import check_series, standardised

SHORTEST = 500
REFERENCES = 5000
FEWEST_REFERENCES = 50
FEWEST_NEIGHBOURS = 5
PARTS = 10
CANDIDATES = 32
STRAIGHT = 0.15
SATURATED = 0.2
NARROWEST_SHARE = 0.15
"""Least width of the straight part, as a share of the curve before saturation."""


def divergence_curve(
    series: Any,
    *,
    steps: int,
    theiler: int,
    method: Literal["rosenstein", "kantz"] = "rosenstein",
    radius: float = 0.05,
    seed: int = 0,
) -> np.ndarray:
    """Return the mean logarithm of the distance between neighbours, step by step: float64 [part, step].

    Parameters
    ----------
    series : array_like [time, component]
        States or delay vectors, equidistant in time; components are standardised.
    steps : int
        How many steps to follow the neighbours.
    theiler : int
        Neighbours fewer points apart in time do not count.
    method : {"rosenstein", "kantz"}
    radius : float
        Of the ball of `kantz`, in units of the standard deviation.
    seed : int
        For the reference points, 5000 at most.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite, or hardly a state has neighbours.
    """
    values = standardised(check_series(series, shortest=SHORTEST))
    window, ahead = check_count("theiler", theiler), check_count("steps", steps)
    usable = len(values) - ahead
    if usable < SHORTEST // 2 or 4 * window > usable:
        raise InvalidArgumentError(
            f"a series of {len(values)} points is too short to follow neighbours for {ahead} steps at least {window} "
            "points apart"
        )
    if method not in ("rosenstein", "kantz"):
        raise InvalidArgumentError(f"method is {method!r}; allowed are 'rosenstein' and 'kantz'")
    check_positive("radius", radius)
    references = np.random.default_rng(seed).permutation(usable)[:REFERENCES]
    tree = cKDTree(values[:usable])
    curves = []
    for reference in references:
        neighbours = _neighbours(tree, values, int(reference), window, method, radius)
        if neighbours is None:
            continue
        paths = np.arange(ahead + 1)
        distances = np.linalg.norm(values[reference + paths] - values[neighbours[:, None] + paths], axis=2)
        with np.errstate(divide="ignore"):
            curve = np.log(distances.mean(axis=0))
        if np.isfinite(curve).all():
            curves.append(curve)
    if len(curves) < FEWEST_REFERENCES:
        raise InvalidArgumentError(
            f"only {len(curves)} of {len(references)} states have neighbours at least {window} points away"
            + (f" within {radius} standard deviations" if method == "kantz" else "")
        )
    return np.stack([part.mean(axis=0) for part in np.array_split(np.array(curves), PARTS)])


def _neighbours(
    tree: cKDTree, values: np.ndarray, reference: int, window: int, method: str, radius: float
) -> np.ndarray | None:
    if method == "kantz":
        inside = np.array(tree.query_ball_point(values[reference], radius))
        far = inside[np.abs(inside - reference) >= window]
        return far if far.size >= FEWEST_NEIGHBOURS else None
    count = min(CANDIDATES, tree.n)
    while True:
        close = np.asarray(tree.query(values[reference], count)[1])
        far = close[np.abs(close - reference) >= window]
        if far.size:
            return far[:1]
        if count == tree.n:
            return None
        count = min(4 * count, tree.n)


def lyapunov_from_data(
    series: Any,
    *,
    step: float,
    steps: int,
    theiler: int,
    method: Literal["rosenstein", "kantz"] = "rosenstein",
    radius: float = 0.05,
    seed: int = 0,
) -> Estimate:
    """Estimate the largest Lyapunov exponent from a series alone.

    The exponent is the slope of the divergence curve where it is straight: the widest stretch in which local slopes
    are within 15 % of their mean, at least 15 % of what precedes saturation, when neighbours are a fifth as far apart
    as any two states.

    Parameters
    ----------
    series : array_like [time, component]
        States or delay vectors (`dysts.invariants.embed`), equidistant in time.
    step : float
        Time between two points.
    steps : int
        How many steps to follow the neighbours: until they are about as far apart as any two states.
    theiler : int
        Neighbours fewer points apart in time do not count; a period or more.
    method : {"rosenstein", "kantz"}
    radius : float
        Of the ball of `kantz`, in units of the standard deviation.
    seed : int
        For the reference points.

    Returns
    -------
    Estimate
        Per unit of time. The error is the larger one of the spread of local slopes and the standard error over groups
        of reference points. Not reliable if the curve has no straight part.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite, or hardly a state has neighbours.

    Notes
    -----
    What is found is the mean of the motion in the series. An orbit in conservative chaos sticks to islands for hundreds
    of periods, along which neighbours hardly part; a series with much of that has a smaller exponent than the system.

    Examples
    --------
    >>> import dysts
    >>> x = dysts.integrate("Lorenz", 20000, points_per_period=20, predictability=False)
    >>> found = lyapunov_from_data(x, step=float(x.time[1]), steps=120, theiler=40)
    >>> abs(found.value - 0.906) < 0.15
    True
    """
    check_positive("step", step)
    values = check_series(series, shortest=SHORTEST)
    curves = divergence_curve(values, steps=steps, theiler=theiler, method=method, radius=radius, seed=seed)
    curve = curves.mean(axis=0)
    # Two independent states are sqrt(2 n) apart where n components have unit variance.
    saturated = np.flatnonzero(curve > math.log(SATURATED * math.sqrt(2.0 * standardised(values).shape[1])))
    ahead = int(saturated[0]) if saturated.size else len(curve)
    if ahead < 5:
        return Estimate(np.nan, np.nan, "neighbours are nowhere close enough: the series is too short or too noisy")
    curve, curves = curve[:ahead], curves[:, :ahead]
    times = np.arange(ahead) * step
    region = scaling_region(
        times,
        curve,
        narrowest=NARROWEST_SHARE * times[-1],
        relative=STRAIGHT,
        absolute=0.05 / times[-1],
        # The distance of neighbours oscillates with the period, which the window of Theiler is meant to cover.
        window=max(2, min(theiler // 2, len(times) // 6)),
    )
    if region is None:
        return Estimate(np.nan, np.nan, "the divergence of neighbours has no straight part")
    slopes = np.polyfit(times[region.first : region.last + 1], curves[:, region.first : region.last + 1].T, 1)[0]
    scatter = float(slopes.std(ddof=1) / math.sqrt(len(slopes)))
    return Estimate(region.slope, max(region.spread, scatter))
