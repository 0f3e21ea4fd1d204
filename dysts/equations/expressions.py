"""The expression language of the registry: a whitelist over Python's grammar, parsed and never executed.

An expression is built from declared names, ``t``, ``pi``, decimal numbers, ``+ - * / **``, the functions in
`FUNCTIONS` and ``a if x > 0 else b``. Everything else is refused with the position of the offence, so that a
registry file from a stranger cannot run code, exhaust the parser or hide a number that overflows.
"""

import ast
import keyword
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from typing import Any

import numpy as np

from dysts.equations.functions import FUNCTIONS
from dysts.equations.grouping import continues, grouped
from dysts.errors import ExpressionError, InvalidArgumentError

MAXIMUM_LENGTH = 32_768
"""Characters of an expression; longer ones are split by definitions."""
MAXIMUM_DEPTH = 100
"""Levels of nesting. A sum or a product is one level, however long it is."""
MAXIMUM_TERMS = 20_000
"""Names, numbers, operations and calls of an expression."""
MAXIMUM_CHAIN = 2000
"""Terms of one sum, or factors of one product; Python's own parser gives up somewhat beyond."""
MAXIMUM_EXPONENT = 64
MAXIMUM_NUMBER = 1e300
"""Largest modulus of a number and of every part without names, so that a product of two numbers can overflow only
where the message says so."""

CONSTANTS = {"pi": math.pi}
TIME = "t"

_IDENTIFIER = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*\Z")
_FORBIDDEN_CHARACTER = re.compile(r"[^A-Za-z0-9_+\-*/().,<>= ]")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def check_identifier(name: object, *, where: str) -> str:
    """Return `name` if it may be declared as a variable, parameter or definition.

    Raises
    ------
    ExpressionError
        If it is not a plain identifier, or if the language already gives it a meaning.
    """
    if not isinstance(name, str) or not _IDENTIFIER.match(name):
        raise ExpressionError(
            f"{where}: a name must consist of letters, digits and single inner underscores, got {_shown(name)}"
        )
    if keyword.iskeyword(name):
        raise ExpressionError(
            f"{where}: {name!r} is a keyword of Python, by whose grammar expressions are read; "
            f"choose another name, such as '{name}1'"
        )
    if name in FUNCTIONS or name in CONSTANTS or name == TIME:
        kind = "a function" if name in FUNCTIONS else "a constant" if name in CONSTANTS else "time"
        raise ExpressionError(
            f"{where}: {name!r} already has a meaning in the expression language, {kind}; "
            f"choose another name, such as '{name}1'"
        )
    return name


