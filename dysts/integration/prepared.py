"""Integrations whose arguments are checked once, for loops and optimisers: states in, plain arrays out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from dysts.checks import check_choice
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.failures import raise_first_failure
from dysts.integration.hints import with_hints
from dysts.integration.iterates import SOLVER as ITERATION
from dysts.integration.iterates import first_iterate, orbits, raise_first_escape, sampled_iterates
from dysts.integration.kinds import ordinary_problem, solve_delayed, solve_noisy
from dysts.integration.parameter_sets import ParameterSets
from dysts.integration.request import MAXIMUM_STEPS, Request, check_request
from dysts.integration.solution import Solution
from dysts.integration.tolerances import DOUBLE, check_initial_conditions, check_tolerances
from dysts.systems.kinds import MAP
from dysts.systems.registry import as_system_or_ensemble
from dysts.systems.system import Ensemble, System

if TYPE_CHECKING:
    from dysts.integration.noise import Noise

Members = Sequence[System] | None
Solve = Callable[[np.ndarray, Members], Solution]


class PreparedIntegration:
    """A function from states and parameter values to trajectories, made by `dysts.prepare`.

    It is called from any number of threads, and can be sent to other processes.

    Attributes
    ----------
    system : System
    times : float64 [time]
        The times of the points; read-only.
    parameters : tuple of str
        Names of the parameters that a call can set.
    """

    def __init__(
        self,
        system: System,
        times: np.ndarray,
        sets: ParameterSets,
        solve: Solve,
        raise_failure: Callable[[Solution], None] | None,
        arguments: dict[str, Any],
    ) -> None:
        self.system = system
        self.times = times.copy()
        self.times.setflags(write=False)
        self.parameters = sets.names
        self._sets = sets
        self._solve = solve
        self._raise_failure = raise_failure
        self._arguments = arguments
        self._state = np.array(system.initial_conditions)

    def __call__(self, states: Any = None, parameters: Any = None) -> np.ndarray:
        """Integrate from states.

        Parameters
        ----------
        states : array_like [component] or [trajectory, component], optional
            By default the stored initial condition of the system.
        parameters : array_like [parameter] or [trajectory, parameter], optional
            Values of the named parameters; by default those of the system.

        Returns
        -------
        float64 [time, component] or [trajectory, time, component]
            The latter if the states or the values of the parameters are many.

        Raises
        ------
        InvalidArgumentError
            If the shapes do not fit.
        IntegrationError
            If a trajectory ended early, unless failures are kept.
        """
        given = self._state if states is None else states
        if type(given) is not np.ndarray or given.dtype != np.float64 or given.shape != self._state.shape:
            given = check_initial_conditions(self.system, given, None)
        members: Members = None
        many = given.ndim == 2
        if parameters is not None:
            values = self._sets.check(parameters)
            many = many or values.ndim == 2
            given, values = _together(given, values)
            members = self._sets.members(values)
        elif not many:
            given = given[np.newaxis]
        solution = self._solve(given, members)
        if self._raise_failure is not None:
            self._raise_failure(solution)
        return solution.values if many else solution.values[0]

    def __repr__(self) -> str:
        names = f", parameters={self.parameters}" if self.parameters else ""
        return f"PreparedIntegration({self.system.name!r}, {self.times.size} times{names})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled functions are addresses in this process; a copy makes its own.
        return _again, (self.system, self._arguments)


def _again(system: System, arguments: dict[str, Any]) -> PreparedIntegration:
    return prepare(system, **arguments)


def _together(states: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return as many states as sets of values."""
    lengths = {len(array) for array in (states, values) if array.ndim == 2}
    if len(lengths) > 1:
        raise InvalidArgumentError(
            f"states and parameters must be equally many, got {len(states)} states and {len(values)} sets of values"
        )
    count = max(lengths, default=1)
    return (
        np.broadcast_to(states, (count, states.shape[-1])),
        np.broadcast_to(values, (count, values.shape[-1])),
    )


