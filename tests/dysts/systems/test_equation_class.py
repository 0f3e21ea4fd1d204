"""Classes of equations: SymPy agrees which systems are polynomial, and each kind of expression is judged."""

import pytest

import dysts
from dysts.systems.equation_class import DELAYED, KINKED, POLYNOMIAL, SMOOTH, equation_class
from dysts.systems.system import System


def _system(equation: str, **changes: object) -> System:
    entry = {
        "description": "A test",
        "field": "mathematics",
        "variables": ["x", "y"],
        "equations": {"x": equation, "y": "x - y"},
        "parameters": {"a": 2.0, "b": 0.5, "n": 3.0},
        "initial_conditions": [0.1, 0.2],
        **changes,
    }
    return System.from_entry("Own", {"definition": entry})


@pytest.mark.parametrize(
    ("equation", "found"),
    [
        ("a*x**2*y - y/b + sin(a)", POLYNOMIAL),
        ("x**n + (x + y)**3", POLYNOMIAL),
        ("x**b", SMOOTH),
        ("x**-1", SMOOTH),
        ("y/(1 + x**2)", SMOOTH),
        ("a**x", SMOOTH),
        ("sin(x)*y", SMOOTH),
        ("abs(x)*y", KINKED),
        ("max(x, y)", KINKED),
        ("x if y > 0 else -x", KINKED),
    ],
)
def test_each_kind_of_expression_has_its_class(equation: str, found: str) -> None:
    assert equation_class(_system(equation)) == found


def test_definitions_are_followed() -> None:
    assert equation_class(_system("w*y", definitions={"w": "x*x"})) == POLYNOMIAL
    assert equation_class(_system("w*y", definitions={"v": "exp(x)", "w": "v*x"})) == SMOOTH


@pytest.mark.parametrize(
    "name", ["Lorenz", "Rossler", "Lorenz96", "HenonHeiles", "Thomas", "HastingsPowell", "Hopfield"]
)
def test_sympy_agrees(name: str) -> None:
    system = dysts.get_system(name)
    formulas = system.to_sympy()
    import sympy

    variables = [sympy.Symbol(variable, real=True) for variable in system.variables]
    free = {symbol.name: symbol for formula in formulas.values() for symbol in formula.free_symbols}
    variables = [free.get(variable, symbol) for variable, symbol in zip(system.variables, variables, strict=True)]
    polynomial = all(formula.is_polynomial(*variables) for formula in formulas.values())
    assert equation_class(system) == (POLYNOMIAL if polynomial else SMOOTH)


def test_delay_comes_first() -> None:
    assert equation_class(dysts.get_system("PiecewiseCircuit")) == DELAYED
