"""Estimates the largest Lyapunov exponent of a series from the rate at which close states separate.

References
----------
M. T. Rosenstein, J. J. Collins, C. J. De Luca, Physica D 65 (1993) 117-134 (the closest neighbour, mean logarithm).
H. Kantz, Physics Letters A 185 (1994) 77-87 (all neighbours in a ball, logarithm of the mean).
"""

import math
from typing import Any, Literal

import numpy as np
from numba import types
from numpy.lib.stride_tricks import sliding_window_view
from scipy.spatial import cKDTree

from dysts.checks import check_count, check_positive
from dysts.compilation.driver import driver
from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.invariants.resolution import RESOLVED, resolution
from dysts.invariants.scaling import scaling_region
from dysts.invariants.time_series import check_series, standardised

SHORTEST = 500
"""Least number of states."""
REFERENCES = 2000
"""Largest number of reference states whose neighbours are followed."""
FEWEST_REFERENCES = 50
"""Least number of reference states with neighbours."""
LEAST_SHARE = 0.2
"""Least share of the reference states that has neighbours; a smaller one shows the densest part of the set alone."""
FEWEST_NEIGHBOURS = 5
"""Least number of neighbours in the ball of Kantz's method."""
PARTS = 10
"""Number of groups of reference states, whose spread gives the error."""
CANDIDATES = 32
"""Number of neighbours that are searched for at first, as many of them may be close in time."""
TOGETHER = 100
"""Number of reference states that are treated at once, which bounds the memory."""
MANY_COMPONENTS = 8
"""Number of components from which numpy adds squares in another order than one by one, and so with other bits."""
STRAIGHT = 0.25
"""Largest relative difference of a local slope in the scaling region from their mean."""
SATURATED = 0.2
"""Distance at which the divergence saturates, as a fraction of the distance of two random states."""
NARROWEST_SHARE = 0.15
"""Least width of the scaling region, as a share of the curve between resolution and saturation."""
LEAST_GROWTH = 2.0
"""Least factor by which neighbours separate in the scaling region; over less, any curve is straight."""
LEAST_WINDOWS = (0.5, 0.15)
"""Least width of the scaling region in Theiler windows: about a period, over which the distances oscillate, and where
there is none as wide, a third of one, in which the first alignment of the distances ends."""
UNCERTAIN = 0.15
"""Standard error of the logarithm of the growth in the scaling region, from oscillations and alignment.

With it the errors of twenty systems in five qualities are as large as they say: the root mean square of the differences
to the true values is 0.97 errors (Rosenstein) and 1.03 (Kantz), and on twenty other systems 0.93 and 0.98."""
FEWEST_POINTS = 5
"""Least number of points of the curve between resolution and saturation."""


def divergence_curve(
    series: Any,
    *,
    steps: int,
    theiler: int,
    method: Literal["rosenstein", "kantz"] = "rosenstein",
    radius: float = 0.05,
    seed: int = 0,
) -> np.ndarray:
    """Return the mean logarithm of the distance between neighbours after each step: float64 [part, step].

    Parameters
    ----------
    series : array_like [time, component]
        States or delay vectors, equidistant in time; components are standardised.
    steps : int
        Number of steps for which neighbours are followed.
    theiler : int
        Neighbours fewer points apart in time do not count.
    method : {"rosenstein", "kantz"}
        Follow the closest neighbour, or all neighbours in a ball.
    radius : float
        Radius of the ball of `kantz`, in units of the standard deviation.
    seed : int
        Seed of the choice of reference states, at most 2000.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite, or fewer than 50 states have neighbours.
    """
    curves, _ = _curves(series, steps=steps, theiler=theiler, method=method, radius=radius, seed=seed, least=0.0)
    return _in_parts(curves)


def _in_parts(curves: np.ndarray) -> np.ndarray:
    return np.stack([part.mean(axis=0) for part in np.array_split(curves, PARTS)])


