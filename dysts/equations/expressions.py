"""The expression language of the registry: a whitelist over Python's grammar, parsed and never executed.

An expression is built from declared names, ``t``, ``pi``, decimal numbers, ``+ - * / **``, the functions in
`FUNCTIONS` and ``a if x > 0 else b``. Everything else is refused with the position of the offence, so that a
registry file from a stranger cannot run code, exhaust the parser or hide a number that overflows.
"""

import ast
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.errors import ExpressionError, InvalidArgumentError

MAXIMUM_LENGTH = 4000
MAXIMUM_DEPTH = 100
"""A sum of n terms is n levels deep; long ones are split by definitions."""
MAXIMUM_NODES = 1000
MAXIMUM_EXPONENT = 64
MAXIMUM_NUMBER = 1e300

CONSTANTS = {"pi": math.pi}
TIME = "t"

_IDENTIFIER = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*\Z")
_FORBIDDEN_CHARACTER = re.compile(r"[^A-Za-z0-9_+\-*/().,<>= ]")
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True)
class Function:
    """One function of the language: how many arguments it takes and its meaning on NumPy arrays."""

    minimum_arguments: int
    maximum_arguments: int
    evaluate: Callable[..., Any]


def _heaviside(u: Any) -> Any:
    return np.heaviside(u, 0.0)


