"""Formulas cost no more than their bound, and what exceeds it is refused with the entry and the field."""

import re

import pytest
from linear_systems import make

from dysts.equations.formulas import as_mathml
from dysts.errors import NotSupportedError


def chain(link: str, length: int) -> dict[str, str]:
    """Return definitions d0, d1, ..., each in terms of the one before it, which `link` calls d."""
    definitions = {"d0": "0.5*x"}
    for index in range(1, length):
        definitions[f"d{index}"] = re.sub(r"\bd\b", f"d{index - 1}", link)
    return definitions


@pytest.mark.parametrize("link", ["d*d + d", "d + d", "sin(d)*cos(d)", "d if d > 1 else -d"])
def test_definitions_that_double_have_no_formula_in_one_piece(link: str) -> None:
    system = make({"x": "d39"}, [0.1], definitions=chain(link, 40))
    with pytest.raises(NotSupportedError, match=r"Test: definitions\.d\d+: a formula must have at most 8000 parts"):
        system.to_sympy()
    # As they are written they are short.
    assert system.to_latex().count("&=") == 41
    assert len(as_mathml(system.vector_field)) == 41


def test_extremes_of_extremes_cost_more_than_their_parts() -> None:
    # SymPy takes ten seconds for ten of them.
    system = make({"x": "d9"}, [0.1], definitions=chain("max(d, 1 - d)", 10))
    with pytest.raises(NotSupportedError, match="at most 8000 parts"):
        system.to_sympy()


def test_a_long_chain_of_definitions_is_nested_too_deeply() -> None:
    system = make({"x": "d199"}, [0.1], definitions=chain("sin(d)", 200))
    with pytest.raises(NotSupportedError, match="at most 150 levels of nesting"):
        system.to_sympy()


@pytest.mark.parametrize("text", ["((1.23e-290*x)**64)**64", "(1e-300*x)**64", "(((1.5*x)**64)**64)**64"])
def test_exact_numbers_are_bounded(text: str) -> None:
    system = make({"x": text}, [0.1])
    for form in (system.to_latex, system.to_sympy):
        with pytest.raises(NotSupportedError, match=r"Test: equations\.x: .* at most 4000 digits in an exact number"):
            form()
    (line,) = as_mathml(system.vector_field)
    assert "<mtext>Test: equations.x: a formula must have at most" in line


def test_a_long_sum_is_refused_and_a_shorter_one_is_not() -> None:
    with pytest.raises(NotSupportedError, match="at most 8000 parts"):
        make({"x": "+".join(["x*sin(x*x)"] * 1500)}, [0.1]).to_latex()
    assert "x" in make({"x": "+".join(f"sin({index}*x)" for index in range(300))}, [0.1]).to_latex()


def test_what_sympy_cannot_compare_is_refused() -> None:
    system = make({"x": "1 if sqrt(-1 - x*x) > 0 else 2"}, [0.1])
    with pytest.raises(NotSupportedError, match="SymPy has no formula"):
        system.to_sympy()


def test_small_numbers_are_typeset_as_they_are() -> None:
    assert "10^{-600}" in make({"x": "1e-300*x*1e-300"}, [0.1]).to_latex()
