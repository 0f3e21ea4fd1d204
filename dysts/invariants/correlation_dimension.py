"""Estimates the correlation dimension of a set of states.

References
----------
P. Grassberger, I. Procaccia, Measuring the strangeness of strange attractors, Physica D 9 (1983) 189-208.
J. Theiler, Spurious dimension from correlation algorithms applied to limited time-series data, Physical Review A 34
(1986) 2427-2432 (pairs close in time are left out).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types

from dysts.checks import check_count
from dysts.compilation.driver import driver
from dysts.errors import InvalidArgumentError
from dysts.invariants.estimate import Estimate
from dysts.invariants.resolution import RESOLVED, quantisation
from dysts.invariants.scaling import scaling_region
from dysts.invariants.time_series import check_series, standardised

SHORTEST = 500
"""Least number of states."""
REFERENCES = 2000
"""Largest number of reference states, whose distances to all states are counted."""
RADII_PER_OCTAVE = 4
"""Number of radii in a factor of 2."""
OCTAVES = 24
"""Number of factors of 2 from the smallest radius to the largest."""
FEWEST_PAIRS = 300
"""Least number of pairs within a radius that counts, as their number has an error of its root."""
LARGEST_SHARE = 0.05
"""Largest share of pairs within a radius that counts; larger radii show the size of the set and not its structure."""
NARROWEST = math.log(4.0)
"""Least width of the scaling region in the logarithm of the radius."""
STRAIGHT = 0.07
"""Largest relative difference of a local slope in the scaling region from their mean."""
PARTS = 10
"""Number of groups of reference states, whose spread gives the error."""
_DROPPED_BITS = 48
"""Bits of a number behind its sign, its exponent and the first four bits of its mantissa."""


@dataclass(frozen=True)
class CorrelationSum:
    """The correlation sum: the share of pairs of states that are closer than a radius.

    Attributes
    ----------
    radii : float64 [radius]
        Radii in units of the standard deviation of the components.
    shares : float64 [part, radius]
        Shares of close pairs, for each group of reference states.
    pairs : int64 [radius]
        Number of pairs closer than the radius, in all groups.
    """

    radii: np.ndarray
    shares: np.ndarray
    pairs: np.ndarray


def correlation_sum(series: Any, *, theiler: int, seed: int = 0) -> CorrelationSum:
    """Count the pairs of states within each of many radii.

    Parameters
    ----------
    series : array_like [time, component]
        Components are standardised; distances are Euclidean.
    theiler : int
        Pairs fewer points apart in time are left out.
    seed : int
        Seed of the choice of reference states, at most 2000.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite.
    """
    values = standardised(check_series(series, shortest=SHORTEST))
    window = check_count("theiler", theiler)
    if 4 * window > len(values):
        raise InvalidArgumentError(f"theiler must be at most a quarter of the {len(values)} points, got {window}")
    generator = np.random.default_rng(seed)
    references = generator.permutation(len(values))[:REFERENCES]
    counts = np.zeros((PARTS, OCTAVES * RADII_PER_OCTAVE), dtype=np.int64)
    compared = np.zeros(PARTS, dtype=np.int64)
    largest = 2.0 * math.sqrt(values.shape[1])
    table = _bins_of_squares(largest, counts.shape[1])
    _count_pairs(np.ascontiguousarray(values.T), references.astype(np.int64), window, *table, counts, compared)
    # Bin b holds distances between 2^(-(b+1)/n) and 2^(-b/n) of the largest radius.
    within = np.cumsum(counts[:, ::-1], axis=1)
    radii = largest * 2.0 ** (-np.arange(counts.shape[1])[::-1] / RADII_PER_OCTAVE)
    return CorrelationSum(radii, within / compared[:, None], within.sum(axis=0))


def _bins_of_squares(largest: float, bins: int) -> tuple[float, int, np.ndarray, np.ndarray]:
    """Return a table from the leading bits of a square distance to its bin, which takes no logarithm.

    Numbers that agree in the exponent and the first bits of the mantissa differ by at most 6 %, so that at most one
    edge between bins lies among them.

    Returns
    -------
    beyond : float
        Square of the largest radius.
    lowest : int
        Leading bits of the first entry; smaller squares are in the last bin.
    bin : int64 [entry]
        The bin of the largest square with these leading bits.
    edge : float64 [entry]
        Squares with these leading bits up to this one are in the next bin.
    """
    beyond = largest * largest
    edges = beyond * 2.0 ** (-2.0 * np.arange(bins) / RADII_PER_OCTAVE)
    lowest, highest = (int(np.float64(square).view(np.int64)) >> _DROPPED_BITS for square in (edges[-1], beyond))
    leading = np.arange(lowest, highest + 1, dtype=np.int64)
    smallest = (leading << _DROPPED_BITS).view(np.float64)
    greatest = ((leading + 1 << _DROPPED_BITS) - 1).view(np.float64)
    places = np.maximum(np.searchsorted(-edges, -greatest, side="right") - 1, 0)
    following = np.append(edges, 0.0)[places + 1]
    return beyond, lowest, places, np.where(following >= smallest, following, 0.0)


@driver(
    types.void(
        types.float64[:, ::1],
        types.int64[::1],
        types.int64,
        types.float64,
        types.int64,
        types.int64[::1],
        types.float64[::1],
        types.int64[:, ::1],
        types.int64[::1],
    )
)
def _count_pairs(
    values: np.ndarray,
    references: np.ndarray,
    theiler: int,
    beyond: float,
    lowest: int,
    places: np.ndarray,
    edges: np.ndarray,
    counts: np.ndarray,
    compared: np.ndarray,
) -> None:
    parts, bins = counts.shape
    components, count = values.shape
    squares = np.empty(count)
    bits = squares.view(np.int64)
    for r in range(references.size):
        i = references[r]
        part = r * parts // references.size
        squares[:] = 0.0
        for c in range(components):
            here = values[c, i]
            for j in range(count):
                squares[j] += (here - values[c, j]) ** 2
        before, after = max(0, i - theiler + 1), min(count, i + theiler)
        compared[part] += count - (after - before)
        for begin, end in ((0, before), (after, count)):
            for j in range(begin, end):
                if squares[j] >= beyond:
                    continue
                entry = (bits[j] >> _DROPPED_BITS) - lowest
                if entry < 0:
                    counts[part, bins - 1] += 1
                else:
                    counts[part, places[entry] + (squares[j] <= edges[entry])] += 1


def correlation_dimension(series: Any, *, theiler: int, seed: int = 0) -> Estimate:
    """Estimate the correlation dimension, the slope of the logarithm of the correlation sum over that of the radius.

    The scaling region is the widest range of radii, at least a factor of 4, in which the local slope stays within 7 %
    of its mean; it counts radii with at least 300 pairs and at most 5 % of all pairs, above three times the step
    of quantised data.

    Parameters
    ----------
    series : array_like [time, component]
        States on the attractor, or delay vectors (`dysts.invariants.embed`); 20,000 are better than 2000.
    theiler : int
        Pairs fewer points apart in time are left out; a period or more.
    seed : int
        For the reference points.

    Returns
    -------
    Estimate
        The error is the larger one of the spread of the local slopes in the region and the standard error over
        groups of reference points. Not reliable if there is no scaling region.

    Raises
    ------
    InvalidArgumentError
        If the series is too short, constant or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> square = np.random.default_rng(0).random((5000, 2))
    >>> abs(correlation_dimension(square, theiler=1).value - 2.0) < 0.15
    True
    """
    found = correlation_sum(series, theiler=theiler, seed=seed)
    total = found.shares.mean(axis=0)
    smallest = RESOLVED * quantisation(standardised(check_series(series, shortest=SHORTEST)))
    usable = np.flatnonzero((found.pairs >= FEWEST_PAIRS) & (total <= LARGEST_SHARE) & (found.radii >= smallest))
    if usable.size == 0:
        return Estimate(
            np.nan,
            np.nan,
            f"no radius above {smallest:.2g}, three times the rounding of the data, has at least {FEWEST_PAIRS} "
            f"pairs and at most {100.0 * LARGEST_SHARE:g} % of all",
        )
    x, y = np.log(found.radii[usable]), np.log(total[usable])
    region = scaling_region(x, y, narrowest=NARROWEST, relative=STRAIGHT)
    if region is None:
        return Estimate(
            np.nan,
            np.nan,
            f"no scaling region: the slope is not constant over a factor of 4 in the radius above {math.exp(x[0]):.2g}",
        )
    inside = usable[region.first : region.last + 1]
    with np.errstate(divide="ignore"):
        logarithms = np.log(found.shares[:, inside])
    kept = logarithms[np.isfinite(logarithms).all(axis=1)]
    slopes = np.polyfit(np.log(found.radii[inside]), kept.T, 1)[0] if len(kept) > 1 else np.full(2, np.nan)
    scatter = float(slopes.std(ddof=1) / math.sqrt(len(slopes)))
    return Estimate(region.slope, float(np.nanmax([region.spread, scatter])))
