"""Orbits of maps: the compiled right-hand side of a map is the next state, which these loops apply again and again.

Eight orbits side by side have the bits that each has alone. An orbit ends at the first iterate that is not finite; its
status says whether the state before was so large that it escapes to infinity, or the map is not defined there.
"""

import math

import numpy as np
from numba import njit, types

from dysts.compilation.calling import call, call_within
from dysts.compilation.driver import driver
from dysts.compilation.emission.vectors import LANES
from dysts.solvers.shared.arguments import CASES, ENDS, INTEGERS, Cases, Ends
from dysts.solvers.shared.codes import ESCAPED, OUTSIDE_DOMAIN, SUCCESS

LARGE = 1e100
"""Magnitude of a component beyond which an orbit escapes: the square of the next iterates overflows."""


@njit(error_model="numpy")
def end_of(before: np.ndarray) -> int:
    """Return the status of an orbit whose next state is not finite, by its last one."""
    for value in before:
        if abs(value) > LARGE:
            return ESCAPED
    return OUTSIDE_DOMAIN


@driver(types.void(types.int64, CASES, types.int64, types.int64, types.int64, INTEGERS, ENDS))
def iterate(address: int, cases: Cases, first: int, last: int, start: int, gaps: np.ndarray, ends: Ends) -> None:
    """Iterate the cases ``first <= case < last`` one after the other.

    Parameters
    ----------
    address : int
        The map for one state.
    cases : Cases
    first, last : int
    start : int
        Number of the first iterate, which maps that depend on it see as the time.
    gaps : int64 [point]
        Iterates between a point and the one before it.
    ends : Ends
        Receives the points, NaN after the end of an orbit, and the last iterate that was reached.
    """
    tables, states, _ = cases
    output, status, reached, counts = ends
    size = states.shape[1]
    even, odd = np.empty(size), np.empty(size)
    for case in range(first, last):
        # The state is in one array at even numbers and in the other at odd ones: copying takes a tenth of the time.
        (odd if start % 2 else even)[:] = states[case]
        table = tables[case]
        number = start
        status[case] = SUCCESS
        for point in range(gaps.size):
            for _ in range(gaps[point]):
                total = 0.0
                if number % 2:
                    call(address, float(number), odd, table, even)
                    for i in range(size):
                        total += 0.0 * even[i]
                else:
                    call(address, float(number), even, table, odd)
                    for i in range(size):
                        total += 0.0 * odd[i]
                if total != 0.0:
                    status[case] = end_of(odd if number % 2 else even)
                    break
                number += 1
            if status[case] != SUCCESS:
                output[case, point:] = math.nan
                break
            if number % 2:
                for i in range(size):
                    output[case, point, i] = odd[i]
            else:
                for i in range(size):
                    output[case, point, i] = even[i]
        states[case] = odd if number % 2 else even
        reached[case] = number
        counts[case, 0] += number - start
        counts[case, 2] += number - start


@driver(types.void(types.int64, CASES, types.int64, types.int64, types.int64, INTEGERS, ENDS))
def iterate_lanes(address: int, cases: Cases, first: int, last: int, start: int, gaps: np.ndarray, ends: Ends) -> None:
    """Iterate the cases ``first <= case < last`` eight at a time; see `iterate` for the arguments.

    Parameters
    ----------
    address : int
        The map for eight states.
    """
    tables, states, _ = cases
    output, status, reached, counts = ends
    size = states.shape[1]
    state = np.ones((size, LANES))
    results = np.ones((1, size, LANES))
    constants = np.ones((tables.shape[1], LANES))
    t, no_step = np.zeros(LANES), np.zeros(LANES)
    before = np.empty(size)
    for begin in range(first, last, LANES):
        lanes = min(LANES, last - begin)
        for lane in range(LANES):
            # Lanes without an orbit repeat the last one.
            case = begin + min(lane, lanes - 1)
            for i in range(size):
                state[i, lane] = states[case, i]
            for i in range(tables.shape[1]):
                constants[i, lane] = tables[case, i]
        for lane in range(lanes):
            status[begin + lane] = SUCCESS
            reached[begin + lane] = -1.0
        number = start
        for point in range(gaps.size):
            for _ in range(gaps[point]):
                t[:] = number
                call_within(address, t, 0.0, no_step, state, constants, results, 0)
                total = 0.0
                for i in range(size):
                    for lane in range(LANES):
                        total += 0.0 * results[0, i, lane]
                if total != 0.0:
                    for lane in range(lanes):
                        bad = 0.0
                        for i in range(size):
                            bad += 0.0 * results[0, i, lane]
                            before[i] = state[i, lane]
                        if bad != 0.0 and status[begin + lane] == SUCCESS:
                            status[begin + lane] = end_of(before)
                            reached[begin + lane] = number
                            states[begin + lane] = before
                for i in range(size):
                    for lane in range(LANES):
                        state[i, lane] = results[0, i, lane]
                number += 1
            for lane in range(lanes):
                alive = status[begin + lane] == SUCCESS
                for i in range(size):
                    output[begin + lane, point, i] = state[i, lane] if alive else math.nan
        for lane in range(lanes):
            case = begin + lane
            if status[case] == SUCCESS:
                reached[case] = number
                for i in range(size):
                    states[case, i] = state[i, lane]
            counts[case, 0] += int(reached[case]) - start
            counts[case, 2] += int(reached[case]) - start
