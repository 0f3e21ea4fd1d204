"""Poincare sections: the states in which a trajectory crosses a surface."""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dysts.checks import check_choice, check_count, check_positive
from dysts.errors import IntegrationError, NotSupportedError
from dysts.integration.choice import solve
from dysts.integration.events import make_event
from dysts.integration.hints import with_hints
from dysts.integration.problem import Problem, check_solver
from dysts.integration.solution import Solution
from dysts.integration.tolerances import DEFAULT_TOLERANCE, by_component, check_initial_conditions, check_tolerances
from dysts.systems.kinds import refuse_map
from dysts.systems.registry import as_system_or_ensemble
from dysts.systems.system import Ensemble, System
from dysts.version import __version__

if TYPE_CHECKING:
    import xarray

PERIODS_FOR_EACH = 100.0
"""Length of the search for each crossing, in periods, unless a time is given: far more than between two crossings."""
MAXIMUM_STEPS = 100_000_000
"""Limit on the steps of a trajectory: some minutes of work."""


@with_hints
def poincare_section(
    system: System | Ensemble | str,
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
    system : System, Ensemble or str
        An ordinary system, or one with many parameter sets (`System.with_parameters` with arrays).
    surface : str
        An expression in the variables, parameters and definitions of the system, and time ``t``, that is zero on the
        surface, such as ``"z - 27"``.
    crossings : int
        Number of crossings to return.
    direction : {"up", "down", "both"}
        Count crossings where the expression grows, falls, or both.
    skip : int
        Number of crossings at the beginning that are left out, while the trajectory approaches its attractor.
    initial_conditions : array_like [component] or [trajectory, component], or mapping of str to array_like, optional
        One state or many, in the order of the variables or by name; by default the stored one. An ensemble takes one
        for all of its members or one for each.
    maximum_time : float, optional
        Time at which the search ends; by default a hundred periods for each crossing.
    rtol, atol, solver, maximum_steps, threads
        As in `dysts.integrate`.
    on_failure : {"raise", "keep"}
        Whether too few crossings raise, or are returned with NaN for those that are missing.

    Returns
    -------
    xarray.DataArray
        float64 [crossing, component], or [trajectory, crossing, component] for many trajectories; the coordinate
        ``time`` holds the time of each crossing, and a parameter that varies in an ensemble is a coordinate as well.

    Raises
    ------
    UnknownArgumentError, InvalidArgumentError
        If an argument is not known or not allowed.
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
    system = as_system_or_ensemble(system)
    base, members = (system.base, system.members) if isinstance(system, Ensemble) else (system, (system,))
    refuse_map(base, "poincare_section")
    if base.delay is not None:
        raise NotSupportedError(f"{base.name} is a delay system, for which this version finds no sections")
    check_choice("on_failure", on_failure, ("raise", "keep"))
    wanted = check_count("crossings", crossings) + check_count("skip", skip, least=0)
    event = make_event(base, surface, direction)
    given = check_initial_conditions(
        base,
        base.initial_conditions if initial_conditions is None else initial_conditions,
        len(members) if isinstance(system, Ensemble) else None,
    )
    states = np.broadcast_to(given, (len(members), base.dimension)) if given.ndim == 1 else given
    relative, absolute = check_tolerances(base, rtol, atol)
    relatives, absolutes = by_component(base, relative, absolute)
    last = (
        PERIODS_FOR_EACH * base.period * wanted
        if maximum_time is None
        else check_positive("maximum_time", maximum_time)
    )
    solution = solve(
        Problem(
            systems=members,
            times=np.array([last]),
            states=states,
            relative_tolerance=relatives,
            absolute_tolerance=absolutes,
            maximum_steps=check_count("maximum_steps", maximum_steps),
            tolerance=relative,
            solver=check_solver(solver),
            event=event,
            most_events=wanted,
        ),
        threads=threads,
    )
    if on_failure == "raise" and (solution.found < wanted).any():
        raise IntegrationError(_what_is_missing(base, surface, solution, wanted))
    values, times = solution.event_states[:, skip:], solution.event_times[:, skip:]
    many = given.ndim == 2 or isinstance(system, Ensemble)
    attributes = {"surface": surface, "direction": direction, "rtol": relative}
    return _label(system, values if many else values[0], times if many else times[0], attributes)


def _what_is_missing(system: System, surface: str, solution: Solution, wanted: int) -> str:
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
    system: System | Ensemble, values: np.ndarray, times: np.ndarray, attributes: dict[str, Any]
) -> "xarray.DataArray":
    import xarray

    base = system.base if isinstance(system, Ensemble) else system
    dims = ("trajectory", "crossing", "component")[-values.ndim :]
    section = xarray.DataArray(
        values,
        dims=dims,
        coords={"time": (dims[:-1], times), "component": np.array(base.variables, dtype=object)},
        name=base.name,
        attrs={
            "system": base.name,
            "definition": base.definition_json,
            "parameters": base.parameters_json,
            **attributes,
            "dysts_version": __version__,
        },
    )
    return section.assign_coords(varied_coordinates(system)) if isinstance(system, Ensemble) else section


def varied_coordinates(ensemble: Ensemble) -> dict[str, tuple[str, np.ndarray]]:
    """Return the parameters that vary in an ensemble, one number for each trajectory, as coordinates of an array."""
    return {
        name: ("trajectory", np.array(values))
        for name, values in ensemble.varied.items()
        if np.ndim(values) == 1 and name not in ("time", "component", "trajectory", "crossing")
    }
