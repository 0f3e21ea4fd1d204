"""Weighted sums of the stages of a step, with their weights compiled in and every rounding fixed.

The compiler may not reorder them: one trajectory and eight side by side have the same bits, on every machine that
multiplies and adds in one instruction.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

from dysts.compilation.emission.vectors import LANES, Index, Pointer, Type, Value
from dysts.compilation.intrinsics import Builder, Context, NumbaType, Writer

_TOGETHER = 4
"""Number of terms in each partial sum: the partial sums do not wait for one another."""
_DOUBLE, _INTEGER = ir.DoubleType(), ir.IntType(64)


def fused(builder: Builder, a: Value, b: Value, c: Value) -> Value:
    """Write a*b + c, rounded once."""
    kind = a.type
    suffix = f"v{kind.count}f64" if isinstance(kind, ir.VectorType) else "f64"
    function_type = ir.FunctionType(kind, [kind] * 3)
    return builder.call(cgutils.get_or_insert_function(builder.module, function_type, f"llvm.fma.{suffix}"), [a, b, c])


def place_of(builder: Builder, pointer: Pointer, kind: Type) -> Pointer:
    """Write a pointer to values of a kind."""
    return builder.bitcast(pointer, kind.as_pointer())


def load(builder: Builder, pointer: Pointer, kind: Type) -> Value:
    """Write the load of a number or vector."""
    return builder.load(place_of(builder, pointer, kind), align=8)


def splat(builder: Builder, number: Value, kind: Type) -> Value:
    """Write a number into all lanes of a kind."""
    if not isinstance(kind, ir.VectorType):
        return number
    empty = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(empty, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(ir.IntType(32), kind.count), None))


def _chain(
    builder: Builder, weights: list[tuple[int, float]], slopes: Pointer, stride: Index, column: Index, kind: Type
) -> Value:
    """Return the sum over stages, the latest last: it is the only one that the sum has to wait for."""

    def term(stage: int, weight: float, total: Value | None) -> Value:
        place = builder.add(builder.mul(ir.Constant(_INTEGER, stage), stride), column)
        value = load(builder, builder.gep(slopes, [place]), kind)
        number = ir.Constant(kind, [weight] * kind.count if isinstance(kind, ir.VectorType) else weight)
        return builder.fmul(number, value) if total is None else fused(builder, number, value, total)

    *earlier, latest = weights
    total = None
    # Short sums beside one another: one long one would wait for itself.
    for begin in range(0, len(earlier), _TOGETHER):
        part = None
        for stage, weight in earlier[begin : begin + _TOGETHER]:
            part = term(stage, weight, part)
        total = part if total is None else builder.fadd(total, part)
    return term(*latest, total)


def combination(weights: Iterable[float], *, row: int | None = None) -> Callable[..., Any]:
    """Return the compiled function ``(target, state, step, slopes)`` with target = state + step * sum(weights*slopes).

    Parameters
    ----------
    weights : iterable of float
        One for each stage; those that are zero cost nothing.
    row : int, optional
        Then one row of the target, which has one dimension more, becomes step * sum(weights*slopes).

    Returns
    -------
    intrinsic
        For arrays of any equal shape, `slopes` having one dimension more in front; `step` is a number, or float64
        [8] if the last dimension counts lanes. Rows are named by numbers and not cut out, as a reference to a part
        of an array is counted, which takes as long as a sum.
    """
    used = [(stage, float(weight)) for stage, weight in enumerate(weights) if weight != 0.0]

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:
        laned = isinstance(signature.args[2], types.Array)
        target, state, slopes = (
            context.make_array(signature.args[index])(context, builder, arguments[index]) for index in (0, 1, 3)
        )
        size = state.nitems
        begin_of_row = builder.mul(ir.Constant(_INTEGER, row or 0), size)
        target_data = builder.gep(target.data, [begin_of_row])
        step = context.make_array(signature.args[2])(context, builder, arguments[2]).data if laned else arguments[2]

        def loop(begin: Index, end: Index, kind: Type, width: int) -> None:
            steps = load(builder, step, kind) if laned else splat(builder, step, kind)
            with cgutils.for_range_slice(builder, begin, end, ir.Constant(_INTEGER, width), _INTEGER) as (column, _):
                total = _chain(builder, used, slopes.data, size, column, kind)
                if row is None:
                    result = fused(builder, steps, total, load(builder, builder.gep(state.data, [column]), kind))
                else:
                    result = builder.fmul(steps, total)
                builder.store(result, place_of(builder, builder.gep(target_data, [column]), kind), align=8)

        vector = ir.VectorType(_DOUBLE, LANES)
        zero = ir.Constant(_INTEGER, 0)
        if laned:
            loop(zero, size, vector, LANES)
        else:
            whole = builder.and_(size, ir.Constant(_INTEGER, -LANES))
            loop(zero, whole, vector, LANES)
            loop(whole, size, _DOUBLE, 1)
        return context.get_dummy_value()

    def combine(
        typing_context: object,  # noqa: ARG001
        target: NumbaType,
        state: NumbaType,
        step: NumbaType,
        slopes: NumbaType,
    ) -> tuple[Signature, Writer]:
        return types.void(target, state, step, slopes), generate

    return intrinsic(combine)


def weighted(weights: Iterable[float]) -> Callable[..., Any]:
    """Return the compiled function ``(slopes, column)``: the sum of weights*slopes in one column of [stage, column]."""
    used = [(stage, float(weight)) for stage, weight in enumerate(weights) if weight != 0.0]

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:
        slopes = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = cgutils.unpack_tuple(builder, slopes.shape, 2)[1]
        return _chain(builder, used, slopes.data, stride, arguments[1], _DOUBLE)

    def weigh(
        typing_context: object,  # noqa: ARG001
        slopes: NumbaType,
        column: NumbaType,  # noqa: ARG001
    ) -> tuple[Signature, Writer]:
        return types.float64(slopes, types.intp), generate

    return intrinsic(weigh)


def _multiply_add(
    typing_context: object,  # noqa: ARG001
    a: NumbaType,  # noqa: ARG001
    b: NumbaType,  # noqa: ARG001
    c: NumbaType,  # noqa: ARG001
) -> tuple[Signature, Writer]:
    """Return a*b + c, rounded once."""

    def generate(context: Context, builder: Builder, signature: Signature, arguments: Sequence[Value]) -> Value:  # noqa: ARG001
        return fused(builder, *arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


# Compiled code calls it as `multiply_add(a, b, c)`, without the typing context.
multiply_add: Any = intrinsic(_multiply_add)
