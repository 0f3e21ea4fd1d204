"""Finds first states for a fit: states on the attractor that are followed by what was observed.

One orbit of the true equations serves as a library. Its windows that are most similar to the first observations also
give the variables that are not observed.
"""

from collections.abc import Iterator

import numpy as np

STARTS_PER_LENGTH = 4
"""Number of most similar windows of each length."""
SHORTEST = 6
"""Least number of points that are compared."""


def half_turn(observed: np.ndarray) -> int:
    """Return the median number of points between two crossings of the mean, of the component that crosses most often.

    Parameters
    ----------
    observed : float64 [time, component]

    Examples
    --------
    >>> half_turn(np.sin(2.0 * np.pi * np.arange(1000) / 100.0)[:, None])
    50
    """
    above = observed > observed.mean(axis=0)
    shortest = len(observed)
    for changes in (above[1:] != above[:-1]).T:
        places = np.flatnonzero(changes)
        if len(places) > 2:
            shortest = min(shortest, int(np.median(np.diff(places))))
    return max(1, shortest)


def similar_starts(
    library: np.ndarray,
    observed: np.ndarray,
    observations: np.ndarray,
    *,
    deviations: np.ndarray,
    lengths: tuple[int, ...],
) -> Iterator[tuple[np.ndarray, int]]:
    """Yield states of a library whose windows are most similar to the first observations, each with a length.

    Parameters
    ----------
    library : float64 [time, variable]
        States along one orbit, as far apart as the observations.
    observed : float64 [time, component]
        Their observed components.
    observations : float64 [time, component]
    deviations : float64 [component]
        Unit of the differences.
    lengths : tuple of int
        Numbers of points that are compared.
    """
    for length in lengths:
        count = len(library) - length + 1
        if length > len(observations) or count < 1:
            continue
        squares = np.zeros(count)
        for offset in range(length):
            differences = (observed[offset : offset + count] - observations[offset]) / deviations
            squares += (differences**2).sum(axis=1)
        for _ in range(STARTS_PER_LENGTH):
            place = int(squares.argmin())
            if not np.isfinite(squares[place]):
                break
            yield library[place].copy(), length
            squares[max(0, place - length) : place + length + 1] = np.inf
