"""The equations of a system as SymPy expressions, as LaTeX and as MathML."""

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from dysts.equations.expressions import TIME
from dysts.equations.formula_size import Size, size_of
from dysts.equations.symbolic import to_sympy
from dysts.equations.vector_field import VectorField
from dysts.errors import NotSupportedError

LARGEST_DENOMINATOR = 12
"""Larger fractions are typeset as decimal numbers, as they were written."""


def symbols_of(field: VectorField) -> dict[str, Any]:
    """Return a real SymPy symbol for each name that the equations may use."""
    import sympy

    names = (*field.inputs, *field.parameters, TIME)
    return {name: sympy.Symbol(name, real=True) for name in names}


def as_sympy(field: VectorField) -> dict[Any, Any]:
    """Return the derivative of each variable; see `System.to_sympy`."""
    symbols = symbols_of(field)
    sizes: dict[str, Size] = {}
    total = 0
    for name, tree in field.definitions.items():
        sizes[name] = size_of(tree, sizes)
        sizes[name].check(f"{field.name}: definitions.{name}")
    for name, tree in zip(field.variables, field.derivatives, strict=True):
        size = size_of(tree, sizes)
        total += size.parts
        replace(size, parts=total).check(f"{field.name}: equations.{name}")
    for name, tree in field.definitions.items():
        symbols[name] = _converted(tree, symbols, f"{field.name}: definitions.{name}")
    return {
        symbols[name]: _converted(tree, symbols, f"{field.name}: equations.{name}")
        for name, tree in zip(field.variables, field.derivatives, strict=True)
    }


def _converted(tree: ast.expr, symbols: Mapping[str, Any], where: str) -> Any:
    try:
        return to_sympy(tree, symbols)
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        # SymPy refuses, for example, to compare what it finds to be imaginary.
        raise NotSupportedError(f"{where}: SymPy has no formula for this expression ({error})") from None


def _check_separate_formulas(field: VectorField) -> None:
    """Refuse equations and definitions that are too long as they are written."""
    total = 0
    for kind, names, trees in (
        ("equations", field.variables, field.derivatives),
        ("definitions", field.definitions, field.definitions.values()),
    ):
        for name, tree in zip(names, trees, strict=True):
            size = size_of(tree, {})
            total += size.parts
            replace(size, parts=total).check(f"{field.name}: {kind}.{name}")


def as_latex(field: VectorField, delay: str | None = None, *, next_values: bool = False) -> str:
    """Return the equations as a LaTeX environment; see `System.to_latex`.

    Parameters
    ----------
    field : VectorField
    delay : str, optional
        Name of the delay, the subscript of delayed variables.
    next_values : bool
        Whether the equations are those of a map.
    """
    import sympy

    _check_separate_formulas(field)
    symbols = symbols_of(field)
    symbols |= {name: sympy.Symbol(name, real=True) for name in field.definitions}
    written = {symbol: _typeset_name(name) for name, symbol in symbols.items()}
    for delayed, own in zip(field.delayed, field.variables, strict=False):
        written[symbols[delayed]] = rf"{_typeset_name(own)}_{{{_typeset_name(str(delay))}}}"

    def typeset(expression: Any) -> str:
        return str(sympy.latex(_with_decimals(expression), symbol_names=written, full_prec=False))

    left = {name: rf"\dot{{{written[symbols[name]]}}}" for name in field.variables}
    if next_values:
        left = {name: f"{written[symbols[name]]}_{{n+1}}" for name in field.variables}
        written |= {symbols[name]: f"{written[symbols[name]]}_{{n}}" for name in field.variables}
    lines = [
        f"{left[name]} &= {typeset(_converted(tree, symbols, name))}"
        for name, tree in zip(field.variables, field.derivatives, strict=True)
    ]
    lines += [
        f"{written[symbols[name]]} &= {typeset(_converted(tree, symbols, name))}"
        for name, tree in field.definitions.items()
    ]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def as_mathml(field: VectorField, *, next_values: bool = False) -> list[str]:
    """Return each equation, then each definition, as MathML that browsers typeset by themselves.

    Of equations that are too long for formulas, one line says so.

    Parameters
    ----------
    field : VectorField
    next_values : bool
        Whether the equations are those of a map.

    Examples
    --------
    >>> import dysts
    >>> as_mathml(dysts.get_system("Rossler").vector_field)[0][:60]
    '<math displaystyle="true"><mrow><mfrac><mrow><mi>d</mi><mi>x'
    """
    import sympy
    from sympy.printing.mathml import MathMLPresentationPrinter

    try:
        _check_separate_formulas(field)
    except NotSupportedError as error:
        # A page about a system is worth having without its formulas.
        return [f'<math display="block"><mtext>{escape(str(error))}</mtext></math>']
    symbols = symbols_of(field)
    symbols |= {name: sympy.Symbol(name, real=True) for name in field.definitions}
    printer = MathMLPresentationPrinter()

    def typeset(tree: Any) -> str:
        return str(printer.doprint(_with_decimals(_converted(tree, symbols, field.name))))

    def name_of(name: str) -> str:
        return str(printer.doprint(symbols[name]))

    def left_of(name: str) -> str:
        if next_values:
            return f"<msub>{name_of(name)}<mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msub>"
        return f"<mfrac><mrow><mi>d</mi>{name_of(name)}</mrow><mrow><mi>d</mi><mi>t</mi></mrow></mfrac>"

    lines = [
        f"{left_of(name)}<mo>=</mo>{typeset(tree)}"
        for name, tree in zip(field.variables, field.derivatives, strict=True)
    ]
    lines += [f"{name_of(name)}<mo>=</mo>{typeset(tree)}" for name, tree in field.definitions.items()]
    return [f'<math displaystyle="true"><mrow>{_readable(line)}</mrow></math>' for line in lines]


def _readable(line: str) -> str:
    """Return MathML with a true minus, and a space between the factors of a product, as names may have letters."""
    return line.replace("<mo>-</mo>", "<mo>&minus;</mo>").replace(
        "<mo>&InvisibleTimes;</mo>", '<mspace width="0.17em"></mspace>'
    )


def _with_decimals(expression: Any) -> Any:
    """Return an expression with the larger fractions as the decimal numbers that they were written as."""
    import sympy

    return expression.xreplace(
        {
            number: sympy.Float(number, 15)
            for number in expression.atoms(sympy.Rational)
            if number.q > LARGEST_DENOMINATOR
        }
    )


def _typeset_name(name: str) -> str:
    """Return a name in LaTeX: Greek letters and subscripts as such, other words upright."""
    import sympy

    stem, *indices = re.sub(r"(?<=[A-Za-z])(?=[0-9])", "_", name).split("_")
    letter = sympy.latex(sympy.Symbol(stem))
    if letter == stem and len(stem) > 1:
        letter = rf"\mathrm{{{stem}}}"
    return letter + (f"_{{{','.join(indices)}}}" if indices else "")
