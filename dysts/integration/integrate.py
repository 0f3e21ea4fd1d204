"""One call from a system to a labelled trajectory, at exactly the requested times."""

import json
from typing import TYPE_CHECKING, Any, Literal

from dysts.checks import check_choice, check_flag
from dysts.errors import InvalidArgumentError
from dysts.integration.events import make_event
from dysts.integration.failures import raise_first_failure
from dysts.integration.hints import with_hints
from dysts.integration.iterates import iterate_map
from dysts.integration.kinds import Outcome, delayed, ordinary, stochastic
from dysts.integration.labels import Recording, label
from dysts.integration.predictability import predictable_until, worth_measuring
from dysts.integration.request import MAXIMUM_STEPS, check_request
from dysts.integration.tolerances import DOUBLE, SMALLEST_TOLERANCES
from dysts.systems.kinds import MAP
from dysts.systems.registry import as_system_or_ensemble
from dysts.systems.system import Ensemble, System

if TYPE_CHECKING:
    import xarray

    from dysts.integration.noise import Noise


@with_hints
def integrate(
    system: System | Ensemble | str,
    points: int | None = None,
    *,
    points_per_period: float | None = None,
    points_per_lyapunov_time: float | None = None,
    step: float | None = None,
    times: Any = None,
    start: float = 0.0,
    initial_conditions: Any = None,
    history: Any = None,
    rtol: float | None = None,
    atol: Any = None,
    solver: str = "auto",
    precision: Literal["double", "extended"] = "double",
    noise: "Noise | None" = None,
    longest_step: float | None = None,
    stop: str | None = None,
    stop_direction: Literal["up", "down", "both"] = "both",
    maximum_steps: int = MAXIMUM_STEPS,
    observables: bool = False,
    on_failure: Literal["raise", "keep"] = "raise",
    predictability: bool | None = None,
    threads: int | None = None,
) -> "xarray.DataArray":
    """Integrate a system, or iterate a map, and return its trajectory at exactly the requested times.

    The first point of an equidistant grid is the initial condition itself. A driving phase is returned reduced
    to one turn.

    Parameters
    ----------
    system : System, Ensemble or str
        A system, one with many parameter sets (`System.with_parameters` with arrays), or a name in the registry.
    points : int, optional
        Number of points, 1000 unless `times` are given.
    points_per_period, points_per_lyapunov_time, step : float, optional
        The spacing on one of three clocks: periods, Lyapunov times, or the system's own time.
        Without any, 100 points per period. A negative `step` integrates backwards. The step of a map is a number of
        iterates, by default one.
    times : array_like [time], optional
        Times instead of an equidistant grid: strictly increasing from `start` or later, or strictly decreasing from
        `start` or earlier, which integrates backwards.
    start : float
        The time that the initial conditions belong to. Delay systems and noise begin at 0 and go forwards.
    initial_conditions : array_like [component] or [trajectory, component], optional
        One state, or many to be integrated at once; by default the stored one. An ensemble takes one for all of its
        members or one for each. For a delay system a state is the constant history.
    history : optional
        For a delay system, what happened before time 0: a function of time, or times and values (also as a labelled
        series) that cover the delay; see `dysts.integration.histories.check_histories`.
    rtol : float, optional
        Relative tolerance of each step, by default 1e-9, and at least 1e-14; in extended precision by default 1e-25,
        and at least 1e-28.
    atol : float or array_like [component], optional
        Absolute tolerance, by default a billionth of `rtol`; in extended precision 1e-40 of it.
    solver : {"auto", "taylor", "dop853", "dop853+radau", "radau", "euler-maruyama", "sra3"}
        By default power series of order 18 for smooth equations at tolerances of 1e-9 and below, and DOP853 for all
        others; where equations are stiff, Radau IIA takes over, and gives back. "dop853+radau" is the same without
        power series; the others are one method throughout. Delay systems have DOP853; "auto" gives it a tenth of the
        tolerances, as errors of the past come back. With noise, SRA3 if it is additive and Euler-Maruyama
        otherwise.
    precision : {"double", "extended"}
        In extended precision, states, times and power series (of order 30) are double-doubles, which have 32 digits.
        Initial states, times, parameters and the numbers in the text of the equations are the float64 that they are in
        double precision; what follows from them, such as 8/3, and pi are exact to 32 digits. The result is rounded to
        float64. This is for smooth equations without delay, noise and events.
    noise : Noise, optional
        Stochastic forcing; see `dysts.Noise`.
    longest_step : float, optional
        The longest step of the solver, for forcing that is short beside the time scale of the rest. With noise, the
        step of the scheme is at most this long, by default a thousandth of the period.
    stop : str, optional
        An expression in the state, such as ``"z - 40"``: a trajectory ends at its first zero crossing and holds NaN
        after that; the attribute ``stopped_at`` has the time.
    stop_direction : {"up", "down", "both"}
        Which crossings count; upward ones are those at which the expression grows along the integration.
    maximum_steps : int
        Limit for each trajectory, so that no call runs forever.
    observables : bool
        Return the bounded observables (such as the sine and cosine of an angle) instead of the state.
    on_failure : {"raise", "keep"}
        Whether a failed integration raises, or is kept with NaN after the last time that was reached.
    predictability : bool, optional
        Whether to integrate once more at another tolerance; the attribute ``predictable_until`` then has the time up
        to which both agree to one percent of the standard deviation. By default this is done for single trajectories
        that are so long that chaos may bring the errors there.
    threads : int, optional
        Threads for many trajectories; the result does not depend on it. By default one per processor.

    Returns
    -------
    xarray.DataArray
        float64 [time, component], or [trajectory, time, component] for many trajectories. Coordinates
        ``time_in_periods`` and ``time_in_lyapunov_times`` are there where the properties are known; the
        attributes hold all that `dysts.rebuild` needs.

    Raises
    ------
    UnknownNameError
        If the name is not in the registry.
    InvalidArgumentError
        If an argument is not allowed.
    IntegrationError
        If a trajectory ended early, or its event never happened; the message names the system, the time and the
        reason.
    NotSupportedError
        If delay, noise, events, an implicit solver or extended precision are combined in a way that has no method here.

    Examples
    --------
    >>> import dysts
    >>> x = dysts.integrate("Lorenz", 1000, points_per_period=100)
    >>> x.dims, x.shape
    (('time', 'component'), (1000, 3))
    >>> many = dysts.integrate("Lorenz", times=[0.0, 0.5, 1.0], initial_conditions=[[1, 1, 1], [2, 1, 1]])
    >>> many.shape
    (2, 3, 3)
    """
    system = as_system_or_ensemble(system)
    base = system if isinstance(system, System) else system.base
    if base.kind == MAP:
        return iterate_map(
            system,
            points,
            step=step,
            times=times,
            start=start,
            initial_conditions=initial_conditions,
            observables=observables,
            on_failure=on_failure,
            threads=threads,
            solver=solver,
            of_flows={
                "points_per_period": points_per_period,
                "points_per_lyapunov_time": points_per_lyapunov_time,
                "history": history,
                "rtol": rtol,
                "atol": atol,
                "noise": noise,
                "longest_step": longest_step,
                "stop": stop,
                "precision": None if precision == DOUBLE else precision,
                "predictability": predictability or None,
            },
        )
    check_choice("on_failure", on_failure, ("raise", "keep"))
    check_flag("observables", observables)
    if predictability is not None:
        check_flag("predictability", predictability)
    event = None if stop is None else make_event(base, stop, stop_direction)
    request = check_request(
        system,
        points,
        points_per_period=points_per_period,
        points_per_lyapunov_time=points_per_lyapunov_time,
        step=step,
        times=times,
        start=start,
        initial_conditions=initial_conditions,
        history=history,
        solver=solver,
        precision=precision,
        noise=noise,
        longest_step=longest_step,
        event=event,
        maximum_steps=maximum_steps,
        threads=threads,
    )
    grid = request.times
    if base.delay is not None:
        outcome = delayed(request, rtol=rtol, atol=atol, history=history)
    elif noise is not None:
        outcome = stochastic(request, noise=noise)
    else:
        outcome = ordinary(request, rtol=rtol, atol=atol, event=event)
    if on_failure == "raise":
        raise_first_failure(base, float(grid[-1]), outcome.solution, event)
    attributes = dict(outcome.attributes)
    if start != 0.0:
        attributes["start"] = float(start)
    if event is not None:
        solution = outcome.solution
        ends = [time if found else None for time, found in zip(solution.reached, solution.found, strict=True)]
        attributes |= {"stop": stop, "stop_direction": stop_direction, "stopped_at": json.dumps(ends)}
    attributes |= _predictability(base, grid, outcome, predictability, SMALLEST_TOLERANCES[precision])
    return label(
        Recording(
            system=system,
            times=grid,
            many=outcome.many,
            observables=observables,
            solver=outcome.solver,
            attributes=attributes,
            grid=request.grid,
        ),
        outcome.solution,
    )


def _predictability(
    system: System, grid: Any, outcome: Outcome, wanted: bool | None, smallest: float
) -> dict[str, float]:
    possible = not outcome.many and outcome.again is not None
    if wanted is None:
        wanted = possible and worth_measuring(system, grid, outcome.relative_tolerance)
    if not wanted:
        return {}
    if not possible or outcome.again is None:
        raise InvalidArgumentError("predictability is measured for one deterministic trajectory at a time")
    until = predictable_until(system, grid, outcome.solution, outcome.again, outcome.relative_tolerance, smallest)
    return {"predictable_until": until}
