"""The delay solver agrees with exact solutions and with a chain of ordinary equations, from every kind of history."""

import dataclasses
import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray
from linear_systems import make
from numba import types
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

import dysts
from dysts.compilation.driver import driver
from dysts.integration.delays import solve_delay_system
from dysts.integration.histories import check_histories
from dysts.integration.solution import Solution
from dysts.solvers.delay.past import Past
from dysts.solvers.delay.past import look_up as ring_look_up
from dysts.solvers.status import Status
from dysts.systems.system import System

DELAY_SYSTEMS = ("IkedaDelay", "MackeyGlass", "PiecewiseCircuit", "ScrollDelay", "SprottDelay", "VossDelay")


def solve(
    system: System,
    times: Any,
    given: Any,
    rtol: float = 1e-12,
    *,
    atol: float | None = None,
    maximum_steps: int = 1_000_000,
    threads: int | None = 1,
) -> Solution:
    absolute = np.full(system.dimension, 1e-3 * rtol if atol is None else atol)
    histories = check_histories(system, given)
    return solve_delay_system(
        system, np.asarray(times, float), histories, np.full(system.dimension, rtol), absolute, maximum_steps, threads
    )


def decay() -> System:
    """x' = -x(t-1)."""
    return make({"x": "-x_tau"}, [1.0], parameters={"tau": 1.0}, delay="tau")


def mackey_glass() -> System:
    return dysts.get_system("MackeyGlass").with_parameters(tau=17.0)


def decay_from_one(t: float, jump: float = 0.0) -> float:
    """The exact solution from history 1, which jumps to 1 + jump at time 0: a polynomial between the integers."""
    steps = math.floor(t)
    value = math.fsum((-1.0) ** k * (t - k + 1.0) ** k / math.factorial(k) for k in range(steps + 2))
    return value + jump * math.fsum((-1.0) ** k * (t - k) ** k / math.factorial(k) for k in range(steps + 1))


def chain(system: System, intervals: int, inside: np.ndarray) -> np.ndarray:
    """Solve a scalar system by ordinary equations only: the intervals of one delay, shifted on top of each other.

    Component k is the solution in interval k, whose delayed value is component k - 1: no interpolation, no history.
    Returns float64 [interval, inside] at the given times within each interval.
    """
    delay = system.flat_parameters[system.delay or ""]
    history = system.initial_conditions[0]

    def slopes(t: float, x: np.ndarray) -> np.ndarray:
        return system.rhs(t, x[:, np.newaxis], np.concatenate([[history], x[:-1]])[:, np.newaxis])[:, 0]

    starts, rows = [history], np.empty((0, inside.size))
    for _ in range(intervals):
        # The intervals of the last round begin where this one sees their predecessors end.
        done = solve_ivp(slopes, (0.0, delay), starts, "DOP853", [*inside, delay], rtol=3e-14, atol=1e-15)
        rows = done.y[:, :-1]
        starts = [history, *done.y[:, -1]]
    return rows


def test_polynomials_come_out_exactly_at_any_tolerance() -> None:
    times = np.linspace(0.0, 7.0, 701)
    x = solve(decay(), times, [1.0], rtol=1e-2, atol=1e-2).values[0, :, 0]
    # Up to degree 7 method and dense output are exact on each side of a kink: a step across one, even of high
    # order, would leave an error near the tolerance. Rounding is multiplied by coefficients of up to 500.
    np.testing.assert_allclose(x, [decay_from_one(t) for t in times], rtol=0.0, atol=2e-14)


def test_steps_that_would_cross_a_breaking_point_end_on_it() -> None:
    # Steps as long as the delay end on all of them by themselves; these do not, and a crossing leaves 1e-9.
    times = np.arange(0.0, 7.01, 0.25)
    x = dysts.integrate(decay(), times=times, rtol=1e-2, atol=1e-2, longest_step=0.35).to_numpy()[:, 0]
    np.testing.assert_allclose(x, [decay_from_one(t) for t in times.tolist()], rtol=0.0, atol=2e-14)


def test_the_solution_with_all_its_kinks_is_accurate() -> None:
    times = np.linspace(0.0, 15.0, 1001)
    x = solve(decay(), times, [1.0]).values[0, :, 0]
    np.testing.assert_allclose(x, [decay_from_one(t) for t in times], rtol=0.0, atol=1e-12)


def test_steps_as_long_as_the_delay_use_the_segment_just_finished() -> None:
    times = np.linspace(0.0, 40.0, 401)
    solution = solve(decay(), times, [1.0], rtol=1e-2, atol=1e-2)
    # All but the first few have the length of the delay.
    assert solution.counts[0, 0] < 44
    exact = solve(decay(), times, [1.0], rtol=1e-13)
    # What polynomials of degree 7 leave over steps of 1.
    np.testing.assert_allclose(solution.values, exact.values, rtol=0.0, atol=1e-6)


