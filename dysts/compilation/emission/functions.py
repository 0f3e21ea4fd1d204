"""The functions of the expression language in machine code: how each is evaluated, and its power series.

The names are those of `dysts.equations.functions.FUNCTIONS`, whose derivatives the power series use.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dysts.compilation.emission import elementary
from dysts.compilation.emission.recurrences import Coefficient, Recurrences, TaylorSeries
from dysts.compilation.emission.vectors import Value, Vectors, external

Evaluation = Callable[..., Value]
"""Writes a function of values of any width: ``(vectors, *arguments)``."""
Recurrence = Callable[[Recurrences, TaylorSeries, TaylorSeries], Coefficient]
"""Writes the next coefficient of a function from the series of its argument and its own lower coefficients."""


@dataclass(frozen=True)
class Batch:
    """A function that is cheaper for several arguments at once, or several functions that share their code.

    Attributes
    ----------
    name : str
    write : callable
        ``(vectors, arguments, names)``, the name of the function in each lane.
    """

    name: str
    write: Callable[[Vectors, Value, Sequence[str]], Value]


@dataclass(frozen=True, kw_only=True)
class Emission:
    """How one function is written.

    Attributes
    ----------
    evaluate : callable, optional
        Writes the function for values of any width, unless it has a `batch`.
    batch : Batch, optional
        Writes the function for arguments that stand side by side.
    smooth : bool
        Whether the function has a power series.
    recurrence : callable, optional
        The recurrence of its coefficients. Without one, the derivative of the function is expanded and integrated.
    growth : float
        The rate k of a function that behaves as exp(k*u) or saturates as fast; 0 for others.
    """

    evaluate: Evaluation | None = None
    batch: Batch | None = None
    smooth: bool = True
    recurrence: Recurrence | None = None
    growth: float = 0.0


def _library(name: str) -> Emission:
    """Return a smooth function that the mathematical library evaluates, one lane after the other."""
    return Emission(evaluate=lambda v, *x: v.lane_by_lane(external(v.module, name, len(x)), *x))


def _batched(name: str, write: Callable[[Vectors, Value], Value], growth: float) -> Emission:
    return Emission(batch=Batch(name, lambda v, x, _: write(v, x)), growth=growth)


def _sign(v: Vectors, x: Value) -> Value:
    zero = v.builder.fmul(v.number(0.0), x)
    return v.select(">", x, v.number(0.0), v.number(1.0), v.select("<", x, v.number(0.0), v.number(-1.0), zero))


def _heaviside(v: Vectors, x: Value) -> Value:
    return v.select(">", x, v.number(0.0), v.number(1.0), v.builder.fmul(v.number(0.0), x))


def _mod(v: Vectors, x: Value, y: Value) -> Value:
    """Return the remainder with the sign of the divisor."""
    rest = v.lane_by_lane(external(v.module, "fmod", 2), x, y)
    towards = v.select("<", y, v.number(0.0), v.builder.fneg(rest), rest)
    return v.select("<", towards, v.number(0.0), v.builder.fadd(rest, y), rest)


_CIRCULAR = Batch("circular", elementary.circular)

EMISSIONS: dict[str, Emission] = {
    "abs": Emission(evaluate=lambda v, x: v.call("fabs", x), smooth=False),
    "acos": _library("acos"),
    "asin": _library("asin"),
    "atan": _library("atan"),
    "atan2": _library("atan2"),
    "ceil": Emission(evaluate=lambda v, x: v.call("ceil", x), smooth=False),
    "cos": Emission(batch=_CIRCULAR),
    "cosh": _batched("cosh", elementary.hyperbolic_cosine, growth=1.0),
    "erf": _library("erf"),
    "exp": _batched("exp", elementary.exponential, growth=1.0),
    "floor": Emission(evaluate=lambda v, x: v.call("floor", x), smooth=False),
    "heaviside": Emission(evaluate=_heaviside, smooth=False),
    "log": Emission(
        evaluate=lambda v, x: v.lane_by_lane(external(v.module, "log"), x),
        recurrence=lambda recurrences, own, a: recurrences.logarithm(a, own),
    ),
    "log10": _library("log10"),
    "max": Emission(evaluate=lambda v, x, y: v.select(">", y, x, y, x), smooth=False),
    "min": Emission(evaluate=lambda v, x, y: v.select("<", y, x, y, x), smooth=False),
    "mod": Emission(evaluate=_mod, smooth=False),
    "sign": Emission(evaluate=_sign, smooth=False),
    "sin": Emission(batch=_CIRCULAR),
    "sinh": _batched("sinh", elementary.hyperbolic_sine, growth=1.0),
    "sqrt": Emission(
        evaluate=lambda v, x: v.call("sqrt", x),
        recurrence=lambda recurrences, own, a: recurrences.root(a, own),
    ),
    "tan": _library("tan"),
    "tanh": _batched("tanh", elementary.hyperbolic_tangent, growth=2.0),
}
"""The functions by name."""
