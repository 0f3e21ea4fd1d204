"""The choice of drivers for a set of trajectories: fast or general, explicit or implicit, and the change between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dysts.errors import InvalidArgumentError
from dysts.events import Event
from dysts.solution import Solution, in_threads
from dysts.system import System

Solver = Literal["auto", "dop853", "radau"]

AUTO: Solver = "auto"
EXPLICIT: Solver = "dop853"
IMPLICIT: Solver = "radau"
ENOUGH_FOR_LANES = 4


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Trajectories of systems that differ in parameters at most, from time 0.

    Attributes
    ----------
    systems : sequence of System
        One for all trajectories, or one for each.
    times : float64 [time]
    states : float64 [trajectory, component]
    relative_tolerance, absolute_tolerance : float64 [component]
    maximum_steps : int
    solver : {"auto", "dop853", "radau"}
    event : Event or None
    most_events : int
        After so many events a trajectory ends.
    """

    systems: Sequence[System]
    times: np.ndarray
    states: np.ndarray
    relative_tolerance: np.ndarray
    absolute_tolerance: np.ndarray
    maximum_steps: int
    solver: Solver = AUTO
    event: Event | None = None
    most_events: int = 0

    def system(self, case: int) -> System:
        """Return the system of one trajectory."""
        return self.systems[case if len(self.systems) > 1 else 0]


def solve(problem: Problem, *, threads: int | None = None) -> Solution:
    """Integrate all trajectories of a problem; the result does not depend on the number of threads.

    Raises
    ------
    InvalidArgumentError
        If an implicit solver is asked for equations that it cannot follow.
    """
    first = problem.systems[0]
    events = problem.most_events if problem.event is not None else 0
    states = problem.states.copy()
    smooth = problem.solver != IMPLICIT and problem.event is None and not first._right_hand_side.has_switches
    solution = Solution(len(problem.states), len(problem.times), first.dimension, events, blank=not smooth)
    if smooth:
        _solve_smooth(problem, states, solution, threads)
        _go_on_where_stiff(problem, states, solution, threads)
    else:
        # Made before the threads begin, so that none makes them twice.
        if problem.solver != IMPLICIT:
            tree = None if problem.event is None else problem.event.tree
            first._right_hand_side.hybrid(tree, with_switches=True).addresses({0, 1})

        def run(begin: int, end: int) -> None:
            for case in range(begin, end):
                _General(problem, case, states[case], solution).run(0.0, implicit=problem.solver == IMPLICIT)

        in_threads(run, len(states), threads)
    return solution


def _solve_smooth(problem: Problem, states: np.ndarray, solution: Solution, threads: int | None) -> None:
    from dysts.solvers.combination import LANES
    from dysts.solvers.lanes import integrate_lanes
    from dysts.solvers.smooth import integrate_smooth

    right_hand_side = problem.systems[0]._right_hand_side
    function = right_hand_side.function
    tables = np.array([right_hand_side.table_for(system) for system in problem.systems])
    periods = np.array([system.clock_index_and_period[1] for system in problem.systems])
    clock = problem.systems[0].clock_index_and_period[0]
    if len(problem.systems) == 1 and len(states) > 1:
        tables = np.repeat(tables, len(states), axis=0)
        periods = np.repeat(periods, len(states))

    rest = (
        states,
        problem.times,
        problem.relative_tolerance,
        problem.absolute_tolerance,
        problem.maximum_steps,
        problem.solver == AUTO,
        clock,
        periods,
        solution.values,
        solution.status,
        solution.reached,
        solution.counts,
    )
    # Both give the same bits; side by side they take a quarter of the time once a driver more is compiled.
    side_by_side = len(states) >= ENOUGH_FOR_LANES
    address, lanes_address = function.address, function.lanes_address if side_by_side else 0

    def run(begin: int, end: int) -> None:
        # Touching the memory of a large ensemble takes a tenth of the time; here the threads share it.
        solution.erase(begin, end)
        if side_by_side:
            integrate_lanes(address, lanes_address, tables, begin, end, *rest)
        else:
            integrate_smooth(address, tables, begin, end, 0.0, *rest)

    in_threads(run, len(states), threads, together=LANES if side_by_side else 1)


def _go_on_where_stiff(problem: Problem, states: np.ndarray, solution: Solution, threads: int | None) -> None:
    from dysts.solvers.status import Status

    if problem.solver != AUTO or Status.STIFF not in solution.status.tolist():
        return
    stiff = np.flatnonzero(solution.status == Status.STIFF)

    def run(begin: int, end: int) -> None:
        for case in stiff[begin:end].tolist():
            _General(problem, case, states[case], solution).run(float(solution.reached[case]), implicit=True)

    in_threads(run, len(stiff), threads)