def _reduce(operation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def reduced(first: Any, *others: Any) -> Any:
        for other in others:
            first = operation(first, other)
        return first

    return reduced


FUNCTIONS: dict[str, Function] = {
    **{
        name: Function(1, 1, getattr(np, name))
        for name in (
            "abs",
            "cos",
            "cosh",
            "exp",
            "floor",
            "log",
            "sign",
            "sin",
            "sinh",
            "sqrt",
            "tan",
            "tanh",
        )
    },
    "heaviside": Function(1, 1, _heaviside),
    "max": Function(2, 16, _reduce(np.maximum)),
    "min": Function(2, 16, _reduce(np.minimum)),
}


def check_identifier(name: object, *, where: str) -> str:
    """Return `name` if it may be declared as a variable, parameter or definition.

    Raises
    ------
    ExpressionError
        If it is not a plain identifier, or if the language already gives it a meaning.
    """
    if not isinstance(name, str) or not _IDENTIFIER.match(name):
        raise ExpressionError(f"{where}: {name!r} is not a name; use letters, digits and single inner underscores")
    if name in FUNCTIONS or name in CONSTANTS or name in (TIME, "if", "else", "and", "or", "not"):
        raise ExpressionError(f"{where}: {name!r} already has a meaning in the expression language")
    return name


def parse(text: object, *, where: str, names: Collection[str]) -> ast.expr:
    """Parse one expression into a syntax tree that holds nothing but the language of the registry.

    Parameters
    ----------
    text : str
        The expression, such as ``"sigma*(y - x)"``.
    where : str
        Entry and field, for messages, such as ``"Lorenz: equations.x"``.
    names : collection of str
        The declared names that it may use; ``t`` and ``pi`` are always known.

    Raises
    ------
    ExpressionError
        If the text is outside the language; the message names `where` and the column.

    Examples
    --------
    >>> tree = parse("2*x**2", where="example", names={"x"})
    >>> float(evaluate(tree, {"x": 3.0}))
    18.0
    """
    if not isinstance(text, str):
        raise ExpressionError(f"{where}: an expression is a string, not {type(text).__name__}")
    if len(text) > MAXIMUM_LENGTH:
        raise ExpressionError(f"{where}: {len(text)} characters; at most {MAXIMUM_LENGTH} are allowed")
    stranger = _FORBIDDEN_CHARACTER.search(text)
    if stranger:
        raise ExpressionError(f"{where}, column {stranger.start() + 1}: character {stranger.group()!r} is not allowed")
    try:
        tree = ast.parse(text.strip(" "), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{where}, column {error.offset or 1}: not an expression ({error.msg})") from None
    except (ValueError, MemoryError, RecursionError):
        # The parser gives up in these ways on numbers of many thousand digits and on extreme nesting.
        raise ExpressionError(f"{where}, column 1: too large or too deeply nested to parse") from None
    indentation = len(text) - len(text.lstrip(" "))
    # A set is used as it is: copying the names of a large system for each expression would take most of the time.
    _Checker(where, indentation, names if isinstance(names, Set) else frozenset(names)).check(tree)
    return tree


class _Checker:
    """Walks a tree once and refuses every node that is not on the whitelist."""

    def __init__(self, where: str, indentation: int, names: Set[str]) -> None:
        self.where = where
        self.indentation = indentation
        self.names = names
        self.nodes = 0

    def refuse(self, node: ast.AST, problem: str) -> ExpressionError:
        column = getattr(node, "col_offset", 0) + self.indentation + 1
        return ExpressionError(f"{self.where}, column {column}: {problem}")

    def check(self, node: ast.expr, depth: int = 1) -> None:
        self.nodes += 1
        if depth > MAXIMUM_DEPTH:
            raise self.refuse(node, f"nested deeper than {MAXIMUM_DEPTH} levels")
        if self.nodes > MAXIMUM_NODES:
            raise self.refuse(node, f"more than {MAXIMUM_NODES} terms")
        match node:
            case ast.Constant():
                self.check_number(node)
            case ast.Name():
                if node.id not in self.names and node.id not in CONSTANTS and node.id != TIME:
                    raise self.refuse(node, f"unknown name {node.id!r}")
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                self.check(node.operand, depth + 1)
            case ast.BinOp() if type(node.op) in _OPERATORS:
                self.check(node.left, depth + 1)
                self.check(node.right, depth + 1)
                if isinstance(node.op, ast.Pow):
                    self.check_exponent(node.right)
            case ast.Call():
                self.check_call(node, depth)
            case ast.IfExp():
                self.check_condition(node.test, depth + 1)
                self.check(node.body, depth + 1)
                self.check(node.orelse, depth + 1)
            case _:
                raise self.refuse(node, f"{_describe(node)} is not allowed in an expression")

    def check_number(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(node, f"{value!r} is not a number")
        if not abs(value) <= MAXIMUM_NUMBER:
            raise self.refuse(node, f"number larger than {MAXIMUM_NUMBER:g}")

    def check_exponent(self, exponent: ast.expr) -> None:
        if any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow) for part in ast.walk(exponent)):
            raise self.refuse(exponent, "a power inside an exponent is not allowed")
        if not names_in(exponent):
            value = float(evaluate(exponent, {}))
            if not abs(value) <= MAXIMUM_EXPONENT:
                raise self.refuse(exponent, f"exponent {value:g}; at most {MAXIMUM_EXPONENT} is allowed")

    def check_call(self, node: ast.Call, depth: int) -> None:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            called = repr(node.func.id) if isinstance(node.func, ast.Name) else _describe(node.func)
            raise self.refuse(node, f"call of {called}; allowed are {', '.join(sorted(FUNCTIONS))}")
        function = FUNCTIONS[node.func.id]
        if node.keywords:
            raise self.refuse(node, f"{node.func.id} takes no keyword arguments")
        if not function.minimum_arguments <= len(node.args) <= function.maximum_arguments:
            allowed = (
                str(function.minimum_arguments)
                if function.minimum_arguments == function.maximum_arguments
                else f"{function.minimum_arguments} to {function.maximum_arguments}"
            )
            raise self.refuse(node, f"{node.func.id} takes {allowed} arguments, not {len(node.args)}")
        for argument in node.args:
            self.check(argument, depth + 1)

    def check_condition(self, node: ast.expr, depth: int) -> None:
        if not (isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS):
            raise self.refuse(node, "a condition is one comparison with <, <=, > or >=")
        self.check(node.left, depth)
        self.check(node.comparators[0], depth)


def _describe(node: ast.AST) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def names_in(node: ast.expr) -> set[str]:
    """Return the names that an expression uses, without functions and constants."""
    return set(_names(node))


def _names(node: ast.expr) -> Iterator[str]:
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and id(part) not in called and part.id not in CONSTANTS:
            yield part.id


def evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Evaluate a checked expression on numbers or on arrays that broadcast.

    Parameters
    ----------
    node : ast.expr
        What `parse` returned.
    values : mapping of str to float or ndarray
        A value for each name in the expression.

    Returns
    -------
    float or ndarray
        NaN or infinity where the expression is undefined; no warning is given.
    """
    with np.errstate(all="ignore"):
        return _evaluate(node, values)


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number):
            return np.float64(number)
        case ast.Name(id=name):
            if name in values:
                return np.float64(values[name]) if isinstance(values[name], int | float) else values[name]
            if name in CONSTANTS:
                return np.float64(CONSTANTS[name])
            raise InvalidArgumentError(f"no value given for {name!r}")
        case ast.UnaryOp(op=op, operand=operand):
            value = _evaluate(operand, values)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return _ARITHMETIC[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name].evaluate(*(_evaluate(argument, values) for argument in arguments))
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            condition = _ARITHMETIC[type(op)](_evaluate(left, values), _evaluate(right, values))
            return np.where(condition, _evaluate(body, values), _evaluate(orelse, values))
        case _:
            raise InvalidArgumentError(f"{_describe(node)} is not part of the expression language")


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}