@with_hints
def prepare(
    system: System | str,
    points: int | None = None,
    *,
    parameters: Sequence[str] | str = (),
    points_per_period: float | None = None,
    points_per_lyapunov_time: float | None = None,
    step: float | None = None,
    times: Any = None,
    start: float = 0.0,
    rtol: float | None = None,
    atol: Any = None,
    solver: str = "auto",
    precision: Literal["double", "extended"] = "double",
    noise: "Noise | None" = None,
    longest_step: float | None = None,
    maximum_steps: int = MAXIMUM_STEPS,
    on_failure: Literal["raise", "keep"] = "raise",
    threads: int | None = None,
) -> PreparedIntegration:
    """Check the arguments of an integration once, and return a function from states to trajectories as plain arrays.

    It is for loops and optimisers, in which the checks and the labels of `dysts.integrate` would take longer than the
    solver. The numbers are those of `dysts.integrate`, bit for bit.

    Parameters
    ----------
    system : System or str
    points, points_per_period, points_per_lyapunov_time, step, times, start
        The times of the points, as in `dysts.integrate`; periods and Lyapunov times are those of this system, whatever
        parameter values follow.
    parameters : sequence of str, or str
        Names of the parameters that calls set: single numbers, or elements of vectors and matrices (``w_1_2``). As in
        an ensemble, the tolerances of angles are those of this system.
    rtol, atol, solver, precision, noise, longest_step, maximum_steps, threads
        As in `dysts.integrate`.
    on_failure : {"raise", "keep"}
        Whether a call raises where a trajectory ends early, or returns NaN after the last time that was reached. Calls
        do not look for states and values that are not finite: a trajectory with one fails at once.

    Returns
    -------
    PreparedIntegration
        Its call takes states [component] or [trajectory, component], and values of the named parameters [parameter]
        or [trajectory, parameter]. It returns float64 [time, component] or [trajectory, time, component].

    Raises
    ------
    UnknownNameError
        If a name is not in the registry, or is no parameter.
    InvalidArgumentError
        If an argument is not allowed.
    NotSupportedError
        If arguments are combined in a way that has no method here.

    Examples
    --------
    >>> import dysts, numpy as np
    >>> flow = dysts.prepare("Lorenz", times=[0.0, 0.5, 1.0], parameters=["rho"])
    >>> flow([1.0, 1.0, 1.0]).shape, flow(parameters=[35.0]).shape, flow(parameters=[[28.0], [35.0]]).shape
    ((3, 3), (3, 3), (2, 3, 3))
    >>> bool((flow() == dysts.integrate("Lorenz", times=flow.times)).all())
    True
    """
    base = as_system_or_ensemble(system)
    if isinstance(base, Ensemble):
        raise InvalidArgumentError(
            f"the system of prepare must be one System, got an ensemble of {base.base.name}; name its parameters in "
            "parameters= and give their values in the call"
        )
    check_choice("on_failure", on_failure, ("raise", "keep"))
    arguments: dict[str, Any] = {
        "points": points,
        "parameters": parameters,
        "points_per_period": points_per_period,
        "points_per_lyapunov_time": points_per_lyapunov_time,
        "step": step,
        "times": times,
        "start": start,
        "rtol": rtol,
        "atol": atol,
        "solver": solver,
        "precision": precision,
        "noise": noise,
        "longest_step": longest_step,
        "maximum_steps": maximum_steps,
        "on_failure": on_failure,
        "threads": threads,
    }
    sets = ParameterSets(base, parameters)
    if base.kind == MAP:
        grid, solve = _map_solver(base, arguments)
    else:
        request = check_request(
            base,
            points,
            points_per_period=points_per_period,
            points_per_lyapunov_time=points_per_lyapunov_time,
            step=step,
            times=times,
            start=start,
            initial_conditions=None,
            history=None,
            solver=solver,
            precision=precision,
            noise=noise,
            longest_step=longest_step,
            event=None,
            maximum_steps=maximum_steps,
            threads=threads,
        )
        grid, solve = request.times, _flow_solver(request, rtol, atol, noise)
    last = grid[-1].item()

    def raise_failure(solution: Solution) -> None:
        if base.kind == MAP:
            raise_first_escape(base, int(last), solution)
        else:
            raise_first_failure(base, last, solution)

    return PreparedIntegration(base, grid, sets, solve, raise_failure if on_failure == "raise" else None, arguments)


def _flow_solver(request: Request, rtol: Any, atol: Any, noise: "Noise | None") -> Solve:
    system, threads = request.base, request.threads
    relative, absolute = check_tolerances(system, rtol, atol, request.precision)
    if system.delay is not None:
        from dysts.integration.histories import check_histories

        def solve_delay(states: np.ndarray, members: Members) -> Solution:
            if members is None:
                return solve_delayed(request, (system,), [check_histories(system, states)], relative, absolute)
            groups = [check_histories(member, state) for member, state in zip(members, states, strict=True)]
            return solve_delayed(request, members, groups, relative, absolute)

        return solve_delay
    if noise is not None:
        return lambda states, members: solve_noisy(request, members or (system,), states, noise)
    from dysts.integration.choice import solve

    problem = ordinary_problem(request, request.states()[np.newaxis], relative, absolute).prepare()
    return lambda states, members: solve(problem.of_trajectories(states, members), threads=threads)


def _map_solver(system: System, arguments: dict[str, Any]) -> tuple[np.ndarray, Solve]:
    flows_only = ("points_per_period", "points_per_lyapunov_time", "rtol", "atol", "noise", "longest_step")
    for name in flows_only:
        if arguments[name] is not None:
            raise NotSupportedError(f"{name} is for flows, got {arguments[name]!r} for the map {system.name}")
    if arguments["precision"] != DOUBLE:
        raise NotSupportedError(f"precision is for flows, got {arguments['precision']!r} for the map {system.name}")
    if arguments["solver"] not in ("auto", ITERATION):
        raise InvalidArgumentError(f"solver must be 'auto' or {ITERATION!r} for a map, got {arguments['solver']!r}")
    first = first_iterate(arguments["start"])
    grid, gaps = sampled_iterates(arguments["points"], arguments["step"], arguments["times"], first)
    threads = arguments["threads"]
    return grid, lambda states, members: orbits(
        members or (system,), np.ascontiguousarray(states), gaps, start=first, threads=threads
    )
