"""The Lyapunov spectrum of equations that live too briefly to be compiled, from bundles of nearby trajectories.

References
----------
G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Lyapunov characteristic exponents for smooth dynamical systems
and for Hamiltonian systems, Meccanica 15, 9-20 (1980), doi:10.1007/BF02128236.
"""

import math

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.found_flow import library_flow
from dysts.systems.system import System

FloatArray = NDArray[np.float64]

STRIDE = 5
"""Points of the series in one point of the integrator, which takes smaller steps where it must."""
DISTANCE = 1e-7
"""Distance of a neighbour from its trajectory, in standard deviations: rounding errors are a billionth of it."""
BUNDLES = 8
"""Trajectories from different states, over which the exponents are averaged."""
SEGMENTS = 100
"""Times at which the neighbours are made orthogonal again and put close."""
ACCURATE = 1e-7
"""Error of a step, in standard deviations, that is allowed: a neighbour has the same one as its trajectory."""
TRANSIENT_SHARE = 0.2
"""Share of the segments at the beginning, in which the neighbours turn into their directions; it does not count."""


def found_spectrum(
    system: System, states: FloatArray, *, step: float, scale: FloatArray, points: int = 2
) -> tuple[float, ...]:
    """Return the Lyapunov exponents of found equations, in falling order, per unit of time.

    The time is that of `BUNDLES` trajectories over `SEGMENTS` segments: a first look, not the spectrum of
    `dysts.lyapunov`. Directions that contract by more than a factor of a billion in a segment are lost in rounding.

    Parameters
    ----------
    system : System
    states : ndarray, float64 [time, component]
        States on the motion, of which the trajectories start.
    step : float
        Time between two states; the integrator is asked for a point after `STRIDE` of them.
    scale : ndarray, float64 [component]
        Standard deviations of the data.
    points : int
        Points of the integrator in a segment.

    Returns
    -------
    tuple of float
        Empty where a trajectory leaves all bounds or two of them become one, and for equations that are no sums of
        products of variables and their sines and cosines.

    Examples
    --------
    >>> decay = System.from_equations("D", {"x": "-x", "y": "-2*y"}, initial_conditions=[1.0, 1.0])
    >>> [round(value, 6) for value in found_spectrum(decay, np.ones((1, 2)), step=0.01, scale=np.ones(2))]
    [-1.0, -2.0]
    """
    flow = library_flow(system)
    if flow is None:
        return ()
    step = STRIDE * step
    centres = np.ascontiguousarray(states[:: max(1, len(states) // BUNDLES)][:BUNDLES])
    count, dimension = centres.shape
    substeps = flow.enough_substeps(centres, step, points, scale, accurate=ACCURATE)
    directions = np.tile(np.eye(dimension), (count, 1, 1))
    grown: list[FloatArray] = []
    for segment in range(SEGMENTS):
        neighbours = centres[:, None] + DISTANCE * scale * directions
        both = np.concatenate([centres, neighbours.reshape(-1, dimension)])
        ends = flow.roll_out(both, step, points, substeps=substeps)[:, -1]
        if not np.isfinite(ends).all():
            return ()
        centres = ends[:count]
        apart = (ends[count:].reshape(count, dimension, dimension) - centres[:, None]) / scale
        # Rows are neighbours, and QR makes columns orthogonal.
        unitary, triangle = np.linalg.qr(apart.transpose(0, 2, 1))
        lengths = np.abs(np.diagonal(triangle, axis1=1, axis2=2))
        if not (lengths > 0.0).all():
            return ()
        if segment >= TRANSIENT_SHARE * SEGMENTS:
            grown.append(np.log(lengths / DISTANCE).mean(axis=0))
        directions = unitary.transpose(0, 2, 1)
    exponents = np.mean(grown, axis=0) / (points * step)
    assert math.isfinite(float(exponents.sum()))
    return tuple(sorted((float(value) for value in exponents), reverse=True))
