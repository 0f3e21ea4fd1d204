"""Poincare sections: the states in which a trajectory crosses a surface."""

import json
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.integration.choice import solve
from dysts.integration.events import make_event
from dysts.integration.problem import Problem, check_solver
from dysts.integration.tolerances import DEFAULT_TOLERANCE, by_component, check_initial_conditions, check_tolerances
from dysts.systems.registry import get_system
from dysts.systems.system import System
from dysts.version import __version__

if TYPE_CHECKING:
    import xarray

PERIODS_FOR_EACH = 100.0
"""Periods after which a crossing is not waited for any longer, for each of those asked for."""
MAXIMUM_STEPS = 100_000_000


def poincare_section(
    system: System | str,
    surface: str,
    crossings: int = 100,
    *,
    direction: Literal["up", "down", "both"] = "up",
    skip: int = 0,
    initial_conditions: Any = None,
    maximum_time: float | None = None,
    rtol: float = DEFAULT_TOLERANCE,
    atol: Any = None,
    solver: str = "auto",
    maximum_steps: int = MAXIMUM_STEPS,
    on_failure: Literal["raise", "keep"] = "raise",
    threads: int | None = None,
) -> "xarray.DataArray":
    """Return the states in which a trajectory crosses a surface in its phase space.

    The crossings are located on the dense output of the solver, with its accuracy.

    Parameters
    ----------
    system : System or str
        An ordinary system.
    surface : str
        An expression in the variables, parameters and definitions of the system, and time ``t``, that is zero on the
        surface, such as ``"z - 27"``.
    crossings : int
        How many to return.
    direction : {"up", "down", "both"}
        Count crossings where the expression grows, falls, or both.
    skip : int
        Crossings at the beginning that are left out, while the trajectory approaches its attractor.
    initial_conditions : array_like [component] or [trajectory, component], optional
        By default the stored one.
    maximum_time : float, optional
        When to give up; by default a hundred periods for each crossing.
    rtol, atol, solver, maximum_steps, threads
        As in `dysts.integrate`.
    on_failure : {"raise", "keep"}
        Whether too few crossings raise, or are returned with NaN for those that are missing.

    Returns
    -------
    xarray.DataArray
        float64 [crossing, component], or [trajectory, crossing, component]; the coordinate ``time`` says when.

    Raises
    ------
    InvalidArgumentError
        If an argument is not allowed.
    IntegrationError
        If there are too few crossings until `maximum_time`, or the integration fails before.
    NotSupportedError
        For delay systems.

    Examples
    --------
    >>> import dysts
    >>> section = dysts.poincare_section("Rossler", "y", 5, direction="down")
    >>> section.dims, section.shape, bool((abs(section.sel(component="y")) < 1e-9).all())
    (('crossing', 'component'), (5, 3), True)
    """
    if isinstance(system, str):
        system = get_system(system)
    if system.delay is not None:
        raise NotSupportedError(f"{system.name} is a delay system, for which this version finds no sections")
    if on_failure not in ("raise", "keep"):
        raise InvalidArgumentError(f"on_failure is {on_failure!r}; allowed are 'raise' and 'keep'")
    check_count("crossings", crossings)
    if skip != 0:
        check_count("skip", skip)
    event = make_event(system, surface, direction)
    given = check_initial_conditions(
        system, system.initial_conditions if initial_conditions is None else initial_conditions, None
    )
    states = np.atleast_2d(given)
    relative, absolute = check_tolerances(system, rtol, atol)
    relatives, absolutes = by_component(system, relative, absolute)
    last = (
        PERIODS_FOR_EACH * system.period * (crossings + skip)
        if maximum_time is None
        else check_positive("maximum_time", maximum_time)
    )
    solution = solve(
        Problem(
            systems=(system,),
            times=np.array([last]),
            states=states,
            relative_tolerance=relatives,
            absolute_tolerance=absolutes,
            maximum_steps=check_count("maximum_steps", maximum_steps),
            tolerance=relative,
            solver=check_solver(solver),
            event=event,
            most_events=crossings + skip,
        ),
        threads=threads,
    )
    if on_failure == "raise" and (solution.found < crossings + skip).any():
        raise IntegrationError(_what_is_missing(system, surface, solution, crossings + skip))
    values, times = solution.event_states[:, skip:], solution.event_times[:, skip:]
    many = given.ndim == 2
    return _label(system, values if many else values[0], times if many else times[0], surface, direction, relative)


def _what_is_missing(system: System, surface: str, solution: Any, wanted: int) -> str:
    from dysts.solvers.status import Status

    case = int((solution.found < wanted).argmax())
    which = f" (trajectory {case})" if len(solution.found) > 1 else ""
    status = Status(int(solution.status[case]))
    reason = f"; there the integration stopped: {status.sentence}" if status.failed else ""
    return (
        f"{system.name}{which}: {int(solution.found[case])} of {wanted} crossings of {surface!r} until time "
        f"{solution.reached[case]:.6g}{reason}; on_failure='keep' returns what there is"
    )


def _label(
    system: System, values: np.ndarray, times: np.ndarray, surface: str, direction: str, relative: float
) -> "xarray.DataArray":
    import xarray

    dims = ("trajectory", "crossing", "component")[-values.ndim :]
    return xarray.DataArray(
        values,
        dims=dims,
        coords={"time": (dims[:-1], times), "component": np.array(system.variables, dtype=object)},
        name=system.name,
        attrs={
            "system": system.name,
            "definition": system.definition_json,
            "parameters": json.dumps(dict(system.flat_parameters)),
            "surface": surface,
            "direction": direction,
            "rtol": relative,
            "dysts_version": __version__,
        },
    )
