"""Bifurcation diagrams: the section of the attractor with a surface, for each of many parameter values."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError
from dysts.integration.hints import with_hints
from dysts.integration.sections import PERIODS_FOR_EACH, poincare_section
from dysts.integration.tolerances import DEFAULT_TOLERANCE
from dysts.invariants.period import system_period
from dysts.systems.registry import as_system
from dysts.systems.system import Ensemble, System

if TYPE_CHECKING:
    import xarray

MAXIMUM_STEPS = 1_000_000
"""Limit on the steps for each parameter value, some seconds of work."""


@with_hints
def bifurcation_diagram(
    system: System | str,
    parameters: Mapping[str, Any],
    section: str,
    *,
    direction: Literal["up", "down", "both"] = "up",
    crossings: int = 100,
    skip: int = 200,
    initial_conditions: Any = None,
    maximum_time: float | None = None,
    rtol: float = DEFAULT_TOLERANCE,
    atol: Any = None,
    solver: str = "auto",
    maximum_steps: int = MAXIMUM_STEPS,
    threads: int | None = None,
) -> "xarray.DataArray":
    """Compute the states in which the attractor crosses a surface, for each of many parameter values.

    Each value has a trajectory of its own from the same initial condition, so that none depends on its neighbours and
    all are computed in parallel. Where several attractors coexist, the diagram shows the one that is reached from
    there.

    Parameters
    ----------
    system : System or str
        An ordinary system.
    parameters : mapping of str to array_like
        The values of a parameter, such as ``{"c": numpy.linspace(2, 6, 2000)}``; several parameters that vary together
        have equally many. Others are set by `System.with_parameters` before.
    section : str
        An expression that is zero on the surface, as in `dysts.poincare_section`. With the right-hand side of a
        variable and the direction "down" the diagram shows the maxima of that variable.
    direction : {"up", "down", "both"}
        Count crossings where the expression grows, falls, or both.
    crossings, skip : int
        Number of crossings for each value, and of those before them that are left out while the trajectory approaches
        its attractor.
    initial_conditions : array_like [component] or mapping of str to float, optional
        By default the stored one.
    maximum_time : float, optional
        Time at which the search ends; by default a hundred periods for each crossing, the period being the stored one
        or that of the system as it is given.
    rtol, atol, solver, maximum_steps, threads
        As in `dysts.integrate`.

    Returns
    -------
    xarray.DataArray
        float64 [trajectory, crossing, component]; the coordinates are the parameters that vary, and ``time``. Where a
        trajectory has fewer crossings, as it settles on a fixed point or ends, the others are NaN; the attribute
        ``incomplete`` counts such trajectories.

    Raises
    ------
    UnknownNameError, InvalidArgumentError
        If a parameter is not known, or an argument is not allowed.
    NotSupportedError
        For delay systems.

    Examples
    --------
    >>> import dysts
    >>> diagram = dysts.bifurcation_diagram("Rossler", {"c": [2.5, 3.5]}, "y", direction="down", crossings=8)
    >>> diagram.shape, diagram["c"].values.tolist()
    ((2, 8, 3), [2.5, 3.5])
    >>> [len(set(x.round(3).tolist())) for x in diagram.sel(component="x").values]  # period 1, then period 2
    [1, 2]
    """
    system = as_system(system)
    if not isinstance(parameters, Mapping) or not parameters or not all(isinstance(name, str) for name in parameters):
        raise InvalidArgumentError(
            f"parameters must be a mapping of names to values, such as {{'c': [2.0, 3.0]}}, got {parameters!r}"
        )
    ensemble = system.with_parameters(**{name: np.atleast_1d(values) for name, values in parameters.items()})
    if not isinstance(ensemble, Ensemble):
        raise InvalidArgumentError(f"parameters must hold arrays of values, got none for {', '.join(parameters)}")
    wanted = check_count("crossings", crossings) + check_count("skip", skip, least=0)
    if maximum_time is None and system.delay is None:
        period = system.period if "period" in system.properties else system_period(system).period
        maximum_time = PERIODS_FOR_EACH * period * wanted
    elif maximum_time is not None:
        check_positive("maximum_time", maximum_time)
    result = poincare_section(
        ensemble,
        section,
        crossings,
        direction=direction,
        skip=skip,
        initial_conditions=initial_conditions,
        maximum_time=maximum_time,
        rtol=rtol,
        atol=atol,
        solver=solver,
        maximum_steps=maximum_steps,
        on_failure="keep",
        threads=threads,
    )
    missing = np.isnan(result.values).any(axis=(1, 2))
    result.attrs["incomplete"] = int(missing.sum())
    return result
