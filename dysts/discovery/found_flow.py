"""The flow of found equations without compiling them: by the compiled loop of libraries, or by scipy."""

import re

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.closed_loop import LibraryFlow
from dysts.discovery.comparison import derivative_at
from dysts.discovery.expansion import canonical_form
from dysts.discovery.terms import TermLibrary
from dysts.errors import NotSupportedError
from dysts.systems.system import System

FloatArray = NDArray[np.float64]

_WAVE = re.compile(r"(sin|cos)\((?:([0-9.e+-]+)\*)?([A-Za-z]\w*)\)\Z")
_MOST_EVALUATIONS = 60_000


def library_flow(system: System) -> LibraryFlow | None:
    """Return the flow of equations that are sums of products of variables and their sines and cosines, else None.

    Examples
    --------
    >>> import dysts
    >>> library_flow(dysts.get_system("Lorenz")).library.terms
    ((('x', 1.0),), (('y', 1.0),), (('x', 1.0), ('z', 1.0)), (('x', 1.0), ('y', 1.0)), (('z', 1.0),))
    >>> library_flow(dysts.get_system("MacArthur")) is None
    True
    """
    try:
        forms = canonical_form(system)
    except NotSupportedError:
        # Too many terms when multiplied out.
        return None
    terms = list(dict.fromkeys(term for form in forms for term in form))
    waves: list[tuple[str, int, float]] = []
    rows: list[list[int]] = []
    for term in terms:
        row: list[int] = []
        for base, exponent in term:
            if exponent < 0.0 or not exponent.is_integer():
                return None
            if base in system.variables:
                column = 1 + system.variables.index(base)
            else:
                found = _WAVE.match(base)
                if found is None or found.group(3) not in system.variables:
                    return None
                wave = (found.group(1), system.variables.index(found.group(3)), float(found.group(2) or 1.0))
                if wave not in waves:
                    waves.append(wave)
                column = 1 + len(system.variables) + waves.index(wave)
            row += [column] * int(exponent)
        rows.append(row)
    width = max([1, *map(len, rows)])
    factors = np.array([[*row, *[0] * (width - len(row))] for row in rows], dtype=np.intp).reshape(-1, width)
    coefficients = np.array([[form.get(term, 0.0) for term in terms] for form in forms]).reshape(len(forms), -1)
    return LibraryFlow(TermLibrary(system.variables, tuple(waves), factors, "terms of a system"), coefficients)


def roll_out(system: System, start: FloatArray, step: float, points: int, *, scale: FloatArray) -> FloatArray:
    """Return the states after a start, float64 [time, component], NaN from where the equations leave all bounds.

    Parameters
    ----------
    system : System
    start : ndarray, float64 [component]
    step : float
    points : int
    scale : ndarray, float64 [component]
        Standard deviations of the data, the unit of errors.
    """
    flow = library_flow(system)
    if flow is not None:
        substeps = flow.enough_substeps(start[None], step, min(points, 100), scale)
        return flow.roll_out(start[None], step, points, substeps=substeps)[0]
    return _by_scipy(system, start, step, points)


def _by_scipy(system: System, start: FloatArray, step: float, points: int) -> FloatArray:
    from scipy.integrate import solve_ivp

    left = [_MOST_EVALUATIONS]

    def derivative(_: float, state: FloatArray) -> FloatArray:
        left[0] -= 1
        if left[0] < 0:
            raise _TooLong
        return derivative_at(system, state[None])[0]

    path = np.full((points, len(start)), np.nan)
    times = step * np.arange(1, points + 1)
    with np.errstate(all="ignore"):
        try:
            found = solve_ivp(
                derivative, (0.0, times[-1]), start, "LSODA", times, rtol=1e-8, atol=1e-10 * np.abs(start).max()
            )
        except (_TooLong, ValueError, FloatingPointError):
            return path
    path[: found.y.shape[1]] = found.y.T
    return path


class _TooLong(Exception):
    """The equations need more evaluations than a cell may take."""
