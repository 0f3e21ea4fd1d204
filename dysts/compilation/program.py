"""From checked expressions to a program of elementary operations, whose constant parts are computed beforehand.

A program computes each value once, however often the expressions repeat it. What depends on parameters alone is in
its table of constants, so that a parameter costs nothing inside the loop and a change of its value needs no new
compilation; a division by such a value becomes a product.
"""

import ast
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dysts.equations.expressions import CONSTANTS, TIME, evaluate, names_in

Operation = tuple[Any, ...]
"""The name of an operation and its operands: numbers of earlier operations, or constants of the operation."""

LARGEST_UNROLLED = 64
"""Integer exponents up to this one become products."""


@dataclass(frozen=True)
class Program:
    """A program and the expressions that fill its table of constants.

    Attributes
    ----------
    operations : tuple of Operation
        Each in terms of earlier ones: ``("add", 3, 5)`` is the sum of the third and the fifth.
    results : tuple of int or None
        The operations whose values are stored one after the other; None stands for zero.
    constants : tuple of ast.expr
        Expressions in parameters and in the definitions below, in the order of the table.
    tangent : tuple of (int, int, int)
        Entries (row, column, operation) of a matrix. The state and the results are followed by vectors, as many as
        are given to the compiled function, and it stores the product of the matrix with each.
    vectors : int
        The number of those vectors.
    variables : int
        The length of the state.
    definitions : mapping of str to ast.expr
        Intermediate quantities in terms of parameters alone, each in terms of earlier ones.
    """

    operations: tuple[Operation, ...]
    results: tuple[int | None, ...]
    constants: tuple[ast.expr, ...]
    tangent: tuple[tuple[int, int, int], ...] = ()
    vectors: int = 0
    variables: int = 0
    definitions: Mapping[str, ast.expr] = field(default_factory=dict)

    @property
    def listing(self) -> str:
        """The program as text for readers, one line for each operation."""
        lines = [f"{number} = {' '.join(map(str, operation))}" for number, operation in enumerate(self.operations)]
        return "\n".join([*lines, f"results {self.results}", f"tangent {self.vectors} {self.variables} {self.tangent}"])

    @property
    def digest(self) -> str:
        """Hash of the program; two systems with one structure share one compiled function."""
        return hashlib.sha256(self.listing.encode()).hexdigest()[:16]

    def table(self, parameters: Mapping[str, Any]) -> np.ndarray:
        """Evaluate the constants for one parameter set: float64 [constant]."""
        known = dict(parameters)
        for name, expression in self.definitions.items():
            known[name] = evaluate(expression, known)
        values = [evaluate(expression, known) for expression in self.constants]
        return np.array(values, dtype=np.float64).reshape(len(self.constants))


def compose(
    *,
    variables: Sequence[str],
    parameters: Sequence[str],
    definitions: Mapping[str, ast.expr],
    results: Sequence[ast.expr | None],
    tangent: Mapping[tuple[int, int], ast.expr] | None = None,
    vectors: int = 0,
    switches: Sequence[str] = (),
) -> Program:
    """Translate expressions into a program that stores `results` one after the other.

    Parameters
    ----------
    variables : sequence of str
        Names of the entries of the state, in order.
    parameters : sequence of str
        Names that are constant during an integration.
    definitions : mapping of str to ast.expr
        Intermediate quantities, each in terms of earlier ones.
    results : sequence of ast.expr or None
        None is stored as zero.
    tangent : mapping of (int, int) to ast.expr, optional
        The entries of a matrix that are not zero, by row and column.
    vectors : int
        Number of vectors after the state that the matrix is multiplied with.
    switches : sequence of str
        Names whose values a driver writes to the beginning of the table of constants during the integration.

    Returns
    -------
    Program
    """
    writer = ProgramWriter(variables, parameters, switches)
    writer.take_definitions(definitions)
    stored = tuple(None if expression is None else writer.render(expression) for expression in results)
    entries = [(row, column, writer.render(tree)) for (row, column), tree in (tangent or {}).items()]
    return Program(
        operations=tuple(writer.operations),
        results=stored,
        constants=(*(ast.Constant(1.0) for _ in switches), *writer.constants),
        tangent=tuple(entries),
        vectors=vectors,
        variables=len(variables),
        definitions=writer.constant_definitions,
    )


