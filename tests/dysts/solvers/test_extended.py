"""Extended precision: functions and coefficients to thirty digits, trajectories beyond the reach of float64."""

import ctypes

import mpmath
import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.compilation.emission.taylor_coefficients import EXTENDED_ORDER, padded
from dysts.compilation.exact_constants import exact_table
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.systems.system import System

DIGITS = 60

FUNCTIONS = {
    "acos(x/2)": lambda x, _: mpmath.acos(x / 2),
    "asin(x/2)": lambda x, _: mpmath.asin(x / 2),
    "atan(3*x)": lambda x, _: mpmath.atan(3 * x),
    "atan2(x**2, 1 - x)": lambda x, _: mpmath.atan2(x**2, 1 - x),
    "cos(30*x) - 8/3": lambda x, _: mpmath.cos(30 * x) - mpmath.mpf(8) / 3,
    "cosh(x)": lambda x, _: mpmath.cosh(x),
    "erf(x)": lambda x, _: mpmath.erf(x),
    "exp(-9*x)": lambda x, _: mpmath.exp(-9 * x),
    "log(x)": lambda x, _: mpmath.log(x),
    "log10(x)": lambda x, _: mpmath.log10(x),
    "sin(pi*x)": lambda x, _: mpmath.sin(mpmath.pi * x),
    "sinh(x)": lambda x, _: mpmath.sinh(x),
    "sqrt(x)": lambda x, _: mpmath.sqrt(x),
    "tan(x/2)": lambda x, _: mpmath.tan(x / 2),
    "tanh(2*x)": lambda x, _: mpmath.tanh(2 * x),
    "x**2.3": lambda x, _: x ** mpmath.mpf(2.3),
    "x**a": lambda x, _: x ** mpmath.mpf(0.7),
    "x**(-2/3)": lambda x, _: x ** (-mpmath.mpf(2) / 3),
    "x**3/(a + x) - t*x": lambda x, t: x**3 / (mpmath.mpf(0.7) + x) - t * x,
}
"""Right-hand sides, each with its exact value at x and t; a is 0.7."""

STATES = {
    "Lorenz": (
        [-9.7869288, -15.03852, 20.533978],
        33.06562849410696,
        [12.80606498688154145, 16.82060862729538656, 27.83629267878534703],
    ),
    "Thomas": (
        [2.199442, 2.3634225, 3.220197],
        61.24861049871008,
        [2.69971013521363283, 3.14051880839093722, 1.89898568942703966],
    ),
    "Duffing": (
        [-1.1635382, -0.5092374, 0.0],
        232.70970751647698,
        [-1.36761347638601534, 0.27431452757383824, 325.7935905230677540 - 51.0 * 6.283185307179586477],
    ),
}
"""Initial state, time and state after 30 Lyapunov times, by heyoka 7.13.2 in quadruple precision."""
LYAPUNOV_TIMES = 30.0


def expand(system: System, states: list[float], low: list[float], time: float) -> list[list[mpmath.mpf]]:
    """Return the coefficients of the solution through a state: [variable][order]."""
    right_hand_side = system.compiled
    arrays = (
        np.array([[*states, time], [*low, 0.0]]),
        exact_table(right_hand_side.program, system.flat_parameters),
        np.full((2, EXTENDED_ORDER + 1, padded(len(states) + right_hand_side.steep_arguments)), np.nan),
    )
    pointer = ctypes.POINTER(ctypes.c_double)
    address = right_hand_side.function.extended_expansion_address
    function = ctypes.CFUNCTYPE(None, ctypes.c_double, *[pointer] * 3)(address)
    function(time, *(array.ctypes.data_as(pointer) for array in arrays))
    high, rest = arrays[2]
    return [
        [mpmath.mpf(high[order, i]) + mpmath.mpf(rest[order, i]) for order in range(EXTENDED_ORDER + 1)]
        for i in range(len(states))
    ]


def test_functions_and_their_series_are_right_to_thirty_digits() -> None:
    names = [f"x{index}" for index in range(len(FUNCTIONS))]
    texts = {
        name: text.replace("exp", "E").replace("x", name).replace("E", "exp")
        for name, text in zip(names, FUNCTIONS, strict=True)
    }
    system = make(texts, [0.9] * len(names), parameters={"a": 0.7})
    generator = np.random.default_rng(0)
    states = generator.uniform(0.4, 0.95, len(names))
    low = states * generator.uniform(-5e-17, 5e-17, len(names))
    with mpmath.workdps(DIGITS):
        series = expand(system, states.tolist(), low.tolist(), 0.5)
        for coefficients, (text, function) in zip(series, FUNCTIONS.items(), strict=True):
            value = function(coefficients[0], mpmath.mpf(0.5))
            assert abs(coefficients[1] - value) < 1e-30 * (abs(value) + 1), text
            # At a thirtieth of the radius of convergence, the terms beyond the last one are below 1e-44.
            sizes = [abs(c) ** (mpmath.mpf(1) / order) for order, c in enumerate(coefficients) if order > 0]
            step = 1 / (30 * max(sizes))
            there = mpmath.polyval(coefficients[::-1], step)
            slope = mpmath.polyval([k * c for k, c in enumerate(coefficients)][:0:-1], step)
            assert abs(slope - function(there, mpmath.mpf(0.5) + step)) < 1e-29 * (abs(slope) + 1), text


