"""Derivatives are exact, have their limits where a base is zero, and cost what their expressions cost."""

import ast
import math

import mpmath
import numpy as np
import pytest
from linear_systems import make

from dysts.equations.derivatives import differentiate
from dysts.equations.expressions import evaluate, parse

NAMES = {"x", "y", "n", "K", "a"}


def slope(text: str, variable: str = "x", **values: float) -> float:
    """Return the derivative of an expression at a point."""
    definitions, entries = differentiate([parse(text, where="test", names=NAMES)], {}, [variable])
    known: dict[str, float] = {"x": 0.0, "y": 0.7, "n": 2.0, "K": 0.5, "a": 1.3, **values}
    for name, tree in definitions.items():
        known[name] = float(evaluate(tree, known))
    return float(evaluate(entries[0, 0], known)) if entries else 0.0


@pytest.mark.parametrize(
    ("text", "values", "limit"),
    [
        ("x**n", {"n": 2.5}, 0.0),
        ("x**n", {"n": 1.0}, 1.0),
        ("x**n", {"n": 4.0}, 0.0),
        ("x**n", {"n": 0.5}, math.inf),
        ("x**n/(K**n + x**n)", {"n": 1.5}, 0.0),
        ("x**n/(K**n + x**n)", {"n": 1.0}, 2.0),
        ("x**n/(K**n + x**n)", {"n": 3.0}, 0.0),
        ("x**n/(K**n + x**n)", {"n": 0.5}, math.inf),
        ("1/(1 + (x/K)**n)", {"n": 1.0}, -2.0),
        ("1/(1 + (x/K)**n)", {"n": 1.5}, 0.0),
        ("(x/K)**n/(1 + (x/K)**n)", {"n": 1.0}, 2.0),
        ("K**n/(K**n + x**n)", {"n": 2.5}, 0.0),
        ("x*x**n", {"n": 0.5}, 0.0),
        ("x**n*x**n", {"n": 0.6}, 0.0),
        ("x/(1 + x**n)", {"n": 0.5}, 1.0),
        ("x*sqrt(x)", {}, 0.0),
        ("sqrt(x)**3", {}, 0.0),
        ("a*x*sqrt(x)*y", {}, 0.0),
        ("x**2*sqrt(x)/y", {}, 0.0),
        ("x**0.7*x**0.3", {}, 1.0),
        ("x**1.5", {}, 0.0),
        ("x*abs(x)", {}, 0.0),
        ("x**y", {"y": 2.5}, 0.0),
        ("x*log(x)", {}, -math.inf),
        ("atan2(x, y)", {}, 1.0 / 0.7),
        ("max(x, y)", {}, 0.0),
        ("min(x, y, a)", {}, 1.0),
        ("y/(1 + sqrt(x)*x)", {}, 0.0),
    ],
)
def test_the_derivative_at_zero_is_its_limit(text: str, values: dict[str, float], limit: float) -> None:
    assert slope(text, **values) == pytest.approx(limit, abs=1e-15)


def test_the_derivative_by_an_exponent_has_its_limit() -> None:
    assert slope("x**y", "y", x=0.0, y=2.5) == 0.0
    assert slope("x**y", "y", x=1.7, y=2.5) == pytest.approx(1.7**2.5 * math.log(1.7), rel=1e-15)
    assert slope("2**x", x=1.5) == pytest.approx(2**1.5 * math.log(2.0), rel=1e-15)


@pytest.mark.parametrize("seed", range(40))
def test_random_expressions_have_the_derivative_of_mpmath(seed: int) -> None:
    generator = np.random.default_rng(seed)

    def grow(depth: int) -> str:
        if depth == 0 or generator.random() < 0.1:
            return str(generator.choice(["x", "y", "n", "0.7", "3"]))
        a, b = grow(depth - 1), grow(depth - 1)
        forms = [
            *(f"({a} + {b})", f"({a} - {b})", f"({a})*({b})", f"({a})/(2.5 + sin({b}))", f"(1.5 + tanh({a}))**2.3"),
            *(
                f"(2 + cos({a}))**n",
                f"atan({a})",
                f"sqrt(1 + ({a})**2)",
                f"-({a})*({a})",
                f"exp(-({a})**2)",
                f"erf({b})",
            ),
            *(f"({a} if {b} > 0.3 else {b})", f"max({a}, {b})", f"atan2({a}, 3 + {b})", f"log(1.1 + ({a})**2)"),
        ]
        return str(generator.choice(forms))

    text = grow(5)
    tree = parse(text, where="test", names=NAMES)
    values = {"x": 0.37, "y": -1.1, "n": 1.7}
    with mpmath.workdps(40):
        exact = mpmath.diff(
            lambda x: _exact(tree, {key: mpmath.mpf(value) for key, value in values.items()} | {"x": x}),
            mpmath.mpf(values["x"]),
        )
    assert slope(text, **values) == pytest.approx(float(exact), rel=1e-11, abs=1e-13)


