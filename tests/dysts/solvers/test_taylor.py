"""Power series: each coefficient is right, and steps are as long as the tolerance allows and no longer."""

import ctypes
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from linear_systems import make, oscillator
from scipy.integrate import quad
from scipy.special import ive

import dysts
from dysts.compilation.emission import taylor_coefficients
from dysts.compilation.emission.taylor_coefficients import ORDER, padded
from dysts.compilation.machine_code import CompiledFunction
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.systems.system import System

SMOOTH = [
    name
    for name in dysts.list_systems(variants=True)
    if dysts.get_system(name).delay is None and not dysts.get_system(name).compiled.has_switches
]

FUNCTIONS = {
    "x*x": lambda x: x * x,
    "x**3 - 2*x": lambda x: x**3 - 2 * x,
    "1/(1 + x**2)": lambda x: 1 / (1 + x**2),
    "x/(a + x)": lambda x: x / (mpmath.mpf(0.7) + x),
    "sqrt(x)": mpmath.sqrt,
    "x**2.3": lambda x: x ** mpmath.mpf(2.3),
    "x**a": lambda x: x ** mpmath.mpf(0.7),
    "x**(-3/4)": lambda x: x ** (-mpmath.mpf(3) / 4),
    "exp(-x)": lambda x: mpmath.exp(-x),
    "log(x)": mpmath.log,
    "sin(x)": mpmath.sin,
    "cos(3*x)": lambda x: mpmath.cos(3 * x),
    "sin(x)*cos(x) - sin(x)": lambda x: mpmath.sin(x) * mpmath.cos(x) - mpmath.sin(x),
    "tan(x/2)": lambda x: mpmath.tan(x / 2),
    "sinh(x)": mpmath.sinh,
    "cosh(x)": mpmath.cosh,
    "tanh(2*x)": lambda x: mpmath.tanh(2 * x),
    "exp(sin(x))/(2 + cos(x))": lambda x: mpmath.exp(mpmath.sin(x)) / (2 + mpmath.cos(x)),
    "log(1 + sqrt(x))**2": lambda x: mpmath.log(1 + mpmath.sqrt(x)) ** 2,
    "acos(x/2)": lambda x: mpmath.acos(x / 2),
    "asin(x/2)": lambda x: mpmath.asin(x / 2),
    "atan(3*x)": lambda x: mpmath.atan(3 * x),
    "atan2(x**2, 1 - x)": lambda x: mpmath.atan2(x**2, 1 - x),
    "erf(x)": mpmath.erf,
    "log10(x)": mpmath.log10,
    "t*x - t**3": lambda x: (x - mpmath.mpf(0.9) + mpmath.mpf(0.5)) * x - (x - mpmath.mpf(0.9) + mpmath.mpf(0.5)) ** 3,
}
START, TIME = 0.9, 0.5


