"""Every function of the language has the values, derivatives, formula and switches that its entry promises."""

import ast
import math
import warnings

import mpmath
import numpy as np
import pytest
import sympy
from linear_systems import make

import dysts
from dysts.compilation.emission.functions import EMISSIONS
from dysts.equations.derivatives import differentiate
from dysts.equations.expressions import evaluate, parse
from dysts.equations.functions import FUNCTIONS
from dysts.equations.switching import take_out_switches
from dysts.equations.symbolic import to_sympy
from dysts.errors import IntegrationError

EXACT = {
    "abs": abs,
    "acos": mpmath.acos,
    "asin": mpmath.asin,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "ceil": mpmath.ceil,
    "cos": mpmath.cos,
    "cosh": mpmath.cosh,
    "erf": mpmath.erf,
    "exp": mpmath.exp,
    "floor": mpmath.floor,
    "heaviside": lambda u: mpmath.mpf(u > 0),
    "log": mpmath.log,
    "log10": mpmath.log10,
    "max": max,
    "min": min,
    "mod": lambda u, v: u - v * mpmath.floor(u / v),
    "sign": mpmath.sign,
    "sin": mpmath.sin,
    "sinh": mpmath.sinh,
    "sqrt": mpmath.sqrt,
    "tan": mpmath.tan,
    "tanh": mpmath.tanh,
}
POSITIVE = {"log", "log10", "sqrt"}
BELOW_ONE = {"acos", "asin"}
KINKED = [name for name, function in FUNCTIONS.items() if function.switch is not None]


def points(name: str, count: int = 12) -> np.ndarray:
    """Points of the domain, none of them a kink: [point, argument]."""
    low, high = (0.1, 5.0) if name in POSITIVE else (-0.95, 0.95) if name in BELOW_ONE else (-3.0, 3.0)
    return np.random.default_rng(3).uniform(low, high, (count, FUNCTIONS[name].arguments[0]))


def call(name: str) -> ast.expr:
    return parse(f"{name}({', '.join('uv'[: FUNCTIONS[name].arguments[0]])})", where="test", names={"u", "v"})


