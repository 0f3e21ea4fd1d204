"""The class of a system's equations: polynomial, otherwise smooth, with kinks or jumps, or with a delay."""

import ast
from collections.abc import Mapping

from dysts.equations.expressions import parse
from dysts.equations.functions import FUNCTIONS
from dysts.systems.system import System

POLYNOMIAL, SMOOTH, KINKED, DELAYED = "polynomial", "other smooth", "kinked", "delay"
EQUATION_CLASSES = (POLYNOMIAL, SMOOTH, KINKED, DELAYED)
"""Classes of equations, in the order of tables."""

_CONSTANT, _POLYNOMIAL, _OTHER = range(3)


def equation_class(system: System) -> str:
    """Return the class of a system's equations as they are written.

    ``delay`` if the derivatives depend on the past; else ``kinked`` if a function in them has a kink or a jump; else
    ``polynomial`` if every derivative is a polynomial in the variables; else ``other smooth``. A driving phase is one
    of the variables, so its sine is no polynomial.

    Parameters
    ----------
    system : System

    Examples
    --------
    >>> import dysts
    >>> [equation_class(dysts.get_system(name)) for name in ("Lorenz", "Duffing", "Chua", "MackeyGlass")]
    ['polynomial', 'other smooth', 'kinked', 'delay']
    """
    if system.delay is not None:
        return DELAYED
    parameters = system.flat_parameters
    names = {*system.variables, *parameters, *system.definitions}
    definitions = {
        name: parse(text, where=f"{system.name}: definitions.{name}", names=names)
        for name, text in system.definitions.items()
    }
    derivatives = [
        parse(text, where=f"{system.name}: equations.{name}", names=names) for name, text in system.equations.items()
    ]
    trees = [*definitions.values(), *derivatives]
    if any(_has_kink(node) for tree in trees for node in ast.walk(tree)):
        return KINKED
    kinds: dict[str, int] = {**dict.fromkeys(parameters, _CONSTANT), **dict.fromkeys(system.variables, _POLYNOMIAL)}
    for name, tree in definitions.items():
        kinds[name] = _kind(tree, kinds, parameters)
    if all(_kind(tree, kinds, parameters) <= _POLYNOMIAL for tree in derivatives):
        return POLYNOMIAL
    return SMOOTH


def _has_kink(node: ast.AST) -> bool:
    if isinstance(node, ast.IfExp | ast.Compare):
        return True
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    return FUNCTIONS[node.func.id].switch is not None


def _kind(tree: ast.expr, kinds: Mapping[str, int], parameters: Mapping[str, float]) -> int:
    if isinstance(tree, ast.Constant):
        return _CONSTANT
    if isinstance(tree, ast.Name):
        # What is neither a parameter, a variable nor a definition is time or a constant of mathematics.
        return kinds.get(tree.id, _OTHER if tree.id == "t" else _CONSTANT)
    if isinstance(tree, ast.UnaryOp):
        return _kind(tree.operand, kinds, parameters)
    if isinstance(tree, ast.BinOp):
        left, right = (_kind(side, kinds, parameters) for side in (tree.left, tree.right))
        if isinstance(tree.op, ast.Add | ast.Sub | ast.Mult):
            return max(left, right)
        if right != _CONSTANT:
            return _OTHER
        if isinstance(tree.op, ast.Div) or left == _CONSTANT:
            return left
        return left if _is_whole(tree.right, parameters) else _OTHER
    children = [child for child in ast.iter_child_nodes(tree) if isinstance(child, ast.expr)]
    arguments = tree.args if isinstance(tree, ast.Call) else children
    return _CONSTANT if all(_kind(each, kinds, parameters) == _CONSTANT for each in arguments) else _OTHER


def _is_whole(exponent: ast.expr, parameters: Mapping[str, float]) -> bool:
    value = exponent.value if isinstance(exponent, ast.Constant) else None
    if isinstance(exponent, ast.Name):
        value = parameters.get(exponent.id)
    return isinstance(value, int | float) and value >= 0 and float(value).is_integer()
