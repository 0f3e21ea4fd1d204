"""The three kinds of trajectories: of ordinary systems, of delay systems, and with noise."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.integration.choice import solve
from dysts.integration.events import Event
from dysts.integration.problem import AUTO, Problem, check_solver
from dysts.integration.solution import Solution, join
from dysts.integration.tolerances import (
    DOUBLE,
    EXTENDED,
    SMALLEST_TOLERANCE,
    Precision,
    by_component,
    check_initial_conditions,
    check_tolerances,
)
from dysts.systems.system import Ensemble, System

if TYPE_CHECKING:
    from dysts.integration.noise import Noise

STEPS_OF_NOISE = 1000
"""Steps in each period that the stochastic schemes take unless told otherwise."""
FRACTION_FOR_THE_PAST = 0.1
"""Delay systems are integrated at this fraction of the tolerance, as errors of the past return after each delay."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The checked arguments that all kinds of trajectories share.

    Attributes
    ----------
    system : System or Ensemble
    times : float64 [time]
    start : float
        The time of the initial conditions.
    longest_step : float
    initial_conditions : array_like or None
    solver : str
    maximum_steps : int
    threads : int or None
    precision : {"double", "extended"}
    """

    system: System | Ensemble
    times: np.ndarray
    start: float
    longest_step: float
    initial_conditions: Any
    solver: str
    maximum_steps: int
    threads: int | None
    precision: Precision = DOUBLE

    @property
    def limits(self) -> dict[str, float]:
        """The attribute that holds the longest step, if there is a limit."""
        return {"longest_step": self.longest_step} if self.longest_step < math.inf else {}

    @property
    def base(self) -> System:
        """The system itself, without the variation of an ensemble."""
        return self.system.base if isinstance(self.system, Ensemble) else self.system

    @property
    def members(self) -> Sequence[System]:
        """The systems, one for all trajectories or one for each."""
        return self.system.members if isinstance(self.system, Ensemble) else (self.system,)

    def states(self) -> np.ndarray:
        """Return the initial conditions as they were given, checked: [component] or [trajectory, component]."""
        given = self.base.initial_conditions if self.initial_conditions is None else self.initial_conditions
        return check_initial_conditions(
            self.base, given, len(self.members) if isinstance(self.system, Ensemble) else None
        )

    def spread(self, states: np.ndarray) -> np.ndarray:
        """Return one state for each trajectory: [trajectory, component]."""
        if states.ndim == 2:
            return states
        spread = np.empty((len(self.members), states.size))
        spread[:] = states
        return spread


@dataclass(frozen=True, kw_only=True)
class Outcome:
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
    attributes: dict[str, Any] = field(default_factory=dict)
    relative_tolerance: float = 0.0
    again: Callable[[float], Solution] | None = None


def ordinary(request: Request, *, rtol: Any, atol: Any, event: Event | None) -> Outcome:
    """Integrate an ordinary system."""
    given = request.states()
    relative, absolute = check_tolerances(request.base, rtol, atol, request.precision)
    solver = check_solver(request.solver)

    backwards = bool(request.times[-1] < request.start)
    direction = -1.0 if backwards else 1.0

    def again(tolerance: float) -> Solution:
        relatives, absolutes = by_component(request.base, tolerance, absolute * (tolerance / relative))
        problem = Problem(
            systems=request.members,
            times=direction * request.times,
            start=direction * request.start,
            backwards=backwards,
            longest_step=request.longest_step,
            states=request.spread(given),
            relative_tolerance=relatives,
            absolute_tolerance=absolutes,
            maximum_steps=request.maximum_steps,
            tolerance=tolerance,
            solver=solver,
            event=event,
            most_events=1,
            precision=request.precision,
        )
        return solve(problem, threads=request.threads)

    return Outcome(
        solution=again(relative),
        many=given.ndim == 2 or isinstance(request.system, Ensemble),
        solver=solver,
        attributes={
            "initial_conditions": json.dumps(given.tolist()),
            "rtol": relative,
            "atol": json.dumps(absolute.tolist()),
            **request.limits,
            **({"precision": EXTENDED} if request.precision == EXTENDED else {}),
        },
        relative_tolerance=relative,
        again=again,
    )


def delayed(request: Request, *, rtol: Any, atol: Any, history: Any) -> Outcome:
    """Integrate a delay system."""
    from dysts.integration.delays import solve_delay_system
    from dysts.integration.histories import check_histories

    relative, absolute = check_tolerances(request.base, rtol, atol)
    fraction = FRACTION_FOR_THE_PAST if check_solver(request.solver) == AUTO else 1.0
    attributes: dict[str, Any] = {"rtol": relative, "atol": json.dumps(absolute.tolist()), **request.limits}
    if history is None:
        given = request.states()
        attributes["initial_conditions"] = json.dumps(given.tolist())
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
        tolerance = max(fraction * tolerance, SMALLEST_TOLERANCE)
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
                for member, group in zip(request.members, groups, strict=True)
            ]
        )

    return Outcome(
        solution=again(relative),
        many=bool(several) or isinstance(request.system, Ensemble),
        solver=request.solver,
        attributes=attributes,
        relative_tolerance=relative,
        again=again,
    )


def stochastic(request: Request, *, noise: "Noise") -> Outcome:
    """Integrate an ordinary system with noise."""
    from dysts.integration.noise import solve_stochastic

    given = request.states()
    states = request.spread(given)
    length = request.longest_step if request.limits else request.base.period / STEPS_OF_NOISE
    scheme = noise.scheme(request.solver)
    # Each trajectory has its own random numbers, whichever system it belongs to.
    parts = [states] if len(request.members) == 1 else [states[index : index + 1] for index in range(len(states))]
    solution = join(
        [
            solve_stochastic(
                member,
                request.times,
                part,
                noise,
                scheme=scheme,
                longest_step=length,
                maximum_steps=request.maximum_steps,
                threads=request.threads,
                first_trajectory=index,
            )
            for index, (member, part) in enumerate(zip(request.members, parts, strict=True))
        ]
    )
    return Outcome(
        solution=solution,
        many=given.ndim == 2 or isinstance(request.system, Ensemble),
        solver=scheme,
        attributes={
            "initial_conditions": json.dumps(given.tolist()),
            "noise": noise.to_json(),
            "longest_step": length,
        },
    )
