"""Trajectories of delay systems, each from its own history."""

import math
from collections.abc import Sequence

import numpy as np

from dysts.errors import NotSupportedError
from dysts.integration.histories import History, delay_of
from dysts.integration.solution import Solution
from dysts.systems.system import System
from dysts.workers.threads import in_threads


def solve_delay_system(
    system: System,
    times: np.ndarray,
    histories: Sequence[History],
    relative: np.ndarray,
    absolute: np.ndarray,
    maximum_steps: int,
    threads: int | None,
    *,
    longest_step: float = math.inf,
) -> Solution:
    """Integrate a delay system from each of the histories.

    Parameters
    ----------
    system : System
    times : float64 [time]
        Increasing, none negative; at time 0 a row holds the end of the history.
    histories : sequence of History
        From `check_histories` for this system.
    relative, absolute : float64 [component]
        Tolerances of each step.
    maximum_steps : int
        Limit for each trajectory.
    threads : int or None
        The result does not depend on it; by default one per processor.
    longest_step : float

    Returns
    -------
    Solution

    Raises
    ------
    NotSupportedError
        If the equations jump; kinks (``abs``, ``max``, ``min``) are left to the control of steps.

    Examples
    --------
    >>> import dysts
    >>> from dysts.integration.histories import check_histories
    >>> system = dysts.get_system("MackeyGlass")
    >>> times, relative, absolute = np.linspace(0.0, 100.0, 201), np.array([1e-9]), np.array([1e-12])
    >>> solution = solve_delay_system(system, times, check_histories(system, [0.9]), relative, absolute, 100_000, 1)
    >>> solution.values.shape, int(solution.status[0])
    ((1, 201, 1), 0)
    """
    from dysts.equations.switching import has_jumps
    from dysts.solvers.delay.loop import Histories, integrate_delay
    from dysts.solvers.shared.arguments import Cases, Control, Ends

    if has_jumps(system.vector_field.trees):
        raise NotSupportedError(
            f"{system.name} is a delay system with a jump (heaviside, sign, floor, ceil, mod or a condition), which "
            "this version does not locate; use a smooth function such as tanh(100*x), or abs, max and min"
        )
    delay = delay_of(system)
    right_hand_side = system.compiled
    address = right_hand_side.function.address
    cases = len(histories)
    constants = np.tile(right_hand_side.table(system.flat_parameters), (cases, 1))
    clock, clock_period = system.phase_index_and_period
    times = np.ascontiguousarray(times, dtype=np.float64)
    initial_states = np.array([history.initial_state for history in histories])
    offsets = np.cumsum([0, *(history.starts.size for history in histories)])
    starts = np.concatenate([history.starts for history in histories])
    lengths = np.concatenate([history.lengths for history in histories])
    states = np.concatenate([history.states for history in histories])
    polynomials = np.concatenate([history.polynomials for history in histories])
    delays = np.full(cases, delay)
    solution = Solution(cases, times.size, system.dimension)
    arguments = (
        Cases(constants, initial_states, np.full(cases, clock_period)),
        Histories(offsets, starts, lengths, states, polynomials),
        times,
        Control(relative, absolute, maximum_steps, longest_step, False, clock, *right_hand_side.look_ahead),
        Ends(solution.values, solution.status, solution.reached, solution.counts),
    )

    def solve(first: int, last: int) -> None:
        integrate_delay(address, delays, first, last, *arguments)

    in_threads(solve, cases, threads)
    return solution
