"""Integration in extended precision: what it is for, and the call of its loop."""

import numpy as np

from dysts.errors import NotSupportedError
from dysts.integration.problem import AUTO, SERIES, Problem
from dysts.integration.solution import Solution
from dysts.systems.system import System
from dysts.workers.threads import in_threads


def admits_extended(system: System) -> bool:
    """Whether the equations of a system can be integrated in extended precision."""
    return system.delay is None and system.compiled.expandable_in_extended_precision


def check_extended(system: System, *, solver: str, noise: bool, event: bool) -> None:
    """Refuse everything that has no method in extended precision.

    Parameters
    ----------
    system : System
    solver : str
    noise, event : bool
        Whether they are asked for.

    Raises
    ------
    NotSupportedError
    """
    reason = ""
    if system.delay is not None:
        reason = f"as {system.name} is a delay system"
    elif noise:
        reason = "with noise"
    elif event:
        reason = "with stop, as power series locate no event"
    elif solver not in (AUTO, SERIES):
        reason = f"with the solver {solver!r}; 'auto' and 'taylor' have extended precision"
    elif system.compiled.has_switches:
        reason = f"as {system.name} has kinks or jumps"
    elif not system.compiled.expandable_in_extended_precision:
        reason = (
            f"as the equations of {system.name} contain a function or an exponent without a recurrence for its power "
            "series, or more than 400 operations"
        )
    if reason:
        raise NotSupportedError(f"precision must be 'double' {reason}, got 'extended'")


def solve_extended(problem: Problem, threads: int | None) -> Solution:
    """Integrate all trajectories of a problem in extended precision.

    Parameters
    ----------
    problem : Problem
        One that `check_extended` admits.
    threads : int or None
    """
    from dysts.compilation.exact_constants import exact_table, exact_value
    from dysts.equations.expressions import parse
    from dysts.solvers.shared.arguments import Ends
    from dysts.solvers.taylor.extended_loop import integrate_extended

    first = problem.systems[0]
    states = problem.states.copy()
    solution = Solution(len(states), len(problem.times), first.dimension, blank=False)
    right_hand_side = problem.right_hand_side
    expansion = right_hand_side.function.extended_expansion_address

    def period(system: System) -> tuple[float, float]:
        phase = system.driving_phase
        if phase is None or phase.period is None:
            return 1.0, 0.0
        known = system.flat_parameters
        return exact_value(parse(phase.period, where=system.name, names=known.keys()), known)

    tables = np.array([exact_table(right_hand_side.program, system.flat_parameters) for system in problem.systems])
    periods = np.array([period(system) for system in problem.systems])
    if len(tables) < len(states):
        tables, periods = (np.repeat(array, len(states), axis=0) for array in (tables, periods))
    ends = Ends(solution.values, solution.status, solution.reached, solution.counts)

    def run(begin: int, end: int) -> None:
        integrate_extended(
            expansion,
            right_hand_side.steep_arguments,
            tables,
            states,
            periods,
            begin,
            end,
            problem.start,
            problem.times,
            problem.control,
            ends,
        )

    in_threads(run, len(states), threads)
    return solution