def _curves(
    series: Any, *, steps: int, theiler: int, method: str, radius: float, seed: int, least: float
) -> tuple[np.ndarray, float]:
    """Return the curve of each reference state with neighbours, float64 [state, step], and the share of such states.

    Distances below `least` count as it; without it, states that coincide with a neighbour are left out.
    """
    values = standardised(check_series(series, shortest=SHORTEST))
    window, ahead = check_count("theiler", theiler), check_count("steps", steps)
    usable = len(values) - ahead
    if usable < SHORTEST // 2 or 4 * window > usable:
        raise InvalidArgumentError(
            f"series must be longer to follow neighbours at least {window} points apart for {ahead} steps, got "
            f"{len(values)} points"
        )
    if method not in ("rosenstein", "kantz"):
        raise InvalidArgumentError(f"method must be 'rosenstein' or 'kantz', got {method!r}")
    check_positive("radius", radius)
    references = np.random.default_rng(seed).permutation(usable)[:REFERENCES]
    tree = cKDTree(values[:usable])
    if method == "kantz":
        curves = _curves_in_balls(tree, values, references, window=window, ahead=ahead, radius=radius, least=least)
    else:
        closest = _closest(tree, values, references, window)
        curves = _curves_to(values, references[closest >= 0], closest[closest >= 0], ahead=ahead, least=least)
    curves = curves[np.isfinite(curves).all(axis=1)]
    if len(curves) < FEWEST_REFERENCES:
        raise InvalidArgumentError(
            f"at least {FEWEST_REFERENCES} states must have neighbours at least {window} points away"
            + (f" within {radius} standard deviations" if method == "kantz" else "")
            + f", got {len(curves)} of {len(references)}"
        )
    return curves, len(curves) / len(references)


def _curves_in_balls(
    tree: cKDTree, values: np.ndarray, references: np.ndarray, *, window: int, ahead: int, radius: float, least: float
) -> np.ndarray:
    """Return the curve of each state with enough neighbours in its ball, float64 [state, step]."""
    paths = np.arange(ahead + 1)
    curves = []
    for reference in references:
        inside = np.array(tree.query_ball_point(values[reference], radius))
        far = inside[np.abs(inside - reference) >= window]
        if far.size < FEWEST_NEIGHBOURS:
            continue
        distances = np.linalg.norm(values[reference + paths] - values[far[:, None] + paths], axis=2)
        curves.append(_logarithm(distances.mean(axis=0), least))
    return np.array(curves).reshape(-1, ahead + 1)


def _curves_to(
    values: np.ndarray, references: np.ndarray, neighbours: np.ndarray, *, ahead: int, least: float
) -> np.ndarray:
    """Return the curve of each state to the one neighbour given for it, float64 [state, step]."""
    distances = np.empty((len(references), ahead + 1))
    if values.shape[1] < MANY_COMPONENTS:
        _square_distances(np.ascontiguousarray(values.T), references, neighbours, distances)
        return _logarithm(np.sqrt(distances, out=distances), least)
    paths = sliding_window_view(values, ahead + 1, axis=0)
    for begin in range(0, len(references), TOGETHER):
        part = slice(begin, begin + TOGETHER)
        distances[part] = np.linalg.norm(paths[references[part]] - paths[neighbours[part]], axis=1)
    return _logarithm(distances, least)


@driver(types.void(types.float64[:, ::1], types.int64[::1], types.int64[::1], types.float64[:, ::1]), allocates=False)
def _square_distances(values: np.ndarray, references: np.ndarray, neighbours: np.ndarray, squares: np.ndarray) -> None:
    """Put the square distances along the paths from each state and its neighbour into `squares`.

    Parameters
    ----------
    values : float64 [component, time]
    references, neighbours : int64 [state]
    squares : float64 [state, step]
    """
    for r in range(references.size):
        here, there = references[r], neighbours[r]
        squares[r] = 0.0
        for c in range(values.shape[0]):
            for step in range(squares.shape[1]):
                squares[r, step] += (values[c, here + step] - values[c, there + step]) ** 2


def _logarithm(distances: np.ndarray, least: float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(distances, least))


