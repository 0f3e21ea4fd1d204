"""Equations of the registry on SymPy expressions, for scripts that call ``_rhs`` or ``_jac`` with symbols."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dysts.equations.parameters import flatten_parameters
from dysts.equations.symbolic import to_sympy
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.systems.system import System


def has_symbols(arguments: Sequence[Any]) -> bool:
    """Whether one of the arguments is, or holds, a SymPy expression."""
    return any(np.asarray(one).dtype == object for one in arguments)


def symbolic_rhs(system: System, arguments: Sequence[Any], order: Sequence[str]) -> tuple[Any, ...]:
    """Return the right-hand side of a system as SymPy expressions.

    Parameters
    ----------
    system : System
    arguments : sequence of sympy.Expr, float or array_like
        Values of the names in `order`; parameters may be arrays.
    order : sequence of str
        Components, delayed components, ``t`` and parameters.

    Examples
    --------
    >>> import sympy
    >>> from dysts.flows import Lorenz
    >>> x, y, z, t = sympy.symbols("x y z t")
    >>> Lorenz._rhs(x, y, z, t, 8 / 3, 28, 10)[1]
    -x*z + 28*x - y
    """
    values = _values(system, arguments, order)
    field = system.vector_field
    try:
        for name, tree in field.definitions.items():
            values[name] = to_sympy(tree, values)
        return tuple(to_sympy(tree, values) for tree in field.derivatives)
    except (ArithmeticError, RecursionError, TypeError) as error:
        raise NotSupportedError(f"{system.name} must have equations that SymPy knows, got {error}") from None


def symbolic_jacobian(system: System, arguments: Sequence[Any], order: Sequence[str]) -> tuple[tuple[Any, ...], ...]:
    """Return the Jacobian of a system as SymPy expressions, row by row, with the arguments of `symbolic_rhs`."""
    import sympy

    inner = [sympy.Dummy(name) for name in system.variables]
    given = list(arguments)
    derivatives = symbolic_rhs(system, [*inner, *given[len(inner) :]], order)
    values = dict(zip(inner, map(sympy.sympify, given[: len(inner)]), strict=True))
    return tuple(tuple(row.diff(one).subs(values) for one in inner) for row in derivatives)


def _values(system: System, arguments: Sequence[Any], order: Sequence[str]) -> dict[str, Any]:
    import sympy

    given: Mapping[str, Any] = dict(zip(order, arguments, strict=True))
    plain: dict[str, Any] = {}
    for name, value in given.items():
        array = np.asarray(value)
        if array.ndim == 0:
            plain[name] = sympy.sympify(array.item())
        elif name in system.parameters and array.shape == np.shape(system.parameters[name]):
            keys = flatten_parameters({name: np.zeros(array.shape)})
            plain |= dict(zip(keys, map(sympy.sympify, array.ravel().tolist()), strict=True))
        else:
            raise InvalidArgumentError(f"{name} of {system.name} must be one expression or number, got an array")
    return plain
