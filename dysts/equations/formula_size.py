"""How large a formula would become, before SymPy makes it: nothing that a file holds may cost without bound."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass

from dysts.errors import NotSupportedError

MOST_PARTS = 8000
"""Names, numbers and operations of a formula; SymPy takes up to a millisecond for each."""
PARTS_OF_AN_EXTREME = 20
"""Parts that a `max` or `min` counts as: SymPy compares its arguments in every way when it is made."""
DEEPEST = 150
"""Levels of nesting; SymPy calls itself several times for each."""
MOST_DIGITS = 4000
"""Digits of an exact number; Python writes no longer ones."""


@dataclass(frozen=True)
class Size:
    """The size of a formula: its parts, its levels, and the digits of the largest exact number in it."""

    parts: int = 1
    depth: int = 1
    digits: float = 0.0

    def check(self, what: str) -> None:
        """Refuse a formula that is too large.

        Raises
        ------
        NotSupportedError
            The message begins with `what`, such as "Lorenz: equations.x".
        """
        for value, most, unit in (
            (self.parts, MOST_PARTS, "parts"),
            (self.depth, DEEPEST, "levels of nesting"),
            (self.digits, MOST_DIGITS, "digits in an exact number"),
        ):
            if not value <= most:
                raise NotSupportedError(
                    f"{what}: a formula must have at most {most} {unit}, with its definitions put in, got {value:.4g}"
                )


def size_of(tree: ast.expr, names: Mapping[str, Size]) -> Size:
    """Return the size of an expression in which expressions of given sizes stand for some names.

    Examples
    --------
    >>> from dysts.equations.expressions import parse
    >>> size_of(parse("(1.5*x)**8", where="example", names={"x"}), {})
    Size(parts=5, depth=3, digits=16.0)
    """
    own = 1
    match tree:
        case ast.Constant(value=int() | float() as value):
            return Size(digits=_digits(value))
        case ast.Name(id=name):
            return names.get(name, Size())
        case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=int() | float() as exponent)):
            inner = size_of(base, names)
            return Size(inner.parts + 2, inner.depth + 1, inner.digits * max(1.0, abs(exponent)))
        case ast.Call(func=ast.Name(id=function), args=arguments):
            operands = [size_of(part, names) for part in arguments]
            own = PARTS_OF_AN_EXTREME if function in ("max", "min") else 1
        case _:
            operands = [size_of(part, names) for part in ast.iter_child_nodes(tree) if isinstance(part, ast.expr)]
    exponent = 1.0
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Pow):
        # The largest modulus of an exponent without names.
        exponent = 64.0
    return Size(
        own + sum(operand.parts for operand in operands),
        1 + max((operand.depth for operand in operands), default=0),
        exponent * sum(operand.digits for operand in operands),
    )


def _digits(value: float) -> float:
    """Return the digits of a decimal number as an exact fraction."""
    written = len(repr(value).split("e")[0].replace(".", "").strip("0"))
    return float(written + (abs(math.log10(abs(value))) if value else 0.0)) // 1