def _closest(tree: cKDTree, values: np.ndarray, references: np.ndarray, window: int) -> np.ndarray:
    """Return the closest state at least a window away from each reference state, or -1, int64 [state]."""
    found = np.full(len(references), -1)
    missing = np.arange(len(references))
    count = min(CANDIDATES, tree.n)
    while missing.size:
        for begin in range(0, missing.size, TOGETHER):
            asked = missing[begin : begin + TOGETHER]
            close = np.asarray(tree.query(values[references[asked]], count)[1]).reshape(len(asked), count)
            far = np.abs(close - references[asked, None]) >= window
            has = far.any(axis=1)
            found[asked[has]] = close[has, far[has].argmax(axis=1)]
        if count == tree.n:
            break
        missing = missing[found[missing] < 0]
        count = min(4 * count, tree.n)
    return found


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
    r"""Estimate the largest Lyapunov exponent from a series alone.

    The exponent is the slope of the divergence curve in its scaling region: the widest stretch in which local slopes
    are within 25 % of their mean, between three times the resolution of the data (`dysts.invariants.resolution`) and
    saturation, which is at a fifth of the distance of two random states.

    Parameters
    ----------
    series : array_like [time, component]
        States or delay vectors (`dysts.invariants.embed`), equidistant in time.
    step : float
        Time between two points.
    steps : int
        Number of steps for which neighbours are followed, until they are about as far apart as two random states.
    theiler : int
        Neighbours fewer points apart in time do not count. Two periods are safe. A scaling region of half of this
        window is preferred, as the distance of neighbours oscillates with the period.
    method : {"rosenstein", "kantz"}
        Follow the closest neighbour, or all neighbours in a ball.
    radius : float
        Radius of the ball of `kantz`, in units of the standard deviation.
    seed : int
        Seed of the choice of reference states.

    Returns
    -------
    Estimate
        Exponent per unit of time. The error is the larger one of the spread of local slopes and the standard error over
        groups of reference states, with an uncertainty of 0.15 in the logarithm of the growth added in squares. Not
        reliable without a scaling region in which neighbours separate by a factor of two, over 15 % of the Theiler
        window or more: the series is too short, too coarse, too noisy, or not chaotic.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite, or fewer than 50 states have neighbours.

    Notes
    -----
    With :math:`d_i(t)` the distance of the i-th reference state to its neighbour (Rosenstein), or the mean distance to
    its neighbours (Kantz), after a time t, the divergence curve is

    .. math:: S(t) = \langle \ln d_i(t) \rangle_i \approx S(0) + \lambda t.

    Noise of the distance :math:`\eta` adds to it, :math:`d^2 \approx d_0^2 e^{2 \lambda t} + \eta^2`, which flattens
    the curve near :math:`\eta`. The estimate is an average over the motion in the series: an orbit in conservative
    chaos that sticks to islands for hundreds of periods has a smaller exponent than the system.

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
    standard = standardised(values)
    # Two independent states are sqrt(2 n) apart where n components have unit variance.
    limit = SATURATED * math.sqrt(2.0 * standard.shape[1])
    smallest = resolution(standard, theiler=check_count("theiler", theiler), seed=seed)
    if RESOLVED * smallest >= limit:
        return Estimate(
            np.nan,
            np.nan,
            f"three times the resolution of the data, {smallest:.2g} standard deviations, is beyond the distance "
            f"{limit:.2g} at which neighbours saturate: the series is too short, coarse or noisy",
        )
    each, share = _curves(values, steps=steps, theiler=theiler, method=method, radius=radius, seed=seed, least=smallest)
    if share < LEAST_SHARE:
        return Estimate(
            np.nan,
            np.nan,
            f"only {100.0 * share:.0f} % of the states have neighbours, which shows the densest part of the set alone",
        )
    curves = _in_parts(each)
    curve = curves.mean(axis=0)
    saturated = np.flatnonzero(curve > math.log(limit))
    last = int(saturated[0]) if saturated.size else len(curve)
    below = np.flatnonzero(curve[:last] < math.log(RESOLVED * smallest)) if smallest > 0.0 else np.empty(0)
    first = int(below[-1]) + 1 if below.size else 0
    if last - first < FEWEST_POINTS:
        return Estimate(
            np.nan,
            np.nan,
            f"distances of neighbours exceed {RESOLVED:g} times the resolution of the data, {smallest:.2g} standard "
            f"deviations, for {last - first} steps before they saturate: the series is too short, coarse or noisy",
        )
    curve, curves = curve[first:last], curves[:, first:last]
    times = np.arange(last - first) * step
    for windows in LEAST_WINDOWS:
        region = scaling_region(
            times,
            curve,
            narrowest=max(NARROWEST_SHARE * times[-1], windows * theiler * step),
            relative=STRAIGHT,
            absolute=0.05 / times[-1],
            # The distance of neighbours oscillates with the period, which the window of Theiler is meant to cover.
            window=max(2, min(theiler // 2, len(times) // 6)),
        )
        growth = 0.0 if region is None else region.slope * (times[region.last] - times[region.first])
        if region is not None and growth >= math.log(LEAST_GROWTH):
            break
    else:
        return Estimate(
            np.nan,
            np.nan,
            f"neighbours do not separate exponentially by a factor of {LEAST_GROWTH:g} over {LEAST_WINDOWS[-1]:g} "
            "Theiler windows or more",
        )
    slopes = np.polyfit(times[region.first : region.last + 1], curves[:, region.first : region.last + 1].T, 1)[0]
    scatter = float(slopes.std(ddof=1) / math.sqrt(len(slopes)))
    return Estimate(region.slope, math.hypot(max(region.spread, scatter), UNCERTAIN / growth * region.slope))
