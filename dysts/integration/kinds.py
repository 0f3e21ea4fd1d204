"""The three kinds of trajectories: of ordinary systems, of delay systems, and with noise."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.integration.choice import solve
from dysts.integration.events import Event
from dysts.integration.labels import listed
from dysts.integration.problem import AUTO, Problem, check_solver
from dysts.integration.request import Request
from dysts.integration.solution import Solution, join
from dysts.integration.tolerances import EXTENDED, SMALLEST_TOLERANCE, by_component, check_tolerances
from dysts.systems.system import Ensemble, System

if TYPE_CHECKING:
    from dysts.integration.histories import History
    from dysts.integration.noise import Noise

STEPS_OF_NOISE = 1000
"""Steps in each period that the stochastic schemes take unless told otherwise."""
FRACTION_FOR_THE_PAST = 0.1
"""Delay systems are integrated at this fraction of the tolerance, as errors of the past return after each delay."""


class Outcome(NamedTuple):
    """A solution with the attributes of its labelled trajectory.

    Attributes
    ----------
    solution : Solution
    many : bool
        Whether there is a dimension of trajectories.
    solver : str
    attributes : dict
    relative_tolerance : float
        0 where steps are not adapted to an error.
    again : callable or None
        Computes the same with another relative tolerance.
    """

    solution: Solution
    many: bool
    solver: str
    attributes: dict[str, Any]
    relative_tolerance: float = 0.0
    again: Callable[[float], Solution] | None = None


def ordinary(request: Request, *, rtol: Any, atol: Any, event: Event | None) -> Outcome:
    """Integrate an ordinary system."""
    given = request.states()
    relative, absolute = check_tolerances(request.base, rtol, atol, request.precision)
    states = request.spread(given)

    def again(tolerance: float) -> Solution:
        problem = ordinary_problem(request, states, tolerance, absolute * (tolerance / relative), event)
        return solve(problem, threads=request.threads)

    return Outcome(
        solution=again(relative),
        many=given.ndim == 2 or not isinstance(request.system, System),
        solver=request.solver,
        attributes={
            "initial_conditions": listed(given),
            "rtol": relative,
            "atol": listed(absolute),
            **request.limits,
            **({"precision": EXTENDED} if request.precision == EXTENDED else {}),
        },
        relative_tolerance=relative,
        again=again,
    )


def ordinary_problem(
    request: Request, states: np.ndarray, relative: float, absolute: np.ndarray, event: Event | None = None
) -> Problem:
    """Return the problem of an ordinary system for some trajectories.

    Parameters
    ----------
    request : Request
    states : float64 [trajectory, component]
    relative : float
    absolute : float64 [component]
    event : Event, optional
    """
    relatives, absolutes = by_component(request.base, relative, absolute)
    backwards = bool(request.times[-1] < request.start)
    return Problem(
        systems=request.members,
        times=-request.times if backwards else request.times,
        start=-request.start if backwards else request.start,
        backwards=backwards,
        longest_step=request.longest_step,
        states=states,
        relative_tolerance=relatives,
        absolute_tolerance=absolutes,
        maximum_steps=request.maximum_steps,
        tolerance=relative,
        solver=check_solver(request.solver),
        event=event,
        most_events=1,
        precision=request.precision,
    )


def delayed(request: Request, *, rtol: Any, atol: Any, history: Any) -> Outcome:
    """Integrate a delay system."""
    from dysts.integration.histories import check_histories

    relative, absolute = check_tolerances(request.base, rtol, atol)
    attributes: dict[str, Any] = {"rtol": relative, "atol": listed(absolute), **request.limits}
    if history is None:
        given = request.states()
        attributes["initial_conditions"] = listed(given)
        begin, several = request.spread(given), given.ndim == 2
    else:
        if request.initial_conditions is not None:
            raise InvalidArgumentError("initial_conditions and history exclude one another; give one of them")
        attributes["history"] = "given"
        begin, several = history, None
    groups = [check_histories(member, begin) for member in request.members]
    if isinstance(request.system, Ensemble):
        size = len(request.members)
        if len(groups[0]) not in (1, size):
            raise InvalidArgumentError(
                f"history must be one, or one for each of the {size} members, got {len(groups[0])}"
            )
        groups = [(group[index if len(group) > 1 else 0],) for index, group in enumerate(groups)]
    elif several is None:
        several = len(groups[0]) > 1

    def again(tolerance: float) -> Solution:
        return solve_delayed(request, request.members, groups, tolerance, absolute * (tolerance / relative))

    return Outcome(
        solution=again(relative),
        many=bool(several) or isinstance(request.system, Ensemble),
        solver=request.solver,
        attributes=attributes,
        relative_tolerance=relative,
        again=again,
    )


def solve_delayed(
    request: Request,
    members: Sequence[System],
    groups: Sequence[Sequence["History"]],
    relative: float,
    absolute: np.ndarray,
) -> Solution:
    """Integrate a delay system, for each member from its histories.

    Parameters
    ----------
    request : Request
    members : sequence of System
    groups : sequence of sequence of History
        One group for each member, from `check_histories`.
    relative : float
        As the user gives it; "auto" integrates at a fraction of it.
    absolute : float64 [component]
    """
    from dysts.integration.delays import solve_delay_system

    fraction = FRACTION_FOR_THE_PAST if check_solver(request.solver) == AUTO else 1.0
    tolerance = max(fraction * relative, SMALLEST_TOLERANCE)
    return join(
        [
            solve_delay_system(
                member,
                request.times,
                group,
                *by_component(member, tolerance, absolute * (tolerance / relative)),
                request.maximum_steps,
                request.threads,
                longest_step=request.longest_step,
            )
            for member, group in zip(members, groups, strict=True)
        ]
    )


def stochastic(request: Request, *, noise: "Noise") -> Outcome:
    """Integrate an ordinary system with noise."""
    given = request.states()
    length = length_of_steps(request)
    return Outcome(
        solution=solve_noisy(request, request.members, request.spread(given), noise),
        many=given.ndim == 2 or not isinstance(request.system, System),
        solver=noise.scheme(request.solver),
        attributes={
            "initial_conditions": listed(given),
            "noise": noise.to_json(),
            "longest_step": length,
        },
    )


def length_of_steps(request: Request) -> float:
    """Return the longest step of a stochastic scheme."""
    return request.longest_step if request.longest_step < math.inf else request.base.period / STEPS_OF_NOISE


def solve_noisy(request: Request, members: Sequence[System], states: np.ndarray, noise: "Noise") -> Solution:
    """Integrate an ordinary system with noise from states.

    Parameters
    ----------
    request : Request
    members : sequence of System
        One for all states, or one for each.
    states : float64 [trajectory, component]
    noise : Noise
    """
    from dysts.integration.noise import solve_stochastic

    # Each trajectory has its own random numbers, whichever system it belongs to.
    parts = [states] if len(members) == 1 else [states[index : index + 1] for index in range(len(states))]
    return join(
        [
            solve_stochastic(
                member,
                request.times,
                part,
                noise,
                scheme=noise.scheme(request.solver),
                longest_step=length_of_steps(request),
                maximum_steps=request.maximum_steps,
                threads=request.threads,
                first_trajectory=index,
            )
            for index, (member, part) in enumerate(zip(members, parts, strict=True))
        ]
    )
