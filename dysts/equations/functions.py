"""The functions of the expression language: one entry says everything that the language knows of a function.

Their machine code and their power series have a table of the same names, `dysts.compilation.emission.functions`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Switch:
    """A function with kinks or jumps, in terms of a switch: a number s that is the sign of a switching function.

    Attributes
    ----------
    function : str
        The switching function, an expression in the arguments u and v. The function is smooth between its zeros.
    value : str
        The function itself in terms of u, v and s. It is linear in s where the function jumps.
    """

    function: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function of the language.

    Attributes
    ----------
    evaluate : callable
        The function on NumPy arrays.
    formula : callable
        The function in SymPy; receives the module and the arguments.
    derivatives : tuple of str
        The derivative by each argument, as an expression in the arguments u and v; for a function that chooses one
        of its arguments, empty.
    arguments : (int, int)
        The least and the largest number of arguments.
    switch : Switch, optional
        For a function with kinks or jumps.
    """

    evaluate: Callable[..., Any]
    formula: Callable[..., Any]
    derivatives: tuple[str, ...] = ()
    arguments: tuple[int, int] = (1, 1)
    switch: Switch | None = None


def _named(name: str) -> Callable[..., Any]:
    return lambda sympy, *arguments: getattr(sympy, name)(*arguments)


def _erf(u: Any) -> Any:
    from scipy.special import erf

    return erf(u)


def _reduce(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def reduced(first: Any, *others: Any) -> Any:
        for other in others:
            first = operation(first, other)
        return first

    return reduced


def _smooth(derivative: str, evaluate: Callable[..., Any], formula: str) -> Function:
    return Function(evaluate=evaluate, formula=_named(formula), derivatives=(derivative,))


def _staircase(level: str, value: str) -> Switch:
    """Return the switch of a function that jumps wherever `level` is an integer.

    The switching function is the distance to the nearest integer m, with the sign of (-1)**m: it is continuous, zero
    at the integers only, and its sign with m tells the integer below. In `value`, ``{floor}`` is that integer.
    """
    nearest = f"floor({level} + 0.5)"
    parity = f"(1 - 2*mod({nearest}, 2))"
    return Switch(f"({level} - {nearest})*{parity}", value.format(floor=f"({nearest} - 0.5 + 0.5*s*{parity})"))


FUNCTIONS: dict[str, Function] = {
    "abs": Function(evaluate=np.abs, formula=_named("Abs"), derivatives=("sign(u)",), switch=Switch("u", "s*u")),
    "acos": _smooth("-1/sqrt((1 - u)*(1 + u))", np.arccos, "acos"),
    "asin": _smooth("1/sqrt((1 - u)*(1 + u))", np.arcsin, "asin"),
    "atan": _smooth("1/(1 + u**2)", np.arctan, "atan"),
    "atan2": Function(
        evaluate=np.arctan2,
        formula=_named("atan2"),
        derivatives=("v/(u**2 + v**2)", "-u/(u**2 + v**2)"),
        arguments=(2, 2),
    ),
    "ceil": Function(
        evaluate=np.ceil,
        formula=_named("ceiling"),
        derivatives=("0",),
        switch=_staircase("(-u)", "-{floor}"),
    ),
    "cos": _smooth("-sin(u)", np.cos, "cos"),
    "cosh": _smooth("sinh(u)", np.cosh, "cosh"),
    "erf": _smooth("2/sqrt(pi)*exp(-u**2)", _erf, "erf"),
    "exp": _smooth("exp(u)", np.exp, "exp"),
    "floor": Function(
        evaluate=np.floor,
        formula=_named("floor"),
        derivatives=("0",),
        switch=_staircase("u", "{floor}"),
    ),
    "heaviside": Function(
        evaluate=lambda u: np.heaviside(u, 0.0),
        formula=lambda sympy, u: sympy.Heaviside(u, 0),
        derivatives=("0",),
        switch=Switch("u", "(1 + s)/2"),
    ),
    "log": _smooth("1/u", np.log, "log"),
    "log10": Function(evaluate=np.log10, formula=lambda sympy, u: sympy.log(u, 10), derivatives=("1/(u*log(10))",)),
    "max": Function(
        evaluate=_reduce(np.maximum),
        formula=_named("Max"),
        arguments=(2, 16),
        switch=Switch("u - v", "u if s > 0 else v"),
    ),
    "min": Function(
        evaluate=_reduce(np.minimum),
        formula=_named("Min"),
        arguments=(2, 16),
        switch=Switch("u - v", "v if s > 0 else u"),
    ),
    "mod": Function(
        evaluate=np.mod,
        formula=_named("Mod"),
        derivatives=("1", "-floor(u/v)"),
        arguments=(2, 2),
        switch=_staircase("(u/v)", "u - v*{floor}"),
    ),
    "sign": Function(evaluate=np.sign, formula=_named("sign"), derivatives=("0",), switch=Switch("u", "s")),
    "sin": _smooth("cos(u)", np.sin, "sin"),
    "sinh": _smooth("cosh(u)", np.sinh, "sinh"),
    "sqrt": _smooth("0.5*u**(-0.5)", np.sqrt, "sqrt"),
    "tan": _smooth("1 + tan(u)**2", np.tan, "tan"),
    "tanh": _smooth("1 - tanh(u)**2", np.tanh, "tanh"),
}
"""The functions by name."""

ARGUMENTS = ("u", "v")
"""The names of the arguments in the expressions of the table."""
