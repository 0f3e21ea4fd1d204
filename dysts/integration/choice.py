"""The choice of the solver's loop for a set of trajectories, and of the one that continues where a loop stops."""

import functools
from typing import TYPE_CHECKING

import numpy as np

from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.extended import solve_extended
from dysts.integration.handover import AutoSwitch
from dysts.integration.numba_start import load_numba
from dysts.integration.problem import AUTO, IMPLICIT, SERIES, Problem
from dysts.integration.solution import Solution
from dysts.integration.tolerances import EXTENDED
from dysts.workers.threads import in_threads

if TYPE_CHECKING:
    from dysts.compilation.driver import Driver
    from dysts.solvers.shared.arguments import Cases, Control, Ends

TIGHT = 1e-9
"""Relative tolerances up to this one use power series however long the equations are, as their advantage grows while
the tolerance falls."""
SHORT = 150
"""Operations up to which equations use power series at any tolerance. At equal error they take 0.4 to 0.8 of the time
of DOP853 there, as medians of seven systems (``tests/performance/choice_of_method.py``); longer ones compile slowly."""
ENOUGH_FOR_LANES = 4
"""Ensembles of at least this size are integrated eight trajectories side by side."""
LONGEST_IN_LANES = 150
"""Operations up to which eight expansions stand side by side. For longer programs, the memory of a loop over the
orders, eight times that of one expansion, leaves the nearest cache, and comes near the half megabyte that the stack of
a thread has on some systems."""


def solve(problem: Problem, *, threads: int | None = None) -> Solution:
    """Integrate all trajectories of a problem; the result does not depend on the number of threads.

    The times of the solution are those of the equations as they were given, also where a problem is solved backwards.

    Raises
    ------
    InvalidArgumentError
        If the solver that is asked for cannot follow the equations.
    """
    solution = _solve(problem, threads)
    if problem.backwards:
        solution.reached *= -1.0
        solution.event_times *= -1.0
    return solution


def _solve(problem: Problem, threads: int | None) -> Solution:
    load_numba()
    if problem.precision == EXTENDED:
        return solve_extended(problem, threads)
    first = problem.systems[0]
    events = problem.most_events if problem.event is not None else 0
    states = problem.states.copy()
    smooth = problem.solver != IMPLICIT and problem.event is None and not problem.right_hand_side.has_switches
    solution = Solution(len(problem.states), len(problem.times), first.dimension, events, blank=not smooth)
    if smooth:
        if _takes_series(problem):
            _solve_with_series(problem, states, solution, threads)
        else:
            _solve_with_dop853(problem, states, solution, threads)
        _hand_over(problem, states, solution, threads)
        return solution
    if problem.solver == IMPLICIT and problem.right_hand_side.has_switches:
        raise NotSupportedError(
            f"{first.name} has kinks or jumps, which 'radau' does not locate; use 'auto' or 'dop853'"
        )
    if problem.solver == SERIES:
        reason = "kinks or jumps" if problem.right_hand_side.has_switches else "an event to find"
        raise InvalidArgumentError(f"solver must be 'auto' or 'dop853', as {first.name} has {reason}, got 'taylor'")
    from dysts.compilation.switched_functions import DERIVATIVE, MONITOR, VALUES

    # Made before the threads begin, so that none makes them twice.
    if problem.solver != IMPLICIT and len(states) > 1:
        tree = problem.event_tree
        problem.right_hand_side.switched(tree, with_switches=True).addresses({DERIVATIVE, MONITOR, VALUES})

    def run(begin: int, end: int) -> None:
        for case in range(begin, end):
            AutoSwitch(problem, case, states[case], solution).run(problem.start, implicit=problem.solver == IMPLICIT)

    in_threads(run, len(states), threads)
    return solution


def _takes_series(problem: Problem) -> bool:
    right_hand_side = problem.right_hand_side
    if problem.solver == AUTO:
        # Where a function is steep, a step of any method needs the series that tells how far it may be.
        return right_hand_side.expandable and (
            problem.tolerance <= TIGHT
            or len(right_hand_side.program.operations) <= SHORT
            or right_hand_side.steep_arguments > 0
        )
    if problem.solver == SERIES and not right_hand_side.expandable:
        raise InvalidArgumentError(
            f"solver must not be 'taylor', as the equations of {problem.systems[0].name} contain a function or an "
            "exponent without a recurrence for its power series, or more than 1000 operations; use 'auto'"
        )
    return problem.solver == SERIES