def _shown(value: object) -> str:
    """Return a value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


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
        raise ExpressionError(f"{where}: an expression must be a string, got {type(text).__name__}")
    if len(text) > MAXIMUM_LENGTH:
        raise ExpressionError(
            f"{where}: an expression must have at most {MAXIMUM_LENGTH} characters, got {len(text)}; "
            "split it by definitions"
        )
    stranger = _FORBIDDEN_CHARACTER.search(text)
    if stranger:
        hint = _HINTS.get(stranger.group(), "")
        raise ExpressionError(
            f"{where}, column {stranger.start() + 1}: character {stranger.group()!r} is not allowed{hint}"
        )
    try:
        tree = ast.parse(text.strip(" "), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{where}, column {error.offset or 1}: not an expression ({error.msg})") from None
    except (ValueError, MemoryError, RecursionError):
        # The parser gives up in these ways on numbers of many thousand digits and on extreme nesting.
        raise ExpressionError(f"{where}, column 1: too large or too deeply nested to parse") from None
    # A set is used as it is: copying the names of a large system for each expression would take most of the time.
    known = names if isinstance(names, Set) else frozenset(names)
    checker = _Checker(where, len(text) - len(text.lstrip(" ")), known)
    checker.check(tree)
    tree = grouped(tree)
    checker.check_values(tree)
    return tree


_HINTS = {"^": "; write ** for a power", "%": "; write mod(a, b) for a remainder"}
"""What to write instead of a character."""
_OTHER_NAMES = {
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "ceiling": "ceil",
    "fabs": "abs",
    "fmod": "mod",
    "ln": "log",
    "pow": "**",
}
"""What other languages call a function, and its name here."""


class _Checker:
    """Walks a tree and refuses every node that is not on the whitelist, and every value out of bounds."""

    def __init__(self, where: str, indentation: int, names: Set[str]) -> None:
        self.where = where
        self.indentation = indentation
        self.names = names

    def refuse(self, node: ast.AST, problem: str) -> ExpressionError:
        column = getattr(node, "col_offset", 0) + self.indentation + 1
        return ExpressionError(f"{self.where}, column {column}: {problem}")

    def check(self, tree: ast.expr) -> None:
        """Check the form of an expression, which may be nested more deeply than Python calls functions."""
        waiting: list[tuple[ast.expr, int, int]] = [(tree, 1, 1)]
        count = 0
        while waiting:
            node, depth, terms = waiting.pop()
            count += 1
            if depth > MAXIMUM_DEPTH:
                raise self.refuse(node, f"nested deeper than {MAXIMUM_DEPTH} levels")
            if count > MAXIMUM_TERMS:
                raise self.refuse(node, f"more than {MAXIMUM_TERMS} names, numbers and operations")
            if terms >= MAXIMUM_CHAIN:
                raise self.refuse(node, f"a sum or a product of more than {MAXIMUM_CHAIN} terms")
            parts = self.parts(node)
            # The first part is the next to be looked at, so that messages name the leftmost offence.
            for index in range(len(parts) - 1, -1, -1):
                joined = index == 0 and isinstance(node, ast.BinOp) and continues(parts[0], node)
                waiting.append((parts[index], depth, terms + 1) if joined else (parts[index], depth + 1, 1))

    def parts(self, node: ast.expr) -> list[ast.expr]:
        """Return the operands of a node of the language."""
        match node:
            case ast.Constant():
                self.check_number(node)
                return []
            case ast.Name():
                if node.id not in self.names and node.id not in CONSTANTS and node.id != TIME:
                    raise self.refuse(node, f"unknown name {node.id!r}")
                return []
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return [node.operand]
            case ast.BinOp() if type(node.op) in _OPERATORS:
                return [node.left, node.right]
            case ast.Call():
                return self.arguments(node)
            case ast.IfExp():
                test = node.test
                if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _COMPARISONS):
                    raise self.refuse(test, "a condition must be one comparison with <, <=, > or >=")
                return [test.left, test.comparators[0], node.body, node.orelse]
        hint = "; write floor(a/b)" if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv) else ""
        raise self.refuse(node, f"{_describe(node)} is not allowed in an expression{hint}")

    def check_number(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse(node, f"{_shown(value)} is not a number")
        if not abs(value) <= MAXIMUM_NUMBER:
            raise self.refuse(node, f"a number must be at most {MAXIMUM_NUMBER:g}")

    def arguments(self, node: ast.Call) -> list[ast.expr]:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            called = repr(name) if name else _describe(node.func)
            hint = (
                f"write {_OTHER_NAMES[name]}" if name in _OTHER_NAMES else f"allowed are {', '.join(sorted(FUNCTIONS))}"
            )
            raise self.refuse(node, f"call of {called}; {hint}")
        least, most = FUNCTIONS[node.func.id].arguments
        if node.keywords:
            raise self.refuse(node, f"{node.func.id} takes no keyword arguments")
        if not least <= len(node.args) <= most:
            allowed = str(least) if least == most else f"{least} to {most}"
            raise self.refuse(node, f"{node.func.id} takes {allowed} arguments, not {len(node.args)}")
        return node.args

    def check_values(self, tree: ast.expr) -> None:
        """Check the depth of an expression, its exponents, and that its parts without names are finite numbers."""
        if self.is_number(tree, 1):
            self.value(tree)

    def is_number(self, node: ast.expr, depth: int) -> bool:
        """Whether an expression has no names; the largest parts that have none are checked on the way."""
        if depth > MAXIMUM_DEPTH:
            raise self.refuse(node, f"nested deeper than {MAXIMUM_DEPTH} levels")
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Name):
            return node.id in CONSTANTS and node.id not in self.names
        parts = self.parts(node)
        numbers = [self.is_number(part, depth + 1) for part in parts]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            self.check_exponent(node.right, number=numbers[1])
        if all(numbers):
            return True
        for part, number in zip(parts, numbers, strict=True):
            if number and not isinstance(part, ast.Constant | ast.Name):
                self.value(part)
        return False

    def value(self, node: ast.expr) -> float:
        value = float(evaluate(node, {}))
        if not abs(value) <= MAXIMUM_NUMBER:
            raise self.refuse(node, f"a number without names must be at most {MAXIMUM_NUMBER:g}, got {value:g}")
        return value

    def check_exponent(self, exponent: ast.expr, *, number: bool) -> None:
        if any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow) for part in ast.walk(exponent)):
            raise self.refuse(exponent, "a power inside an exponent is not allowed")
        if number:
            value = float(evaluate(exponent, {}))
            if not abs(value) <= MAXIMUM_EXPONENT:
                raise self.refuse(exponent, f"an exponent must be at most {MAXIMUM_EXPONENT}, got {value:g}")


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
