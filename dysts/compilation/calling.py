"""Calls of a compiled right-hand side by its address, so that one driver serves every system."""

from collections.abc import Sequence
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

from dysts.compilation.emission.vectors import LANES, Pointer, Value
from dysts.compilation.intrinsics import Builder, Context, NumbaType, Writer

_DOUBLE = ir.DoubleType()
_POINTER = _DOUBLE.as_pointer()


def _data(context: Context, builder: Builder, kind: NumbaType, array: Value) -> Pointer:
    return builder.bitcast(context.make_array(kind)(context, builder, array).data, _POINTER)


def _invoke(builder: Builder, address: Value, first: Value, others: list[Pointer]) -> None:
    function_type = ir.FunctionType(ir.VoidType(), [first.type, _POINTER, _POINTER, _POINTER])
    function = builder.inttoptr(address, function_type.as_pointer())
    builder.call(function, [first, *others])


def _call(
    typing_context: object,  # noqa: ARG001
    address: NumbaType,  # noqa: ARG001
    t: NumbaType,  # noqa: ARG001
    state: NumbaType,
    constants: NumbaType,
    result: NumbaType,
) -> tuple[Signature, Writer]:
    """Evaluate ``result[:] = f(t, state; constants)`` for the function at `address`.

    The arrays are contiguous and float64; nothing is checked here.
    """
    signature = types.void(types.intp, types.float64, state, constants, result)

    def generate(context: Context, builder: Builder, call_signature: Signature, arguments: Sequence[Value]) -> Value:
        kinds = zip(call_signature.args[2:], arguments[2:], strict=True)
        _invoke(builder, arguments[0], arguments[1], [_data(context, builder, kind, array) for kind, array in kinds])
        return context.get_dummy_value()

    return signature, generate


def _call_within(
    typing_context: object,  # noqa: ARG001
    address: NumbaType,  # noqa: ARG001
    t: NumbaType,
    node: NumbaType,  # noqa: ARG001
    step: NumbaType,
    state: NumbaType,
    constants: NumbaType,
    results: NumbaType,
    row: NumbaType,  # noqa: ARG001
) -> tuple[Signature, Writer]:
    """Evaluate ``results[row] = f(t + node*step, state; constants)``, for one trajectory or for eight.

    For eight, `t` and `step` are float64 [8] and the last dimension of the other arrays counts lanes.
    """
    signature = types.void(types.intp, t, types.float64, step, state, constants, results, types.intp)

    def generate(context: Context, builder: Builder, call_signature: Signature, arguments: Sequence[Value]) -> Value:
        address, first, fraction, length = arguments[:4]
        kinds = zip(call_signature.args[4:7], arguments[4:7], strict=True)
        others = [_data(context, builder, kind, array) for kind, array in kinds]
        size = context.make_array(call_signature.args[4])(context, builder, arguments[4]).nitems
        others[2] = builder.gep(others[2], [builder.mul(arguments[7], size)])
        if isinstance(call_signature.args[1], types.Array):
            vector = ir.VectorType(_DOUBLE, LANES)
            times, lengths = (
                builder.load(
                    builder.bitcast(_data(context, builder, call_signature.args[place], array), vector.as_pointer()),
                    align=8,
                )
                for place, array in ((1, first), (3, length))
            )
            fractions = ir.Constant(vector, ir.Undefined)
            for lane in range(LANES):
                fractions = builder.insert_element(fractions, fraction, ir.Constant(ir.IntType(32), lane))
            place = cgutils.alloca_once(builder, vector)
            builder.store(builder.fadd(times, builder.fmul(fractions, lengths)), place)
            _invoke(builder, address, builder.bitcast(place, _POINTER), others)
        else:
            _invoke(builder, address, builder.fadd(first, builder.fmul(fraction, length)), others)
        return context.get_dummy_value()

    return signature, generate


# Compiled code calls them without the typing context.
call: Any = intrinsic(_call)
call_within: Any = intrinsic(_call_within)
