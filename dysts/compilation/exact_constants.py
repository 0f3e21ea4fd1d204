"""Constants of a program as double-doubles: every number stands for its float64, and every operation is exact.

A parameter is the float64 that it was given as, and so is each decimal number in the text of an equation. What follows
from these, such as 8/3 or the square root of a parameter, and pi, has the digits that it has in mathematics.
"""

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from dysts.compilation.emission.double_doubles import split
from dysts.compilation.program import Program
from dysts.equations.expressions import parse

DIGITS = 50
"""Decimal digits that constants are evaluated to, of which a double-double keeps 32."""


def fraction(value: Any) -> Fraction:
    """Return a finite number of mpmath as a fraction.

    Examples
    --------
    >>> fraction(mpmath.mpf(0.75))
    Fraction(3, 4)
    """
    sign, mantissa, exponent, _ = value._mpf_
    size = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -size if sign else size


def exact_number(text: str) -> Fraction:
    """Return the value of an expression without names.

    Examples
    --------
    >>> float(abs(exact_number("8/3") - Fraction(8, 3))) < 1e-49
    True
    """
    with mpmath.workdps(DIGITS):
        return fraction(_evaluate(parse(text, where="a number", names=()), {}))


def exact_value(tree: ast.expr, parameters: Mapping[str, float]) -> tuple[float, float]:
    """Return the value of an expression as a double-double; NaN where it has none.

    Parameters
    ----------
    tree : ast.expr
    parameters : mapping of str to float
    """
    with mpmath.workdps(DIGITS):
        known = {name: mpmath.mpf(value) for name, value in parameters.items()}
        return _as_pair(value_of(tree, known))


def exact_table(program: Program, parameters: Mapping[str, float]) -> np.ndarray:
    """Evaluate the constants of a program for one parameter set: float64 [2, constant], high and low parts.

    Parameters
    ----------
    program : Program
    parameters : mapping of str to float
        By flat name.
    """
    with mpmath.workdps(DIGITS):
        known = {name: mpmath.mpf(value) for name, value in parameters.items()}
        for name, tree in program.definitions.items():
            known[name] = value_of(tree, known)
        pairs = [_as_pair(value_of(tree, known)) for tree in program.constants]
    return np.array(pairs, dtype=np.float64).reshape(len(pairs), 2).T.copy()


def _as_pair(value: Any) -> tuple[float, float]:
    return split(fraction(value)) if mpmath.isfinite(value) else (float("nan"), 0.0)


def value_of(tree: ast.expr, known: Mapping[str, Any]) -> Any:
    """Return the value of a tree, NaN where it has none that is real and finite."""
    try:
        value = _evaluate(tree, known)
    except (ZeroDivisionError, ValueError, OverflowError):
        return mpmath.nan
    return mpmath.nan if isinstance(value, mpmath.mpc) else mpmath.mpf(value)


def _evaluate(tree: ast.expr, known: Mapping[str, Any]) -> Any:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return mpmath.mpf(float(number))
        case ast.Name(id=name):
            return +mpmath.mp.pi if name == "pi" else known[name]
        case ast.UnaryOp(op=op, operand=operand):
            value = _evaluate(operand, known)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_evaluate(left, known), _evaluate(right, known))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            function = _FUNCTIONS[name] if name in _FUNCTIONS else getattr(mpmath, name)
            return function(*(_evaluate(part, known) for part in arguments))
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            holds = _ARITHMETIC[type(op)](_evaluate(left, known), _evaluate(right, known))
            return _evaluate(body if holds else orelse, known)
    raise AssertionError(f"unchecked expression: {ast.dump(tree)}")


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "heaviside": lambda u: mpmath.mpf(u > 0),
    "max": max,
    "min": min,
    "mod": lambda u, v: u - v * mpmath.floor(u / v),
}
"""Functions of the language that mpmath has under another name or not at all."""
