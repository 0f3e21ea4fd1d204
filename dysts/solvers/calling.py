"""Calls of a compiled right-hand side by its address, so that one driver serves every system."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


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
        pointer = ir.DoubleType().as_pointer()
        function_type = ir.FunctionType(ir.VoidType(), [ir.DoubleType(), pointer, pointer, pointer])
        function = builder.inttoptr(arguments[0], function_type.as_pointer())
        data = [
            builder.bitcast(context.make_array(kind)(context, builder, array).data, pointer)
            for kind, array in zip(call_signature.args[2:], arguments[2:], strict=True)
        ]
        builder.call(function, [arguments[1], *data])
        return context.get_dummy_value()

    return signature, generate


# Compiled code calls it as `call(address, t, state, constants, result)`, without the typing context.
call: Any = intrinsic(_call)
