"""Calls of a compiled right-hand side by its address, so that one driver serves every system."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dysts.compilation.emission.vectors import LANES

_DOUBLE = ir.DoubleType()
_POINTER = _DOUBLE.as_pointer()


def _data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    return builder.bitcast(context.make_array(kind)(context, builder, array).data, _POINTER)


def _invoke(builder: Any, address: Any, first: Any, others: list[Any]) -> None:
    function_type = ir.FunctionType(ir.VoidType(), [first.type, _POINTER, _POINTER, _POINTER])
    function = builder.inttoptr(address, function_type.as_pointer())
    builder.call(function, [first, *others])


def _call(
    typing_context: Any,  # noqa: ARG001
    address: Any,  # noqa: ARG001
    t: Any,  # noqa: ARG001
    state: Any,
    constants: Any,
    result: Any,
) -> tuple[Any, Any]:
    """Evaluate ``result[:] = f(t, state; constants)`` for the function at `address`.

    The arrays are contiguous and float64; nothing is checked here.
    """
    signature = types.void(types.intp, types.float64, state, constants, result)

    def generate(context: Any, builder: Any, call_signature: Any, arguments: Any) -> Any:
        kinds = zip(call_signature.args[2:], arguments[2:], strict=True)
        _invoke(builder, arguments[0], arguments[1], [_data(context, builder, kind, array) for kind, array in kinds])
        return context.get_dummy_value()

    return signature, generate


def _call_within(
    typing_context: Any,  # noqa: ARG001
    address: Any,  # noqa: ARG001
    t: Any,
    node: Any,  # noqa: ARG001
    step: Any,
    state: Any,
    constants: Any,
    results: Any,
    row: Any,  # noqa: ARG001
) -> tuple[Any, Any]:
    """Evaluate ``results[row] = f(t + node*step, state; constants)``, for one trajectory or for eight.

    For eight, `t` and `step` are float64 [8] and the last dimension of the other arrays counts lanes.
    """
    signature = types.void(types.intp, t, types.float64, step, state, constants, results, types.intp)

    def generate(context: Any, builder: Any, call_signature: Any, arguments: Any) -> Any:
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