class _General:
    """One trajectory by the general drivers, which hand over to one another."""

    def __init__(self, problem: Problem, case: int, state: np.ndarray, solution: Solution) -> None:
        self.problem = problem
        self.case = case
        self.state = state
        self.solution = solution
        self.system = problem.system(case)
        # One set of functions serves all members of an ensemble.
        self.functions = problem.systems[0]._right_hand_side
        self.tree = None if problem.event is None else problem.event.tree
        self.direction = 0 if problem.event is None else problem.event.sign
        self.clock = self.system.clock_index_and_period

    def run(self, start: float, *, implicit: bool) -> None:
        """Integrate from `start` to the last time, or to where it ends before."""
        from dysts.solvers.status import Status

        solution, case = self.solution, self.case
        reached = start
        slides: set[int] = set()
        while True:
            # A first time equal to the start is still to be written, a later one is written already.
            written = int(np.searchsorted(self.problem.times, reached, "left" if reached == 0.0 else "right"))
            if written == len(self.problem.times):
                status = int(Status.SUCCESS)
                break
            if implicit:
                status, reached = self._implicit(reached, written)
            elif self.tree is not None or self.functions.has_switches:
                status, reached = self._explicit(reached, written, slides)
            else:
                status, reached = self._smooth(reached, written)
            if status == Status.STIFF and self.problem.solver == AUTO:
                implicit = True
            elif status == Status.RELAXED:
                implicit = False
            elif status == Status.SLIDING and not slides:
                slides = set(range(len(self.functions.hybrid(self.tree, with_switches=True).switches)))
            else:
                break
        solution.status[case] = status
        solution.reached[case] = reached

    def _smooth(self, start: float, written: int) -> tuple[int, float]:
        from dysts.solvers.smooth import integrate_smooth

        function = self.functions.function
        status = np.zeros(1, dtype=np.int64)
        reached = np.zeros(1)
        integrate_smooth(
            function.address,
            self.functions.table_for(self.system)[None],
            0,
            1,
            start,
            self.state[None],
            self.problem.times[written:],
            self.problem.relative_tolerance,
            self.problem.absolute_tolerance,
            self.problem.maximum_steps,
            self.problem.solver == AUTO,
            self.clock[0],
            np.array([self.clock[1]]),
            self.solution.values[self.case : self.case + 1, written:],
            status,
            reached,
            self.solution.counts[self.case : self.case + 1],
        )
        return int(status[0]), float(reached[0])

    def _explicit(self, start: float, written: int, slides: set[int]) -> tuple[int, float]:
        from dysts.solvers.hybrid import integrate_hybrid
        from dysts.solvers.step import DERIVATIVE, MONITOR, SLIDING

        functions = self.functions.hybrid(self.tree, with_switches=True)
        rows = {DERIVATIVE, MONITOR, *(SLIDING + switch for switch in slides)}
        return self._finish(
            integrate_hybrid(
                functions.addresses(rows),
                functions.tables(rows, self.system),
                len(functions.switches),
                *self._rest(start, written),
            )
        )

    def _implicit(self, start: float, written: int) -> tuple[int, float]:
        from dysts.solvers.step import DERIVATIVE, MONITOR
        from dysts.solvers.stiff import integrate_stiff

        functions = self.functions.hybrid(self.tree, with_switches=False)
        rows = {DERIVATIVE} if self.tree is None else {DERIVATIVE, MONITOR}
        jacobian, generated = self.functions.compiled_jacobian
        return self._finish(
            integrate_stiff(
                functions.addresses(rows),
                functions.tables(rows, self.system),
                jacobian.address,
                generated.table(self.system.flat_parameters),
                *self._rest(start, written),
            )
        )

    def _rest(self, start: float, written: int) -> tuple[object, ...]:
        """Return the arguments that the general drivers have in common."""
        problem, solution, case = self.problem, self.solution, self.case
        return (
            0 if self.tree is None else 1,
            self.direction,
            start,
            self.state,
            problem.times[written:],
            problem.relative_tolerance,
            problem.absolute_tolerance,
            problem.maximum_steps,
            problem.solver == AUTO,
            *self.clock,
            int(solution.found[case]),
            solution.values[case, written:],
            solution.event_times[case],
            solution.event_states[case],
            solution.counts[case],
        )

    def _finish(self, result: tuple[int, float, int]) -> tuple[int, float]:
        status, reached, found = result
        self.solution.found[self.case] = found
        return int(status), float(reached)


def check_solver(solver: object) -> Solver:
    """Return the name of a deterministic solver, or say what is allowed.

    Raises
    ------
    InvalidArgumentError
    """
    if solver not in (AUTO, EXPLICIT, IMPLICIT):
        raise InvalidArgumentError(f"solver is {solver!r}; allowed are 'auto', 'dop853' and 'radau'")
    return solver
