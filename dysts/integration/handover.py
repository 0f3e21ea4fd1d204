"""One trajectory by the drivers that know kinks, events and stiff equations, and the change between them."""

import numpy as np

from dysts.integration.problem import Problem
from dysts.integration.solution import Solution


class GeneralMethods:
    """The drivers for one trajectory, which hand over to one another.

    Parameters
    ----------
    problem : Problem
    case : int
        Which of its trajectories.
    state : float64 [component]
        Where it begins; becomes where it ended.
    solution : Solution
        Receives what is computed.
    """

    def __init__(self, problem: Problem, case: int, state: np.ndarray, solution: Solution) -> None:
        self.problem = problem
        self.case = case
        self.state = state
        self.solution = solution
        self.system = problem.system(case)
        # One set of functions serves all members of an ensemble.
        self.functions = problem.systems[0].compiled
        self.tree = None if problem.event is None else problem.event.tree
        self.direction = 0 if problem.event is None else problem.event.sign
        self.clock = self.system.phase_index_and_period

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

        function = self.functions.function
        status = np.zeros(1, dtype=np.int64)
        reached = np.zeros(1)
        integrate_smooth(
            function.address,
            self.functions.table(self.system.flat_parameters)[None],
            0,
            1,
            start,
            self.state[None],
            self.problem.times[written:],
            self.problem.relative_tolerance,
            self.problem.absolute_tolerance,
            self.problem.maximum_steps,
            self.problem.hands_over,
            self.clock[0],
            np.array([self.clock[1]]),
            self.solution.values[self.case : self.case + 1, written:],
            status,
            reached,
            self.solution.counts[self.case : self.case + 1],
        )
        return int(status[0]), float(reached[0])

    def _explicit(self, start: float, written: int, slides: set[int]) -> tuple[int, float]:
        from dysts.compilation.switched_functions import DERIVATIVE, MONITOR, SLIDING
        from dysts.solvers.dop853.switched_loop import integrate_hybrid

        functions = self.functions.switched(self.tree, with_switches=True)
        rows = {DERIVATIVE, MONITOR, *(SLIDING + switch for switch in slides)}
        return self._finish(
            integrate_hybrid(
                functions.addresses(rows),
                functions.tables(rows, self.system.flat_parameters),
                len(functions.switches),
                *self._rest(start, written),
            )
        )

    def _implicit(self, start: float, written: int) -> tuple[int, float]:
        from dysts.compilation.switched_functions import DERIVATIVE, MONITOR
        from dysts.solvers.radau.loop import integrate_stiff

        functions = self.functions.switched(self.tree, with_switches=False)
        rows = {DERIVATIVE} if self.tree is None else {DERIVATIVE, MONITOR}
        jacobian, program = self.functions.compiled_jacobian
        return self._finish(
            integrate_stiff(
                functions.addresses(rows),
                functions.tables(rows, self.system.flat_parameters),
                jacobian.address,
                program.table(self.system.flat_parameters),
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
            problem.hands_over,
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