def test_looking_up_goes_both_ways_around_the_ring() -> None:
    (history,) = check_histories(rotation(), lambda t: (math.cos(100.0 * t), math.sin(70.0 * t)))
    pieces, first = history.starts.size, 1000
    slots = (np.arange(pieces) - first) % pieces
    ring = [np.ascontiguousarray(part[slots]) for part in (history.starts, history.lengths)]
    ring_states, ring_rows = history.states[slots].copy(), history.polynomials[slots].copy()
    vector, cube = types.float64[::1], types.float64[:, :, ::1]

    @driver(types.int64(vector, vector, types.float64[:, ::1], cube, types.int64, types.int64, types.float64, vector))
    def look_up(starts, lengths, states, polynomials, newest, hint, t, inputs):  # type: ignore[no-untyped-def]
        past = Past(starts, lengths, states, polynomials)
        return ring_look_up(past, hint, 1000, newest, t, inputs)

    hint, inputs = first, np.zeros(4)
    for t in np.random.default_rng(0).uniform(-1.0, 0.0, 500):
        hint = look_up(*ring, ring_states, ring_rows, first + pieces - 1, hint, t, inputs)
        assert history.starts[hint - first] <= t <= history.starts[hint - first] + history.lengths[hint - first]
        np.testing.assert_allclose(inputs[2:], history(t), rtol=0.0, atol=1e-14)


def test_a_jump_at_time_zero_is_seen_from_its_right_side() -> None:
    (history,) = check_histories(decay(), [1.0])
    jumping = dataclasses.replace(history, initial_state=np.array([3.0]))
    times = np.linspace(0.0, 6.0, 601)
    x = solve(decay(), times, jumping, rtol=1e-2, atol=1e-2).values[0, :, 0]
    np.testing.assert_allclose(x, [decay_from_one(t, jump=2.0) for t in times], rtol=0.0, atol=4e-14)


@pytest.mark.parametrize("rate", [-0.3, 0.2])
def test_an_exponential_history_goes_on_as_an_exponential(rate: float) -> None:
    parameters = {"a": -0.5, "b": (rate + 0.5) * math.exp(rate * 1.7), "tau": 1.7}
    system = make({"x": "a*x + b*x_tau"}, [1.0], parameters=parameters, delay="tau")
    times = np.linspace(0.0, 10.0, 333)
    x = solve(system, times, lambda t: math.exp(rate * t)).values[0, :, 0]
    np.testing.assert_allclose(x, np.exp(rate * times), rtol=1e-11)


def rotation() -> System:
    """z' = i*a*z + b*z(t-1) in two real components; z = exp(60i t) solves it, with over 64 steps for one delay."""
    weight = 0.5j * np.exp(60j)
    parameters = {"a": 59.5, "c": weight.real, "s": weight.imag, "tau": 1.0}
    equations = {"x": "-a*y + c*x_tau - s*y_tau", "y": "a*x + s*x_tau + c*y_tau"}
    return make(equations, [1.0, 0.0], parameters=parameters, delay="tau")


def test_many_steps_in_one_delay_and_two_components() -> None:
    times = np.linspace(0.0, 12.0, 997)
    solution = solve(rotation(), times, lambda t: (math.cos(60.0 * t), math.sin(60.0 * t)), 1e-13, atol=1e-13)
    assert solution.counts[0, 0] > 12 * 70
    exact = np.stack([np.cos(60.0 * times), np.sin(60.0 * times)], axis=-1)
    # Some thousand steps of a growing mode.
    np.testing.assert_allclose(solution.values[0], exact, rtol=0.0, atol=2e-10)


def test_time_itself_is_that_of_the_stage() -> None:
    system = make({"x": "x_tau*cos(t) - sin(t) - cos(t - tau)*cos(t)"}, [1.0], parameters={"tau": 2.0}, delay="tau")
    times = np.linspace(0.0, 9.0, 91)
    x = solve(system, times, math.cos).values[0, :, 0]
    np.testing.assert_allclose(x, np.cos(times), rtol=0.0, atol=1e-11)


def test_mackey_glass_agrees_with_the_chain_of_ordinary_equations() -> None:
    inside = np.linspace(0.0, 17.0, 35)[:-1]
    reference = chain(mackey_glass(), 18, inside)
    times = (17.0 * np.arange(18)[:, np.newaxis] + inside).ravel()
    system = mackey_glass()
    errors = []
    for rtol in (1e-6, 1e-9, 1e-12):
        x = solve(system, times, system.initial_conditions, rtol).values[0, :, 0]
        errors.append(np.abs(x - reference.ravel()).max())
        # Errors of some hundred steps, which grow by a factor of e**2 on the way.
        assert errors[-1] < 100.0 * rtol
    assert errors[0] > 10.0 * errors[1] > 100.0 * errors[2]


