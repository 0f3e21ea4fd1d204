"""Expressions in SymPy, for formulas that people read.

SymPy takes half a second to import and no number needs it, so it is imported inside the functions.
"""

import ast
from collections.abc import Mapping
from typing import Any

from dysts.equations.expressions import CONSTANTS
from dysts.equations.functions import FUNCTIONS


def to_sympy(node: ast.expr, symbols: Mapping[str, Any]) -> Any:
    """Convert a checked expression to SymPy, decimal numbers becoming exact rationals.

    Parameters
    ----------
    node : ast.expr
        What `dysts.equations.expressions.parse` returned.
    symbols : mapping of str to sympy.Expr
        A symbol, or whatever else should stand there, for each name.

    Examples
    --------
    >>> import sympy
    >>> from dysts.equations.expressions import parse
    >>> x = sympy.Symbol("x", real=True)
    >>> to_sympy(parse("0.5*abs(x)", where="example", names={"x"}), {"x": x})
    Abs(x)/2
    """
    import sympy

    def convert(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=number):
                return sympy.Rational(repr(number))
            case ast.Name(id=name):
                return sympy.pi if name in CONSTANTS and name not in symbols else symbols[name]
            case ast.UnaryOp(op=op, operand=operand):
                return -convert(operand) if isinstance(op, ast.USub) else convert(operand)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = convert(left), convert(right)
                match op:
                    case ast.Add():
                        return a + b
                    case ast.Sub():
                        return a - b
                    case ast.Mult():
                        return a * b
                    case ast.Div():
                        return a / b
                    case ast.Pow():
                        return a**b
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return FUNCTIONS[name].formula(sympy, *map(convert, arguments))
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                condition = relations[type(op)](convert(left), convert(right))
                return sympy.Piecewise((convert(body), condition), (convert(orelse), True))
        raise AssertionError(f"unchecked expression: {ast.dump(node)}")

    relations: dict[type, Any] = {ast.Lt: sympy.Lt, ast.LtE: sympy.Le, ast.Gt: sympy.Gt, ast.GtE: sympy.Ge}
    return convert(node)
