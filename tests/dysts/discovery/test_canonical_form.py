"""Two ways to write one equation have one canonical form."""

import math

import numpy as np
import pytest

import dysts
from dysts.discovery import canonical_form, compare, derivative_errors, system_of_text, term_text
from dysts.discovery.comparison import derivative_at
from dysts.errors import ExpressionError, ForecastError, InvalidArgumentError, NotSupportedError
from dysts.systems.system import System


def form(text: str, **parameters: float) -> dict[str, float]:
    equations = {"x": text, "y": "0"}
    system = System.from_equations("Form", equations, parameters=parameters, initial_conditions=[1.0, 1.0])
    return {term_text(term): value for term, value in canonical_form(system)[0].items()}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("(x + y)**2", "x*x + 2*x*y + y**2"),
        ("x*(y - 1) - x*y", "-x"),
        ("x**3*y/x", "y*x**2"),
        ("sin(y - x)", "-sin(x - y)"),
        ("cos(-2*x)", "cos(x + x)"),
        ("exp(x + 1)", "2.718281828459045*exp(x)"),
        ("1/(2 + 2*x)", "0.5/(x + 1)"),
        ("sqrt(x)", "x**0.5"),
        ("0.1*x + 0.2*x", "0.3*x"),
        ("x if x > y else y", "x if x - y > 0 else y"),
    ],
)
def test_equal_expressions_are_equal(first: str, second: str) -> None:
    assert form(first) == pytest.approx(form(second), rel=1e-14)


def test_what_cancels_is_gone_and_what_is_small_stays() -> None:
    assert form("x*(1 + a) - x - a*x", a=1e-9) == {}
    assert form("x + 1e-9*y") == {"x": 1.0, "y": 1e-9}


@pytest.mark.parametrize("name", ["Lorenz", "Thomas", "MacArthur", "Colpitts", "HindmarshRose", "Duffing", "Chua"])
def test_the_canonical_form_has_the_values_of_the_equations(name: str) -> None:
    system = dysts.get_system(name)
    states = np.array(system.initial_conditions) * np.array([[1.0], [1.1], [0.7]]) + 0.01
    texts = {}
    for variable, equation in zip(system.variables, canonical_form(system), strict=True):
        terms = [f"({value!r})*{term_text(term)}" for term, value in equation.items()]
        texts[variable] = " + ".join(terms) or "0"
    again = System.from_equations(name, texts, initial_conditions=list(system.initial_conditions))
    value = derivative_errors(again, system, states)["relative"]
    # Numbers inside a factor, such as those of a divisor, have twelve digits.
    assert value < 1e-11


def test_scores_of_a_missing_a_wrong_and_a_spurious_term() -> None:
    true = System.from_equations("Given", {"x": "2*x - y", "y": "x*y"}, initial_conditions=[1.0, 1.0])
    found = System.from_equations("Found", {"a": "2.5*a + a**2", "b": "a*b"}, initial_conditions=[1.0, 1.0])
    scores = compare(found, true)
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert not scores.exact
    assert scores.terms == 3
    assert scores.coefficient_error == pytest.approx(math.sqrt(0.25 + 1.0 + 1.0) / math.sqrt(4.0 + 1.0 + 1.0))


def test_the_symmetric_error_is_the_published_one() -> None:
    true = System.from_equations("Given", {"x": "x", "y": "1"}, initial_conditions=[1.0, 1.0])
    found = System.from_equations("Found", {"x": "3*x", "y": "1"}, initial_conditions=[1.0, 1.0])
    errors = derivative_errors(found, true, np.array([[1.0, 0.0], [2.0, 0.0]]))
    # 2*2/4 for x and 0 for y; the median of two components is their mean.
    assert errors["symmetric"] == pytest.approx(0.5)
    assert errors["relative"] == pytest.approx(math.sqrt(0.5 * 4.0))


def test_a_derivative_that_is_not_finite_has_the_worst_errors() -> None:
    true = System.from_equations("Given", {"x": "x"}, initial_conditions=[1.0])
    found = System.from_equations("Found", {"x": "1/(x - 1)"}, initial_conditions=[0.0])
    assert derivative_errors(found, true, np.array([[1.0]])) == {"relative": math.inf, "symmetric": 2.0}


def test_delay_systems_and_other_sizes_are_refused() -> None:
    with pytest.raises(NotSupportedError, match="delay system"):
        canonical_form(dysts.get_system("MackeyGlass"))
    with pytest.raises(InvalidArgumentError, match="found must have 3 variables, got 4"):
        compare(dysts.get_system("HyperRossler"), dysts.get_system("Lorenz"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("square(x0) - 2.5 * (x1 * x0)", 9.0 - 7.5 * 2.0),
        ("add(mul(x0, x1), inv(x1))", 6.5),
        ("x0^2 + Abs(-x1)", 11.0),
        ("((x0 * -1.5) + cube(x1)) / 2", 1.75),
        ("sub(div(x0, x1), neg(np.sin(x0)))", 1.5 + math.sin(3.0)),
    ],
)
def test_the_text_of_other_programs_is_read(text: str, value: float) -> None:
    found = system_of_text("Found", {"a": text, "b": "x0"}, columns=("x0", "x1"), initial_conditions=[3.0, 2.0])
    assert derivative_at(found, np.array([[3.0, 2.0]]))[0] == pytest.approx([value, 3.0])


def test_hostile_and_empty_text_is_refused() -> None:
    with pytest.raises(ExpressionError):
        system_of_text("Found", {"x": "__import__('os').system('true')"}, initial_conditions=[1.0])
    with pytest.raises(ForecastError, match="no equation for x"):
        system_of_text("Found", {"x": "  "}, initial_conditions=[1.0])
    with pytest.raises(ExpressionError, match="unknown name 'x7'"):
        system_of_text("Found", {"x": "x7"}, initial_conditions=[1.0])