@pytest.fixture(params=[0, 10**9], ids=["looped", "written out"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short programs are written out and long ones have a loop; here each is tried both ways."""
    monkeypatch.setattr(taylor_coefficients, "FEWEST_LOOPED", request.param)


def expand(system: System, state: list[float], folder: Path) -> np.ndarray:
    """Return the coefficients of the solution through a state at `TIME`: [order, variable]."""
    pointer = ctypes.POINTER(ctypes.c_double)
    right_hand_side = system.compiled
    compiled = CompiledFunction(right_hand_side.program, "test", folder)
    function = ctypes.CFUNCTYPE(None, ctypes.c_double, *[pointer] * 3)(compiled.expansion_address)
    result = np.full((ORDER + 1, padded(len(state) + right_hand_side.steep_arguments)), np.nan)
    arrays = np.array(state), right_hand_side.table(system.flat_parameters), result
    function(TIME, *(array.ctypes.data_as(pointer) for array in arrays))
    return result[:, : len(state)]


@pytest.mark.usefixtures("form")
@pytest.mark.parametrize("text", FUNCTIONS)
def test_coefficients_of_every_operation(text: str, tmp_path: Path) -> None:
    # While x runs evenly, the derivatives of y are those of the function.
    system = make({"x": "1", "y": text}, [START, 0.0], parameters={"a": 0.7})
    mine = expand(system, [START, 0.3], tmp_path)
    with mpmath.workdps(40):
        exact = mpmath.taylor(FUNCTIONS[text], mpmath.mpf(START), ORDER - 1)
        expected = [0.3, *(float(value / (order + 1)) for order, value in enumerate(exact))]
    np.testing.assert_array_equal(mine[:3, 0], [START, 1.0, 0.0])
    np.testing.assert_allclose(mine[:, 1], expected, rtol=1e-12, atol=1e-13)


@pytest.mark.usefixtures("form")
def test_coefficients_of_a_solution_that_is_known(tmp_path: Path) -> None:
    # x = 1/(1 - s), y = exp(s), z = tan(s + c): every coefficient depends on all before it.
    system = make({"x": "x**2", "y": "x*y/x", "z": "1 + z*z"}, [1.0, 1.0, 0.0])
    mine = expand(system, [1.0, 1.0, math.tan(0.4)], tmp_path)
    np.testing.assert_allclose(mine[:, 0], 1.0, rtol=1e-14)
    np.testing.assert_allclose(mine[:, 1], [1.0 / math.factorial(order) for order in range(ORDER + 1)], atol=1e-15)
    with mpmath.workdps(40):
        tangent = [float(value) for value in mpmath.taylor(mpmath.tan, mpmath.mpf(0.4), ORDER)]
    np.testing.assert_allclose(mine[:, 2], tangent, rtol=1e-13)


def test_what_is_not_smooth_has_no_series() -> None:
    for text in (
        "abs(x)",
        "max(x, 0)",
        "sign(x)",
        "heaviside(x)",
        "floor(x)",
        "ceil(x)",
        "mod(x, 2)",
        "x if x > 0 else -x",
        "2**x",
        "cos(x)**18",
    ):
        assert not make({"x": text}, [1.0]).compiled.expandable, text
    assert make({"x": "x**17"}, [1.0]).compiled.expandable
    assert make({"x": "2**a*x"}, [1.0], parameters={"a": 0.5}).compiled.expandable


@pytest.mark.parametrize("name", SMOOTH)
def test_series_and_dop853_agree(name: str) -> None:
    # They share the values of the right-hand side and nothing else.
    system = dysts.get_system(name)
    exponent = system.lyapunov_exponent
    times = np.linspace(0.0, min(system.period, 2.0 / exponent if exponent > 0.0 else np.inf), 30)
    mine = dysts.integrate(system, times=times, rtol=1e-12, solver="taylor", predictability=False).values
    other = dysts.integrate(system, times=times, rtol=1e-13, solver="dop853", predictability=False).values
    mine, other = system.observe(mine), system.observe(other)
    spread = np.abs(other).max(axis=0) + 1e-300
    assert (np.abs(mine - other) < 3e-9 * spread).all()


def test_steps_do_not_leap_over_a_switch() -> None:
    # Near its wall this flow is so slow, and its switch so flat, that both ends of a step over two switches agree.
    times = np.linspace(0.0, 25.0, 40)
    mine, other = (
        dysts.integrate("BlinkingRotlet", times=times, rtol=1e-12, solver=solver, predictability=False).values
        for solver in ("taylor", "dop853")
    )
    np.testing.assert_allclose(mine[:, 0], other[:, 0], atol=1e-6)
    system = make({"x": "tanh(400*cos(t))"}, [0.0])
    x = dysts.integrate(system, times=np.arange(1, 40) * math.pi / 2, rtol=1e-10, solver="taylor")
    # A triangle but for its corners, where it turns within a time of 1/400; the rest is of third order in it.
    height = math.pi / 2 - math.log(2.0) / 400
    np.testing.assert_allclose(x.values[:, 0], height * np.sin(x["time"]), atol=1e-7)


@pytest.mark.parametrize("sharpness", [10.0, 300.0, 1e4, 1e6])
def test_steps_do_not_leap_over_a_pulse(sharpness: float) -> None:
    # Twice in each turn; the integral is a Bessel function. The first pulse is over before anything else happens.
    system = make({"x": "exp(-k*sin(t)**2)"}, [0.0], parameters={"k": sharpness})
    turns = np.arange(1, 15)
    x = dysts.integrate(system, times=2.0 * math.pi * turns, rtol=1e-10, solver="taylor")
    expected = 2.0 * math.pi * turns * ive(0, sharpness / 2.0)
    np.testing.assert_allclose(x.values[:, 0], expected, rtol=1e-9)


def test_steps_do_not_leap_over_what_a_saturated_function_does() -> None:
    # Each pulse of 1 - tanh(k*s)**2 holds 2/k.
    system = make({"x": "1 - tanh(k*sin(t))**2"}, [0.0], parameters={"k": 1e4})
    turns = np.arange(1, 15)
    x = dysts.integrate(system, times=2.0 * math.pi * (turns + 0.25), rtol=1e-10, solver="taylor")
    np.testing.assert_allclose(x.values[:, 0], 4e-4 * (turns + 0.25), rtol=1e-6)


def test_a_step_that_is_too_long_is_taken_back() -> None:
    # At time 0 all coefficients vanish, and as far as they tell, they always will; the slope at the end does not agree.
    x = dysts.integrate(make({"x": "sin(t)**12*sin(2*t)**12"}, [0.0]), times=[1.5, 4.0], rtol=1e-10, solver="taylor")
    expected = [quad(lambda t: math.sin(t) ** 12 * math.sin(2 * t) ** 12, 0.0, end)[0] for end in (1.5, 4.0)]
    np.testing.assert_allclose(x.values[:, 0], expected, rtol=1e-9)
    assert x.attrs["steps_rejected"] > 0


@pytest.mark.parametrize("unit", [1e-8, 1e8])
def test_units_do_not_matter(unit: float) -> None:
    times = np.linspace(0.0, 20.0, 57)
    one, other = (
        dysts.integrate(oscillator(), times=times, initial_conditions=[size, size], atol=1e-30, solver="taylor")
        for size in (1.0, unit)
    )
    np.testing.assert_allclose(other.values, one.values * unit, rtol=1e-9)
    assert other.attrs["steps_accepted"] == one.attrs["steps_accepted"]


def test_the_error_follows_the_tolerance() -> None:
    times = np.linspace(0.0, 20.0, 57)
    exact = np.stack([np.cos(times), -np.sin(times)], axis=1)
    errors = []
    for rtol in (1e-6, 1e-9, 1e-12):
        x = dysts.integrate(oscillator(), times=times, rtol=rtol, atol=rtol, solver="taylor")
        errors.append(float(np.abs(x.values - exact).max()))
        assert errors[-1] < rtol
    assert errors[0] > 30.0 * errors[1] > 900.0 * 1e-16


def test_explicit_time_and_times_that_are_asked_for() -> None:
    times = np.sort(np.random.default_rng(0).uniform(0.0, 30.0, 200))
    x = dysts.integrate(make({"x": "t*cos(t)"}, [1.0]), times=times, rtol=1e-12, solver="taylor")
    np.testing.assert_allclose(x.values[:, 0], times * np.sin(times) + np.cos(times), atol=1e-11)


def test_it_is_the_choice_for_short_equations_at_tight_tolerances_and_only_where_it_can_be() -> None:
    def same(system: System | str, one: str, rtol: float) -> bool:
        auto, other = (
            dysts.integrate(system, 50, step=0.05, rtol=rtol, solver=solver, predictability=False).values
            for solver in ("auto", one)
        )
        return bool((auto == other).all())

    assert same("Lorenz", "taylor", 1e-9)
    assert same("Lorenz", "taylor", 1e-4)
    size = 40
    ring = make(
        {f"x{i}": f"(x{(i + 1) % size} - x{i - 2 + size * (i < 2)})*x{(i - 1) % size} - x{i}" for i in range(size)},
        np.linspace(0.1, 1.0, size).tolist(),
    )
    assert len(ring.compiled.program.operations) > 150
    assert same(ring, "taylor", 1e-9)
    assert same(ring, "dop853", 2e-9)
    assert same("Chua", "dop853", 1e-12)


def test_stiff_equations_are_handed_over() -> None:
    system = make({"x": "y", "y": "mu*(1 - x*x)*y - x"}, [2.0, 0.0], parameters={"mu": 1000.0})
    x = dysts.integrate(system, times=[0.0, 500.0], rtol=1e-10, atol=1e-10, predictability=False)
    # Where it is slow, x obeys log(x) - x**2/2 = t/mu + c up to terms of 1/mu**2.
    value = float(x.values[-1, 0])
    assert math.log(value) - value**2 / 2 == pytest.approx(0.5 + math.log(2.0) - 2.0, abs=2e-5)
    assert x.attrs["steps_accepted"] < 1500
    alone = dysts.integrate(system, times=[0.0, 5.0], rtol=1e-10, solver="taylor", predictability=False)
    assert alone.attrs["steps_accepted"] > 1500


def test_where_a_series_has_no_beginning_dop853_goes_on() -> None:
    # The square root has no derivative at zero; the solution is t**2/4.
    system = make({"x": "sqrt(x)"}, [0.0])
    with pytest.raises(IntegrationError, match="not finite at the initial state"):
        dysts.integrate(system, times=[0.0, 1.0], solver="taylor")
    rest = dysts.integrate(system, times=[0.0, 1.0])
    np.testing.assert_array_equal(rest.values, 0.0)


@pytest.mark.parametrize("solver", ["auto", "taylor"])
def test_a_blow_up_ends_where_it_happens(solver: str) -> None:
    system = make({"x": "x**2"}, [1.0])
    with pytest.raises(IntegrationError, match=r"at time (1|0\.99999).*step became smaller"):
        dysts.integrate(system, times=[0.0, 2.0], solver=solver)
    kept = dysts.integrate(system, times=[0.0, 0.5, 2.0], solver=solver, on_failure="keep")
    np.testing.assert_allclose(kept.values[:2, 0], [1.0, 2.0], rtol=1e-8)
    assert np.isnan(kept.values[2, 0])
    with pytest.raises(IntegrationError, match="limit on the number of steps"):
        dysts.integrate("Lorenz", 1000, solver=solver, maximum_steps=20)


def test_wrong_requests() -> None:
    with pytest.raises(InvalidArgumentError, match="Chua has kinks or jumps"):
        dysts.integrate("Chua", 10, solver="taylor")
    with pytest.raises(InvalidArgumentError, match="Lorenz has an event to find"):
        dysts.integrate("Lorenz", 10, solver="taylor", stop="z - 30")
    with pytest.raises(InvalidArgumentError, match="without a recurrence for its power series"):
        dysts.integrate(make({"x": "2**x"}, [1.0]), times=[0.0, 0.1], solver="taylor")
    with pytest.raises(NotSupportedError, match="without solver='taylor'"):
        dysts.integrate("MackeyGlass", 10, solver="taylor")


def test_many_trajectories_have_the_bits_of_one() -> None:
    many = dysts.get_system("Duffing").with_parameters(gamma=[0.1, 0.3, 0.4])
    states = np.array(dysts.get_system("Duffing").initial_conditions) + np.linspace(0.0, 0.3, 3)[:, None]
    together = dysts.integrate(many, 200, initial_conditions=states, solver="taylor", threads=2)
    for index, member in enumerate(many):
        alone = dysts.integrate(member, 200, initial_conditions=states[index], solver="taylor")
        np.testing.assert_array_equal(alone.values, together.values[index])


def test_a_close_encounter_is_as_accurate_as_its_start() -> None:
    # At an eccentricity of 0.9999 the last digit of the start moves the end of the orbit by 0.0076, so no solver in
    # double precision can do better; the exact end follows from Kepler's equation for the start as it is rounded.
    start = [1.0 - 0.9999, 0.0, 0.0, math.sqrt(1.9999 / (1.0 - 0.9999))]
    kepler = make({"x": "u", "y": "v", "u": "-x/(x**2 + y**2)**1.5", "v": "-y/(x**2 + y**2)**1.5"}, start)
    end = dysts.integrate(kepler, times=[2.0 * math.pi], rtol=1e-12, predictability=False).values[0]

    def velocity_along_axis(speed: float) -> float:
        with mpmath.workdps(40):
            radius = mpmath.mpf(start[0])
            axis = 1 / (2 / radius - mpmath.mpf(speed) ** 2)
            eccentricity = 1 - radius / axis
            anomaly = mpmath.mpf(2.0 * math.pi) / axis**1.5 - 2 * mpmath.pi
            angle = mpmath.findroot(lambda a: a - eccentricity * mpmath.sin(a) - anomaly, anomaly / (1 - eccentricity))
            return float(-mpmath.sin(angle) / mpmath.sqrt(axis) / (1 - eccentricity * mpmath.cos(angle)))

    exact = velocity_along_axis(start[3])
    last_digit = abs(velocity_along_axis(math.nextafter(start[3], math.inf)) - exact)
    assert last_digit == pytest.approx(0.0076, rel=0.01)
    assert abs(end[2] - exact) < last_digit