def test_the_error_falls_with_the_order_of_the_method() -> None:
    system = mackey_glass()
    times = np.linspace(0.0, 300.0, 301)
    exact = solve(system, times, system.initial_conditions, 1e-14)
    work, errors = [], []
    for rtol in (1e-7, 1e-8, 1e-9, 1e-10, 1e-11):
        solution = solve(system, times, system.initial_conditions, rtol)
        work.append(solution.counts[0, 0])
        errors.append(np.abs(solution.values - exact.values).max())
    order = -np.polyfit(np.log(work), np.log(errors), 1)[0]
    # Order 8 if the delayed values are as good as the steps; a history of lower order would show.
    assert order > 6.5


@pytest.mark.parametrize("name", DELAY_SYSTEMS)
def test_every_delay_system_stays_on_its_attractor(name: str) -> None:
    system = dysts.get_system(name)
    solution = solve(system, np.linspace(0.0, 1000.0, 2001), system.initial_conditions, 1e-9)
    assert solution.status[0] == Status.SUCCESS
    assert np.isfinite(solution.values).all()
    assert np.abs(solution.values).max() < 50.0
    assert solution.values[0, 1000:].std() > 0.1


def test_a_constant_gives_the_same_numbers_in_every_form() -> None:
    system = mackey_glass()
    times = np.linspace(0.0, 100.0, 301)
    grid = np.linspace(-17.0, 0.0, 40)
    as_function: Callable[[float], Any] = lambda t: [0.9]  # noqa: ARG005, E731
    labelled = xarray.DataArray(np.full((40, 1), 0.9), dims=("time", "component"), coords={"time": grid})
    expected = solve(system, times, [0.9]).values
    for given in (as_function, (grid, np.full((40, 1), 0.9)), (grid, [0.9] * 40), labelled, labelled.T):
        np.testing.assert_array_equal(solve(system, times, given).values, expected)


def test_the_segments_of_a_function_follow_it() -> None:
    (history,) = check_histories(rotation(), lambda t: (math.cos(40.0 * t), math.exp(2.0 * t)))
    t = np.linspace(-1.0, 0.0, 5001)
    np.testing.assert_allclose(history(t), np.stack([np.cos(40.0 * t), np.exp(2.0 * t)], axis=-1), rtol=0, atol=2e-12)
    np.testing.assert_array_equal(history.initial_state, [1.0, 1.0])


def test_the_segments_of_a_series_are_its_cubic_spline() -> None:
    times = np.sort(np.random.default_rng(1).uniform(-1.4, 0.5, 60))
    values = np.stack([np.cos(9.0 * times), np.sin(5.0 * times)], axis=-1)
    (history,) = check_histories(rotation(), (times, values))
    assert history.starts[0] <= -1.0
    assert history.starts[-1] + history.lengths[-1] == 0.0
    t = np.linspace(-1.0, 0.0, 1001)
    np.testing.assert_allclose(history(t), CubicSpline(times, values)(t), rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(history.initial_state, history(0.0), rtol=0.0, atol=1e-15)


def test_a_trajectory_goes_on_from_its_own_past() -> None:
    system = mackey_glass()
    times = np.linspace(0.0, 400.0, 8001)
    whole = solve(system, times, system.initial_conditions).values[0]
    past = xarray.DataArray(
        whole[:4001],
        dims=("time", "component"),
        coords={"time": times[:4001] - 200.0, "component": ["x"]},
    )
    rest = solve(system, times[:1001], past).values[0]
    # The error of a cubic spline through points 0.05 apart, h**4/384 times a fourth derivative of order one.
    np.testing.assert_allclose(rest, whole[4000:5001], rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 3, None])
def test_an_ensemble_equals_single_runs_for_any_number_of_threads(threads: int | None) -> None:
    system = mackey_glass()
    times = np.linspace(0.0, 200.0, 101)
    grid = np.linspace(-17.0, 0.0, 100)
    given = [
        [0.5],
        lambda t: 0.9 + 0.1 * math.sin(9.0 * t),
        (grid, 1.0 + 0.1 * np.cos(grid)),
        *(0.05 * np.arange(1, 30)[:, np.newaxis]),
    ]
    together = solve(system, times, given, 1e-9, threads=threads)
    for index, one in enumerate(given):
        alone = solve(system, times, one, 1e-9)
        np.testing.assert_array_equal(together.values[index], alone.values[0])
        np.testing.assert_array_equal(together.counts[index], alone.counts[0])