def _arguments(problem: Problem, states: np.ndarray, solution: Solution) -> tuple["Cases", "Control", "Ends"]:
    """Return what all loops for smooth equations take."""
    _, Cases, Ends = _series_loop()
    return (
        Cases(problem.tables, states, problem.phase_periods),
        problem.control,
        Ends(solution.values, solution.status, solution.reached, solution.counts),
    )


@functools.cache
def _series_loop() -> tuple["Driver", type["Cases"], type["Ends"]]:
    """Import what needs numba once; the statements themselves take a tenth of the time of a short solution."""
    from dysts.solvers.shared.arguments import Cases, Ends
    from dysts.solvers.taylor.loop import integrate_series

    return integrate_series, Cases, Ends


def _solve_with_series(problem: Problem, states: np.ndarray, solution: Solution, threads: int | None) -> None:
    integrate_series, _, _ = _series_loop()
    right_hand_side = problem.right_hand_side
    cases, control, ends = _arguments(problem, states, solution)
    # Taken before the threads begin, so that none compiles them twice.
    expansion, address = right_hand_side.function.expansion_address, right_hand_side.function.address
    short = len(right_hand_side.program.operations) <= LONGEST_IN_LANES
    if len(states) >= ENOUGH_FOR_LANES and short and right_hand_side.expands_in_lanes:
        from dysts.compilation.emission.vectors import LANES
        from dysts.solvers.taylor.lanes import integrate_series_lanes, lanes

        lanes_expansion = right_hand_side.function.lanes_expansion_address

        def run_lanes(begin: int, end: int) -> None:
            work = lanes(states.shape[1], cases.constants.shape[1])
            integrate_series_lanes(
                expansion,
                lanes_expansion,
                address,
                cases,
                begin,
                end,
                problem.start,
                problem.times,
                control,
                ends,
                work,
            )

        in_threads(run_lanes, len(states), threads, together=LANES)
        return

    def run(begin: int, end: int) -> None:
        integrate_series(
            expansion,
            address,
            right_hand_side.steep_arguments,
            cases,
            begin,
            end,
            problem.start,
            problem.times,
            control,
            ends,
        )

    in_threads(run, len(states), threads)


def _solve_with_dop853(problem: Problem, states: np.ndarray, solution: Solution, threads: int | None) -> None:
    from dysts.compilation.emission.vectors import LANES
    from dysts.solvers.dop853.lanes import integrate_lanes
    from dysts.solvers.dop853.loop import integrate_smooth

    function = problem.right_hand_side.function
    cases, control, ends = _arguments(problem, states, solution)
    look_ahead, steep_arguments = problem.right_hand_side.look_ahead
    control = control._replace(look_ahead=look_ahead, steep_arguments=steep_arguments)
    # Both give the same bits; side by side they take a quarter of the time once a driver more is compiled. Lanes do not
    # look ahead.
    side_by_side = len(states) >= ENOUGH_FOR_LANES and not steep_arguments
    address, lanes_address = function.address, function.lanes_address if side_by_side else 0

    def run(begin: int, end: int) -> None:
        # Touching the memory of a large ensemble takes a tenth of the time; here the threads share it.
        solution.erase(begin, end)
        if side_by_side:
            integrate_lanes(address, lanes_address, cases, begin, end, problem.start, problem.times, control, ends)
        else:
            integrate_smooth(address, cases, begin, end, problem.start, problem.times, control, ends)

    in_threads(run, len(states), threads, together=LANES if side_by_side else 1)


def _hand_over(problem: Problem, states: np.ndarray, solution: Solution, threads: int | None) -> None:
    """Continue the trajectories on which the equations became stiff or the power series found no step."""
    # numpy counts ten times faster than it reduces with any().
    if not problem.hands_over or not np.count_nonzero(solution.status):
        return
    from dysts.solvers.status import Status

    stopped = [int(Status.STIFF)]
    if _takes_series(problem):
        stopped += [int(Status.NOT_FINITE), int(Status.STEP_TOO_SMALL)]
    if not set(stopped) & set(solution.status.tolist()):
        return
    cases = np.flatnonzero(np.isin(solution.status, stopped))
    # Series are explicit as DOP853 is, which tells at once whether an implicit method is better.
    implicit = not _takes_series(problem)

    def run(begin: int, end: int) -> None:
        for case in cases[begin:end].tolist():
            AutoSwitch(problem, case, states[case], solution).run(float(solution.reached[case]), implicit=implicit)

    in_threads(run, len(cases), threads)
