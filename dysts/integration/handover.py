"""Automatic switching between an explicit and an implicit method along one trajectory, with switches and events."""

import functools
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.integration.problem import Problem
from dysts.integration.solution import Solution

if TYPE_CHECKING:
    from dysts.solvers.dop853.switched_memory import Memory
    from dysts.solvers.shared.arguments import Control, Functions

_kept = threading.local()
"""The memory of the last trajectory with switches or events of each thread, as most have the same size as the next: to
allocate it anew takes a twentieth of the time of 1000 points of Chua's circuit."""


class AutoSwitch:
    """The explicit and the implicit loop for one trajectory; each hands over to the other where that costs less.

    Parameters
    ----------
    problem : Problem
    case : int
        Index of the trajectory.
    state : float64 [component]
        The initial state; replaced by the last one that was reached.
    solution : Solution
        Receives the trajectory and its end.
    """

    def __init__(self, problem: Problem, case: int, state: np.ndarray, solution: Solution) -> None:
        self.problem = problem
        self.case = case
        self.state = state
        self.solution = solution
        self.system = problem.system(case)
        # One set of functions serves all members of an ensemble.
        self.functions = problem.right_hand_side
        self.tree = problem.event_tree
        self.direction = 0 if problem.event is None else problem.event.sign
        self.phase_period = self.system.phase_index_and_period[1]

    def run(self, start: float, *, implicit: bool) -> None:
        """Integrate from `start` to the last time, or to where it ends before."""
        from dysts.solvers.status import Status

        solution, case = self.solution, self.case
        reached = start
        slides: set[int] = set()
        while True:
            # A first time equal to the start is still to be written, a later one is written already.
            begins = reached == self.problem.start
            written = 0 if begins else int(np.searchsorted(self.problem.times, reached, "right"))
            if written == len(self.problem.times):
                status = int(Status.SUCCESS)
                break
            if implicit:
                status, reached = self._implicit(reached, written)
            elif self.tree is not None or self.functions.has_switches:
                status, reached = self._explicit(reached, written, slides)
            else:
                status, reached = self._smooth(reached, written)
            if status == Status.STIFF and self.problem.hands_over:
                implicit = True
            elif status == Status.RELAXED:
                implicit = False
            elif status == Status.SLIDING and not slides:
                slides = set(range(len(self.functions.switched(self.tree, with_switches=True).switches)))
            else:
                break
        solution.status[case] = status
        solution.reached[case] = reached

    def _smooth(self, start: float, written: int) -> tuple[int, float]:
        from dysts.solvers.dop853.loop import integrate_smooth
        from dysts.solvers.shared.arguments import Cases, Ends

        function = self.functions.function
        status = np.zeros(1, dtype=np.int64)
        reached = np.zeros(1)
        one = slice(self.case, self.case + 1)
        table = self.functions.table(self.system.flat_parameters)
        integrate_smooth(
            function.address,
            Cases(table[None], self.state[None], np.array([self.phase_period])),
            0,
            1,
            start,
            self.problem.times[written:],
            self._control(self.functions.look_ahead),
            Ends(self.solution.values[one, written:], status, reached, self.solution.counts[one]),
        )
        return int(status[0]), float(reached[0])

    def _explicit(self, start: float, written: int, slides: set[int]) -> tuple[int, float]:
        integrate_switched, usual_rows, first_sliding = _switched_loop()
        rows = usual_rows.union(first_sliding + switch for switch in slides) if slides else usual_rows
        functions = self.problem.functions(self.case, rows, with_switches=True)
        look_ahead = self.functions.switched(self.tree, with_switches=True).look_ahead
        work = _memory(self.system.dimension, functions, look_ahead[1])
        return self._finish(integrate_switched(functions, *self._rest(start, written, look_ahead), work))

    def _implicit(self, start: float, written: int) -> tuple[int, float]:
        from dysts.compilation.switched_functions import DERIVATIVE, MONITOR, VALUES
        from dysts.solvers.radau.loop import integrate_stiff

        rows = frozenset((DERIVATIVE,) if self.tree is None else (DERIVATIVE, MONITOR, VALUES))
        jacobian, program = self.functions.compiled_jacobian
        return self._finish(
            integrate_stiff(
                self.problem.functions(self.case, rows, with_switches=False),
                jacobian.address,
                program.table(self.system.flat_parameters),
                *self._rest(start, written, self.functions.switched(self.tree, with_switches=False).look_ahead),
            )
        )

    def _control(self, look_ahead: tuple[int, int]) -> "Control":
        address, steep_arguments = look_ahead
        if not steep_arguments:
            return self.problem.control
        return self.problem.control._replace(look_ahead=address, steep_arguments=steep_arguments)

    def _rest(self, start: float, written: int, look_ahead: tuple[int, int]) -> tuple[object, ...]:
        """Return the arguments that the loops for one trajectory have in common."""
        Crossings = _crossings()
        problem, solution, case = self.problem, self.solution, self.case
        return (
            Crossings(self.direction, solution.event_times[case], solution.event_states[case]),
            int(solution.found[case]),
            start,
            self.state,
            problem.times[written:],
            self._control(look_ahead),
            self.phase_period,
            solution.values[case, written:],
            solution.counts[case],
        )

    def _finish(self, result: tuple[int, float, int]) -> tuple[int, float]:
        status, reached, found = result
        self.solution.found[self.case] = found
        return int(status), float(reached)


@functools.cache
def _switched_loop() -> tuple[Any, frozenset[int], int]:
    """Import what needs numba once: the loop, the rows of functions that it always needs, and the first sliding one."""
    from dysts.compilation.switched_functions import DERIVATIVE, MONITOR, SLIDING, VALUES
    from dysts.solvers.dop853.switched_loop import integrate_switched

    return integrate_switched, frozenset((DERIVATIVE, MONITOR, VALUES)), SLIDING


@functools.cache
def _crossings() -> Any:
    from dysts.solvers.shared.arguments import Crossings

    return Crossings


def _memory(size: int, functions: "Functions", steep_arguments: int) -> "Memory":
    """Return memory for a trajectory in this thread; what the last one left there is overwritten before it is read."""
    shape = (size, functions.switches, functions.events, steep_arguments)
    if getattr(_kept, "shape", None) != shape:
        from dysts.solvers.dop853.switched_memory import memory

        _kept.memory, _kept.shape = memory(size, functions, steep_arguments), shape
    result: Memory = _kept.memory
    return result