def _exact(tree: ast.expr, known: dict[str, mpmath.mpf]) -> mpmath.mpf:
    match tree:
        case ast.Constant(value=value):
            return mpmath.mpf(value)
        case ast.Name(id=name):
            return known[name]
        case ast.UnaryOp(operand=operand):
            return -_exact(operand, known)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _exact(left, known), _exact(right, known)
            return (
                {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b}.get(type(op))
                if isinstance(op, ast.Add | ast.Sub | ast.Mult)
                else (a / b if isinstance(op, ast.Div) else a**b)
            )
        case ast.Call(func=ast.Name(id=name), args=arguments):
            values = [_exact(argument, known) for argument in arguments]
            return max(values) if name == "max" else getattr(mpmath, name)(*values)
        case ast.IfExp(test=ast.Compare(left=left, comparators=[right]), body=body, orelse=orelse):
            return _exact(body if _exact(left, known) > _exact(right, known) else orelse, known)
    raise AssertionError(ast.dump(tree))


def test_definitions_carry_their_derivatives() -> None:
    names = {"x", "d", "e"}
    definitions = {"d": parse("sin(x)*x", where="test", names=names), "e": parse("d**2 + x", where="test", names=names)}
    everything, entries = differentiate([parse("e*d", where="test", names=names)], definitions, ["x"])
    known = {"x": 0.8}
    for name, tree in everything.items():
        known[name] = float(evaluate(tree, known))
    d, rate = 0.8 * math.sin(0.8), math.sin(0.8) + 0.8 * math.cos(0.8)
    expected = (2.0 * d * rate + 1.0) * d + (d**2 + 0.8) * rate
    assert float(evaluate(entries[0, 0], known)) == pytest.approx(expected, rel=1e-14)


def test_a_name_of_the_derivative_avoids_the_names_of_the_system() -> None:
    text = "x*slope_d_x*shared_0 + d"
    names = {"x", "d", "slope_d_x", "shared_0"}
    definitions = {"d": parse("sin(x)", where="test", names=names)}
    everything, entries = differentiate([parse(text, where="test", names=names)], definitions, ["x"])
    known = {"x": 0.3, "slope_d_x": 5.0, "shared_0": 7.0}
    for name, tree in everything.items():
        assert name not in known
        known[name] = float(evaluate(tree, known))
    assert float(evaluate(entries[0, 0], known)) == pytest.approx(35.0 + math.cos(0.3))


def parts(definitions: dict[str, ast.expr], entries: dict[tuple[int, int], ast.expr]) -> int:
    return sum(1 for tree in (*definitions.values(), *entries.values()) for _ in ast.walk(tree))


def test_the_derivative_of_a_nested_expression_is_as_long_as_the_expression() -> None:
    # Written out, each level would double the derivative.
    lengths = []
    for levels in (10, 20, 40):
        text = "x"
        for level in range(levels):
            text = f"sin({text})*cos({level} + {text})" if level < 8 else f"sin({text})/(2 + x)"
        lengths.append(parts(*differentiate([parse(text, where="test", names=NAMES)], {}, ["x"])))
    assert lengths[2] - lengths[1] < 3 * (lengths[1] - lengths[0])


def test_a_chain_of_doubling_definitions_costs_its_length() -> None:
    names = {"x", *(f"d{index}" for index in range(200))}
    definitions = {"d0": parse("0.5*x", where="test", names=names)} | {
        f"d{index}": parse(f"d{index - 1}*d{index - 1} + d{index - 1}", where="test", names=names)
        for index in range(1, 200)
    }
    everything, entries = differentiate([parse("d199", where="test", names=names)], definitions, ["x"])
    assert parts(everything, entries) < 10_000
    known = {"x": 0.0}
    for name, tree in everything.items():
        known[name] = float(evaluate(tree, known))
    # Each derivative is that before it times 2*d + 1, which is 1 at zero.
    assert float(evaluate(entries[0, 0], known)) == 0.5


def test_a_sum_of_a_thousand_terms_is_differentiated_and_compiled() -> None:
    terms = [f"{1.0 + 0.001 * index:.3f}*sin({index}*x - y)*y**2" for index in range(1000)]
    text = " + ".join(terms)
    assert len(text) > 20_000
    system = make({"x": text, "y": "-y"}, [0.1, 0.2])
    state = np.array([0.1, 0.2])
    index = np.arange(1000)
    weight, angle = 1.0 + 0.001 * index, index * state[0] - state[1]
    square = state[1] ** 2
    sine, cosine = (weight * np.sin(angle)).sum(), (weight * np.cos(angle)).sum()
    expected = [
        [(weight * index * np.cos(angle)).sum() * square, 2.0 * state[1] * sine - square * cosine],
        [0.0, -1.0],
    ]
    np.testing.assert_allclose(system.rhs(0.0, state)[0], sine * square, rtol=1e-12)
    np.testing.assert_allclose(system.jacobian(0.0, state), expected, rtol=1e-11, atol=1e-9)