class ProgramWriter:
    """Translates syntax trees into operations, and collects their constants."""

    def __init__(self, variables: Sequence[str], parameters: Sequence[str], switches: Sequence[str]) -> None:
        self.operations: list[Operation] = []
        self.known: dict[Operation, int] = {}
        self.leaves: dict[str, Operation] = {name: ("state", index) for index, name in enumerate(variables)}
        self.leaves |= {name: ("constant", index) for index, name in enumerate(switches)} | {TIME: ("time",)}
        self.defined: dict[str, int] = {}
        self.first_slot = len(switches)
        self.constant_definitions: dict[str, ast.expr] = {}
        self.constancy: dict[int, tuple[ast.expr, bool]] = {}
        self.parameters = frozenset(parameters)
        self.constants: list[ast.expr] = []
        self.slots: dict[str, int] = {}

    def add(self, *operation: Any) -> int:
        """Return the number of an operation; equal operations have one number."""
        if operation[0] in ("add", "mul") and operation[1] > operation[2]:
            operation = (operation[0], operation[2], operation[1])
        if operation not in self.known:
            self.known[operation] = len(self.operations)
            self.operations.append(operation)
        return self.known[operation]

    @classmethod
    def continued(cls, operations: Sequence[Operation]) -> "ProgramWriter":
        """Return a writer that appends to a program."""
        writer = cls((), (), ())
        writer.operations = list(operations)
        writer.known = {operation: number for number, operation in enumerate(operations)}
        return writer

    def take_definitions(self, definitions: Mapping[str, ast.expr]) -> None:
        for name, expression in definitions.items():
            if self.is_constant(expression):
                self.constant_definitions[name] = expression
            else:
                self.defined[name] = self.render(expression)

    def is_constant(self, node: ast.expr) -> bool:
        """Whether an expression consists of parameters and numbers; determined once for each node."""
        if id(node) not in self.constancy:
            match node:
                case ast.Name(id=name):
                    fixed = name in self.parameters or name in self.constant_definitions or name in CONSTANTS
                case ast.Call(args=arguments):
                    fixed = all(self.is_constant(argument) for argument in arguments)
                case _:
                    parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
                    fixed = all(self.is_constant(part) for part in parts)
            # The node is kept alive, as a later node could otherwise have its address.
            self.constancy[id(node)] = (node, fixed)
        _, fixed = self.constancy[id(node)]
        return fixed

    def constant(self, node: ast.expr) -> int:
        """Return a number, or a place in the table."""
        if not names_in(node):
            return self.number(node)
        key = ast.unparse(node)
        if key not in self.slots:
            self.slots[key] = self.first_slot + len(self.constants)
            self.constants.append(node)
        return self.add("constant", self.slots[key])

    def number(self, node: ast.expr) -> int:
        """Return a number, with the expression that it is the value of unless that is a number itself."""
        literal = isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)
        return self.add("number", float(evaluate(node, {})), *([] if literal else [ast.unparse(node)]))

    def render(self, node: ast.expr) -> int:
        if self.is_constant(node):
            return self.constant(node)
        match node:
            case ast.Name(id=name):
                return self.defined[name] if name in self.defined else self.add(*self.leaves[name])
            case ast.UnaryOp(op=op, operand=operand):
                value = self.render(operand)
                return self.add("neg", value) if isinstance(op, ast.USub) else value
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.render_power(left, right)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self.render_product(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self.add("add" if isinstance(op, ast.Add) else "sub", self.render(left), self.render(right))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                first, *others = map(self.render, arguments)
                if not others:
                    return self.add(name, first)
                for other in others:
                    first = self.add(name, first, other)
                return first
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                operands = map(self.render, (left, right, body, orelse))
                return self.add("choose", _RELATIONS[type(op)], *operands)
        raise AssertionError(f"unchecked expression: {ast.dump(node)}")

    def render_product(self, node: ast.expr) -> int:
        """Multiply the variable factors, then the constant ones, then divide once."""
        above, below = _factors(node)
        constant = _product([factor for factor in above if self.is_constant(factor)])
        divisor = _product([factor for factor in below if self.is_constant(factor)])
        numerator = self.multiply([factor for factor in above if not self.is_constant(factor)])
        denominator = self.multiply([factor for factor in below if not self.is_constant(factor)])
        if divisor is not None:
            constant = ast.BinOp(constant or ast.Constant(1.0), ast.Div(), divisor)
        if numerator is None:
            numerator = self.constant(constant or ast.Constant(1.0))
        elif constant is not None:
            numerator = self.add("mul", self.constant(constant), numerator)
        return numerator if denominator is None else self.add("div", numerator, denominator)

    def multiply(self, factors: Sequence[ast.expr]) -> int | None:
        product: int | None = None
        for factor in factors:
            value = self.render(factor)
            product = value if product is None else self.add("mul", product, value)
        return product

    def render_power(self, base: ast.expr, exponent: ast.expr) -> int:
        operand = self.render(base)
        if names_in(exponent):
            return self.add("power", operand, self.render(exponent))
        value = float(evaluate(exponent, {}))
        quarters = 4.0 * abs(value)
        if not quarters.is_integer() or quarters > 4 * LARGEST_UNROLLED:
            return self.add("power", operand, self.number(exponent))
        whole, rest = divmod(int(quarters), 4)
        # Square roots are correctly rounded and take a fifth of the time of the library's power.
        parts = [self.whole_power(operand, whole)] if whole else []
        root = self.add("sqrt", operand) if rest else operand
        parts += [root] if rest & 2 else []
        parts += [self.add("sqrt", root)] if rest & 1 else []
        result = parts[0] if parts else self.add("number", 1.0)
        for part in parts[1:]:
            result = self.add("mul", result, part)
        return self.add("div", self.add("number", 1.0), result) if value < 0.0 else result

    def whole_power(self, base: int, exponent: int) -> int:
        result: int | None = None
        while True:
            if exponent & 1:
                result = base if result is None else self.add("mul", result, base)
            exponent >>= 1
            if not exponent:
                assert result is not None
                return result
            base = self.add("mul", base, base)


def _factors(node: ast.expr) -> tuple[list[ast.expr], list[ast.expr]]:
    """Return the factors and the divisors of nested products and quotients."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            (above, below), (more_above, more_below) = _factors(left), _factors(right)
            return above + more_above, below + more_below
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            (above, below), (more_above, more_below) = _factors(left), _factors(right)
            return above + more_below, below + more_above
        case ast.UnaryOp(op=ast.USub(), operand=ast.BinOp(op=ast.Mult() | ast.Div()) as operand):
            above, below = _factors(operand)
            return [ast.UnaryOp(ast.USub(), ast.Constant(1.0)), *above], below
    return [node], []


def _product(factors: Sequence[ast.expr]) -> ast.expr | None:
    product: ast.expr | None = None
    for factor in factors:
        product = factor if product is None else ast.BinOp(product, ast.Mult(), factor)
    return product


_RELATIONS: dict[type, str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