@pytest.mark.parametrize("name", sorted(STATES))
def test_trajectories_are_right_after_thirty_lyapunov_times(name: str) -> None:
    state, time, expected = STATES[name]
    system = dysts.get_system(name)
    times = np.linspace(0.0, time, 31)
    run = dysts.integrate(system, times=times, initial_conditions=state, precision="extended", rtol=1e-27)
    # Errors of 1e-27 have grown by exp(30) = 1e13, the fastest stretch of Thomas by some hundred times more.
    np.testing.assert_allclose(run.values[-1], expected, rtol=0.0, atol=2e-12)
    double = dysts.integrate(system, times=times, initial_conditions=state, rtol=1e-14, predictability=False)
    assert np.abs(double.values[-1] - expected).max() > 1e-10
    again = dysts.rebuild(run)
    assert (again.values == run.values).all()
    assert run.attrs["precision"] == "extended"


def test_numbers_of_the_text_are_float64_and_what_follows_from_them_is_exact() -> None:
    third = 8.0 / 3.0
    system = make(
        {"x": "(8/3 - 2.6666666666666665)*1e16", "y": "(b/3 - c)*1e16", "z": "(0.1 - d)*1e16"},
        [0.0, 0.0, 0.0],
        parameters={"b": 8.0, "c": third, "d": 0.1},
    )
    run = dysts.integrate(system, times=[0.0, 1.0], precision="extended", predictability=False)
    with mpmath.workdps(DIGITS):
        rest = float((mpmath.mpf(8) / 3 - mpmath.mpf(third)) * mpmath.mpf(10) ** 16)
    np.testing.assert_allclose(run.values[-1], [rest, rest, 0.0], rtol=1e-14)
    assert abs(rest) > 0.1


def test_time_driven_systems_backwards_and_ensembles() -> None:
    system = make({"x": "a*cos(t)*x"}, [1.0], parameters={"a": 1.0})
    times = np.linspace(3.0, -9.0, 25)
    options = {"times": times, "start": 3.0, "precision": "extended", "predictability": False}
    many = dysts.integrate(system.with_parameters(a=np.array([1.0, 2.0])), **options)
    for member, a in zip(many.values, (1.0, 2.0), strict=True):
        np.testing.assert_allclose(member[:, 0], np.exp(a * (np.sin(times) - np.sin(3.0))), rtol=2e-15)
        alone = dysts.integrate(system.with_parameters(a=a), **options)
        assert (alone.values == member).all()


def test_times_within_a_step_have_all_digits() -> None:
    system = make({"x": "w*v", "v": "-w*x"}, [1.0, 0.0], parameters={"w": 1000.0})
    times = np.sort(np.random.default_rng(1).uniform(17.0, 20.0, 40))
    run = dysts.integrate(system, times=times, precision="extended", predictability=False)
    with mpmath.workdps(DIGITS):
        exact = [[float(function(1000 * mpmath.mpf(t))) for t in times] for function in (mpmath.cos, mpmath.sin)]
    # A time that were rounded to float64, to 2e-15, would turn the phase by 2e-12.
    np.testing.assert_allclose(run.values, np.array([exact[0], -np.array(exact[1])]).T, rtol=0.0, atol=3e-16)


def test_the_predictable_time_is_that_of_the_precision() -> None:
    lorenz = dysts.get_system("Lorenz")
    times = np.linspace(0.0, 50.0 / lorenz.lyapunov_exponent, 501)
    until = {
        precision: dysts.integrate(lorenz, times=times, rtol=rtol, precision=precision).attrs["predictable_until"]
        for precision, rtol in (("double", 1e-14), ("extended", 1e-25))
    }
    assert until["double"] * lorenz.lyapunov_exponent < 35.0
    assert until["extended"] == times[-1]


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("MackeyGlass", {}, "as MackeyGlass is a delay system"),
        ("Chua", {}, "as Chua has kinks or jumps"),
        ("Lorenz", {"noise": dysts.Noise(additive=0.1, seed=0)}, "with noise"),
        ("Lorenz", {"stop": "z - 40"}, "with stop, as power series locate no event"),
        ("Lorenz", {"solver": "radau"}, "with the solver 'radau'; 'auto' and 'taylor' have extended precision"),
    ],
)
def test_what_has_no_method_is_refused(name: str, options: dict, reason: str) -> None:
    with pytest.raises(NotSupportedError, match=f"precision must be 'double' {reason}, got 'extended'"):
        dysts.integrate(name, 10, precision="extended", **options)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="precision must be one of 'double', 'extended', got 'quadruple'"):
        dysts.integrate("Lorenz", 10, precision="quadruple")
    with pytest.raises(InvalidArgumentError, match="rtol must be at least 1e-28 and below 1, got 1e-30"):
        dysts.integrate("Lorenz", 10, precision="extended", rtol=1e-30)
    with pytest.raises(
        InvalidArgumentError, match=r"rtol must be at least 1e-14 .* precision='extended' goes down to 1e-28"
    ):
        dysts.integrate("Lorenz", 10, rtol=1e-20)
    high = make({"x": "-x**35"}, [1.0])
    with pytest.raises(NotSupportedError, match="an exponent without a recurrence"):
        dysts.integrate(high, times=[0.0, 1.0], precision="extended")
    large = make({f"x{i}": f"x{(i + 1) % 90}*x{(i - 2) % 90} - x{i}**2 - x{i}" for i in range(90)}, [1.0] * 90)
    with pytest.raises(NotSupportedError, match="or more than 400 operations, got 'extended'"):
        dysts.integrate(large, times=[0.0, 1.0], precision="extended")