def test_every_function_is_in_both_tables() -> None:
    assert FUNCTIONS.keys() == EMISSIONS.keys() == EXACT.keys()
    for name, function in FUNCTIONS.items():
        emission = EMISSIONS[name]
        assert (emission.evaluate is None) != (emission.batch is None), name
        assert emission.smooth == (function.switch is None), name
        assert len(function.derivatives) == function.arguments[0] or (name in ("max", "min") and function.switch), name


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_values_and_derivatives_are_those_of_mpmath(name: str) -> None:
    tree = call(name)
    definitions, entries = differentiate([tree], {}, ["u", "v"])
    for point in points(name):
        known = dict(zip("uv", point.tolist(), strict=False))
        with mpmath.workdps(40):
            exact = [mpmath.mpf(value) for value in point.tolist()]
            value = float(EXACT[name](*exact))
            orders = [tuple(int(at == other) for other in range(len(exact))) for at in range(len(exact))]
            slopes = [float(mpmath.diff(EXACT[name], exact, order)) for order in orders]
        assert float(evaluate(tree, known)) == pytest.approx(value, rel=4e-16, abs=1e-300)
        for definition, shared in definitions.items():
            known[definition] = float(evaluate(shared, known))
        for column, slope in enumerate(slopes):
            mine = float(evaluate(entries[0, column], known)) if (0, column) in entries else 0.0
            assert mine == pytest.approx(slope, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_formula_has_the_value_of_the_function(name: str) -> None:
    symbols = {key: sympy.Symbol(key, real=True) for key in "uv"}
    formula = to_sympy(call(name), symbols)
    for point in points(name, 3):
        known = dict(zip("uv", point.tolist(), strict=False))
        value = float(formula.evalf(20, subs={symbols[key]: sympy.Float(number, 30) for key, number in known.items()}))
        assert value == pytest.approx(float(evaluate(call(name), known)), rel=1e-15)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_formula_can_be_typeset(name: str) -> None:
    from dysts.equations.formulas import as_mathml

    names = ["u", "v"][: FUNCTIONS[name].arguments[0]]
    system = make({"u": f"{name}({', '.join(names)})", "v": "u"}, [0.5, 0.5])
    assert system.to_latex().count("\\dot{") == 2
    lines = as_mathml(system.vector_field)
    assert len(lines) == 2
    assert all("<mi>u</mi>" in line for line in lines)


@pytest.mark.parametrize("name", sorted(KINKED))
def test_a_function_is_its_value_in_terms_of_its_switch(name: str) -> None:
    switched = take_out_switches({}, [call(name)], {"u", "v"}, ["u", "v"])
    ((switch, function),) = switched.switches.items()
    for point in points(name, 200):
        known = dict(zip("uv", point.tolist(), strict=False))
        for definition, tree in switched.definitions.items():
            known[definition] = float(evaluate(tree, known | {switch: math.nan}))
        known[switch] = float(np.sign(evaluate(function, known)))
        for definition, tree in switched.definitions.items():
            known[definition] = float(evaluate(tree, known))
        value = float(evaluate(switched.equations[0], known))
        assert value == pytest.approx(float(evaluate(call(name), known)), abs=2e-15)


@pytest.mark.parametrize("u", [-2.0, -1.0, 0.0, 1.0, 5.0, 1e6])
def test_a_staircase_goes_on_smoothly_on_both_sides_of_an_edge(u: float) -> None:
    switched = take_out_switches({}, [call("floor")], {"u"}, ["u"])
    ((switch, function),) = switched.switches.items()
    below, above = u - 0.25, u + 0.25
    assert float(evaluate(function, {"u": u})) == 0.0
    signs = [float(np.sign(evaluate(function, {"u": value}))) for value in (below, above)]
    assert signs[0] == -signs[1]
    for sign, expected in zip(signs, (math.floor(below), math.floor(above)), strict=True):
        # A step that ends somewhat beyond the edge has the value on its own side of it.
        for value in (below, u, above):
            assert float(evaluate(switched.equations[0], {"u": value, switch: sign})) == expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("asin(x)", [1.0, math.nextafter(1.0, 2.0), -1.5, math.nan]),
        ("acos(x)", [-1.0, math.nextafter(-1.0, -2.0), 7.0, math.nan]),
        ("log10(x)", [0.0, -1.0, math.inf, math.nan]),
        ("mod(x, 0)", [1.0, 0.0, -1.0, math.nan]),
        ("mod(1, x)", [0.0, math.inf, -math.inf, math.nan]),
        ("atan2(x, 0)", [0.0, 1.0, -0.0, math.nan]),
        ("atan(x)", [math.inf, -math.inf, 1e300, math.nan]),
        ("erf(x)", [math.inf, -40.0, 1e-300, math.nan]),
        ("ceil(x)", [math.inf, -0.5, 1e300, math.nan]),
    ],
)
def test_ends_of_the_domain_give_what_numpy_gives_without_a_warning(text: str, values: list[float]) -> None:
    system = make({"x": text}, [0.5])
    tree = parse(text, where="test", names={"x"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expected = [float(evaluate(tree, {"x": value})) for value in values]
        compiled = [system.compiled.derivative(0.0, np.array([value]), {})[0] for value in values]
        system.compiled.jacobian(0.0, np.array([[value] for value in values]), {})
    np.testing.assert_allclose(compiled, expected, rtol=1e-15)


def test_an_orbit_that_leaves_the_domain_ends_with_a_status() -> None:
    # From 0.5 it reaches 1, where the function ends, at about 0.6.
    system = make({"x": "asin(x)"}, [0.5])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(IntegrationError, match="Test"):
            dysts.integrate(system, times=[0.0, 5.0])