def test_rows_stand_at_the_requested_times() -> None:
    system = mackey_glass()
    late = solve(system, [3.0, 17.0, 100.0], [0.9], 1e-9)
    assert late.values[0, 0, 0] == pytest.approx(solve(system, [3.0], [0.9], 1e-9).values[0, 0, 0], rel=1e-8)
    assert late.values[0, 1, 0] == pytest.approx(solve(system, [17.0], [0.9], 1e-9).values[0, 0, 0], rel=1e-8)
    start = solve(system, [0.0], lambda t: 0.3 + t)
    assert start.values.tolist() == [[[0.3]]]
    assert (start.status[0], start.reached[0], late.reached[0]) == (Status.SUCCESS, 0.0, 100.0)


@pytest.mark.parametrize(
    ("equation", "history", "status", "reached"),
    [
        ("x**2 + 0*x_tau", 1.0, Status.STEP_TOO_SMALL, 1.0),
        ("-x_tau + 0*log(2.5 - t)", 1.0, Status.STEP_TOO_SMALL, 2.5),
        ("log(x_tau)", -1.0, Status.NOT_FINITE, 0.0),
    ],
)
def test_a_solution_that_ends_says_so(equation: str, history: float, status: Status, reached: float) -> None:
    system = make({"x": equation}, [1.0], parameters={"tau": 1.0}, delay="tau")
    times = np.linspace(0.0, 9.0, 91)
    solution = solve(system, times, [history], 1e-9)
    assert solution.status[0] == status
    assert solution.reached[0] == pytest.approx(reached, abs=1e-6)
    known = np.isfinite(solution.values[0, :, 0])
    np.testing.assert_array_equal(known, times <= solution.reached[0])


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of the peak differs")
def test_memory_does_not_grow_with_the_length() -> None:
    import resource

    system = dysts.get_system("IkedaDelay")
    solve(system, [0.0, 100.0], [0.1], 1e-6)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    solution = solve(system, [0.0, 20000.0], [0.1], 1e-6)
    # Kept whole, the segments would take 80 bytes each.
    assert 80 * solution.counts[0, 0] > 30e6
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def test_no_interpolation_through_a_gap_in_the_domain() -> None:
    equation = "-x_tau + 0*sqrt((t - w)**2 - 1e-4)"
    system = make({"x": equation}, [1.0], parameters={"tau": 1.0, "w": 1.0}, delay="tau")
    times = np.linspace(0.0, 8.0, 81)
    statuses = set()
    for middle in np.linspace(0.5, 6.0, 111):
        solution = solve(system.with_parameters(w=middle), times, [1.0], 1e-3)
        statuses.add(int(solution.status[0]))
        # A step may jump over the gap, but no stage of its polynomial may lie inside.
        np.testing.assert_array_equal(np.isfinite(solution.values[0, :, 0]), times <= solution.reached[0])
    assert statuses == {Status.SUCCESS, Status.STEP_TOO_SMALL}


def test_the_number_of_steps_is_limited() -> None:
    solution = solve(mackey_glass(), [0.0, 1e9], [0.9], 1e-9, maximum_steps=500)
    assert solution.status[0] == Status.TOO_MANY_STEPS
    assert solution.counts[0, :2].sum() == 500
    assert 0.0 < solution.reached[0] < 1e4


def test_a_driving_phase_is_kept_reduced() -> None:
    system = make(
        {"x": "-x_tau + cos(s)", "s": "3"},
        [1.0, 0.0],
        parameters={"tau": 1.0},
        delay="tau",
        clock={"variable": "s", "period": "2*pi"},
    )
    autonomous = make({"x": "-x_tau + cos(3*t)"}, [1.0], parameters={"tau": 1.0}, delay="tau")
    times = np.linspace(0.0, 20.0, 201)
    values = solve(system, times, [1.0, 4.0 * math.pi]).values[0]
    np.testing.assert_allclose(values[:, 0], solve(autonomous, times, [1.0]).values[0, :, 0], rtol=0.0, atol=1e-10)
    np.testing.assert_allclose(np.cos(values[:, 1]), np.cos(3.0 * times), rtol=0.0, atol=1e-11)
    assert values[:, 1].min() >= 0.0
    assert values[:, 1].max() < 2.0 * math.pi


def test_the_past_gets_a_tenth_of_the_tolerance_unless_the_method_is_named() -> None:
    times = np.linspace(0.0, 200.0, 30)
    auto = dysts.integrate("MackeyGlass", times=times, rtol=1e-8, atol=1e-8)
    tighter, named = (
        dysts.integrate("MackeyGlass", times=times, rtol=rtol, atol=rtol, solver="dop853") for rtol in (1e-9, 1e-8)
    )
    np.testing.assert_allclose(auto.values, tighter.values, atol=1e-12)
    assert auto.attrs["steps_accepted"] == tighter.attrs["steps_accepted"] > named.attrs["steps_accepted"]
    assert auto.attrs["rtol"] == 1e-8
    # At the smallest tolerance there is nothing below.
    assert dysts.integrate("MackeyGlass", 20, rtol=1e-14).shape == (20, 1)
