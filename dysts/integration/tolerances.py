"""Checks of what an integration begins with: tolerances and initial states."""

import functools
import math
from typing import Any, Literal

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.systems.system import System

Precision = Literal["double", "extended"]

DOUBLE: Precision = "double"
EXTENDED: Precision = "extended"
PRECISIONS = (DOUBLE, EXTENDED)
DEFAULT_TOLERANCE = 1e-9
SMALLEST_TOLERANCE = 1e-14
"""Below this, rounding errors of one step exceed what is asked for."""
DEFAULT_TOLERANCES = {DOUBLE: DEFAULT_TOLERANCE, EXTENDED: 1e-25}
SMALLEST_TOLERANCES = {DOUBLE: SMALLEST_TOLERANCE, EXTENDED: 1e-28}
"""The default and the smallest relative tolerance of each precision."""
ABSOLUTE_FRACTION = 1e-9
"""The default absolute tolerance in units of the relative one.

Populations and other products of the state with itself fall to 1e-10 of their size and grow again: with a thousandth
instead, LiuChen loses seven digits. Over all systems it costs one percent more evaluations."""
ABSOLUTE_FRACTION_IN_EXTENDED_PRECISION = 1e-40
"""The same in extended precision, in which those populations fall to 1e-38 before they grow again."""


def check_precision(precision: object) -> Precision:
    """Check the name of a precision and return it.

    Raises
    ------
    InvalidArgumentError
    """
    if not isinstance(precision, str) or precision not in PRECISIONS:
        raise InvalidArgumentError(f"precision must be one of {', '.join(map(repr, PRECISIONS))}, got {precision!r}")
    return precision


def check_tolerances(system: System, rtol: Any, atol: Any, precision: Precision = DOUBLE) -> tuple[float, np.ndarray]:
    """Return the relative tolerance and the absolute one of each component.

    Raises
    ------
    InvalidArgumentError
        If one is not a positive number in the range that the precision allows.
    """
    smallest = SMALLEST_TOLERANCES[precision]
    fraction = ABSOLUTE_FRACTION_IN_EXTENDED_PRECISION if precision == EXTENDED else ABSOLUTE_FRACTION
    if rtol is None and atol is None:
        default = DEFAULT_TOLERANCES[precision]
        return default, _uniform(system.dimension, default * fraction)
    try:
        relative = DEFAULT_TOLERANCES[precision] if rtol is None else float(rtol)
        absolute = np.array(relative * fraction if atol is None else atol, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidArgumentError(f"rtol and atol must be numbers, got {rtol!r} and {atol!r}") from None
    if not smallest <= relative < 1.0:
        remedy = "" if precision == EXTENDED else "; precision='extended' goes down to 1e-28"
        raise InvalidArgumentError(f"rtol must be at least {smallest:g} and below 1, got {rtol!r}{remedy}")
    if absolute.shape not in ((), (system.dimension,)):
        raise InvalidArgumentError(
            f"atol must be one number or one for each of the {system.dimension} components, got shape {absolute.shape}"
        )
    if not all(0.0 < tolerance < math.inf for tolerance in absolute.ravel().tolist()):
        raise InvalidArgumentError(f"atol must be positive and finite, got {atol!r}")
    whole = np.empty(system.dimension)
    whole[:] = absolute
    return relative, whole


def by_component(system: System, relative: float, absolute: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the relative and the absolute tolerance of each component, as the solvers take them.

    An angle that goes round and round grows without bound, and a tolerance relative to it would loosen all the time:
    angles have an absolute tolerance in units of one turn.

    Parameters
    ----------
    system : System
    relative : float
    absolute : float64 [component]

    Returns
    -------
    relative, absolute : float64 [component]

    Examples
    --------
    >>> import dysts, numpy as np
    >>> relative, absolute = by_component(dysts.get_system("DoublePendulum"), 1e-9, np.full(4, 1e-18))
    >>> relative.tolist()
    [0.0, 0.0, 1e-09, 1e-09]
    >>> (absolute / 1e-9).round(2).tolist()
    [6.28, 6.28, 0.0, 0.0]
    """
    turns = system.turns
    if not np.count_nonzero(turns):
        return _uniform(system.dimension, relative), absolute
    return np.where(turns > 0.0, 0.0, relative), absolute + relative * turns


@functools.lru_cache(maxsize=256)
def _uniform(dimension: int, tolerance: float) -> np.ndarray:
    """Return one tolerance for each component, which nobody writes to; compiled loops take no read-only arrays."""
    return np.full(dimension, tolerance)


def check_initial_conditions(system: System, given: Any, members: int | None) -> np.ndarray:
    """Return one state [component] or many [trajectory, component].

    Parameters
    ----------
    system : System
    given : array_like
    members : int or None
        Size of the ensemble of parameter sets, if there is one: many states must be as many.

    Raises
    ------
    InvalidArgumentError
    """
    states = system.check_states(given)
    if states.ndim > 2 or states.size == 0:
        raise InvalidArgumentError(
            f"initial_conditions must have shape ({system.dimension},) for one state or "
            f"(trajectories, {system.dimension}) for many, got shape {states.shape}"
        )
    if members is not None and states.ndim == 2 and len(states) != members:
        raise InvalidArgumentError(
            f"initial_conditions must be one state, or one for each of the {members} members, got {len(states)}"
        )
    return states
