"""Sums and products of expressions in a normal form, each expression kept once.

The normal form is what derivatives need to have their limits: the powers of one base are multiplied by adding their
exponents, so that ``x * x**(-0.5)`` is ``x**0.5``, which is 0 at 0, where the product is not a number. Whatever is
built here is a number of a node, and equal expressions have equal numbers.
"""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

from dysts.equations.expressions import CONSTANTS
from dysts.equations.functions import FUNCTIONS

MOST_FACTORS = 16
"""Bases of one product; a longer one is a product of products, as copies of long ones would have no bound."""

WHOLE = 1e-14
"""Distance from a whole number that counts as rounding of an exponent."""

Exponent = tuple[float, tuple[tuple[int, float], ...]]
"""A number, and nodes with their coefficients: the sum of all."""
Factors = dict[int, Exponent]
"""Bases and their exponents."""

ONE: Exponent = (1.0, ())


class Algebra:
    """Expressions as numbered nodes.

    Attributes
    ----------
    nodes : list of tuple
        The kind of each node and its operands: ``("number", value)``, ``("name", name)``, ``("call", name, *nodes)``,
        ``("choose", comparison, left, right, above, below)``, ``("power", base, exponent)``,
        ``("product", coefficient, factors)`` and ``("sum", number, terms)`` in normal form; and as they are written,
        ``("+", a, b)``, ``("-", a, b)``, ``("*", a, b)``, ``("/", a, b)``.
    """

    def __init__(self) -> None:
        self.nodes: list[tuple[Any, ...]] = []
        self.known: dict[tuple[Any, ...], int] = {}
        self.inner: dict[int, Factors] = {}

    def node(self, *content: Any) -> int:
        """Return the number of a node, which is that of an equal one before it."""
        if content not in self.known:
            self.known[content] = len(self.nodes)
            self.nodes.append(content)
        return self.known[content]

    def number(self, value: float) -> int:
        """Return the node of a number."""
        return self.node("number", float(value))

    def name(self, name: str) -> int:
        """Return the node of a name."""
        return self.node("name", name)

    def value(self, node: int) -> float | None:
        """Return the value of a number, or None for another expression."""
        kind, *operands = self.nodes[node]
        return operands[0] if kind == "number" else None

    def exponent(self, exponent: Exponent) -> int:
        """Return the node of an exponent."""
        number, rest = exponent
        total = self.number(number)
        for node, coefficient in rest:
            total = self.plus(total, self.times(self.number(coefficient), node))
        return total

    def read(self, tree: ast.expr, names: Mapping[str, int] | None = None) -> int:
        """Return the node of a syntax tree, its sums and products as they are written.

        Parameters
        ----------
        tree : ast.expr
        names : mapping of str to int, optional
            Nodes that stand for names.
        """
        return self._read(tree, names or {}, self._as_written)

    def simplified(self, tree: ast.expr, names: Mapping[str, int]) -> int:
        """Return the node of a syntax tree, its sums and products in normal form."""
        return self._read(tree, names, self._in_normal_form)

    def _read(self, tree: ast.expr, names: Mapping[str, int], combine: Callable[[ast.operator, int, int], int]) -> int:
        match tree:
            case ast.Constant(value=int() | float() as value):
                return self.number(value)
            case ast.Name(id=name):
                if name in names:
                    return names[name]
                return self.number(CONSTANTS[name]) if name in CONSTANTS else self.name(name)
            case ast.UnaryOp(op=op, operand=operand):
                node = self._read(operand, names, combine)
                return self.times(self.number(-1.0), node) if isinstance(op, ast.USub) else node
            case ast.BinOp(left=left, op=op, right=right):
                return combine(op, self._read(left, names, combine), self._read(right, names, combine))
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, *(self._read(argument, names, combine) for argument in arguments))
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                operands = (self._read(part, names, combine) for part in (left, right, body, orelse))
                return self.choose(type(op), *operands)
        raise AssertionError(f"unchecked expression: {ast.dump(tree)}")

    def _as_written(self, op: ast.operator, a: int, b: int) -> int:
        if self.value(a) is not None and self.value(b) is not None:
            return self._in_normal_form(op, a, b)
        if isinstance(op, ast.Pow):
            return self.power(a, b)
        return self.node({ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(op)], a, b)

    def _in_normal_form(self, op: ast.operator, a: int, b: int) -> int:
        match op:
            case ast.Add():
                return self.plus(a, b)
            case ast.Sub():
                return self.plus(a, self.times(self.number(-1.0), b))
            case ast.Mult():
                return self.times(a, b)
            case ast.Div():
                return self.times(a, self.power(b, self.number(-1.0)))
        return self.power(a, b)

    def call(self, name: str, *arguments: int) -> int:
        """Return a function of nodes, evaluated if they are numbers."""
        values = [self.value(argument) for argument in arguments]
        if None not in values:
            value = float(FUNCTIONS[name].evaluate(*values))
            if math.isfinite(value):
                return self.number(value)
        return self.node("call", name, *arguments)

    def choose(self, comparison: type[ast.cmpop], left: int, right: int, above: int, below: int) -> int:
        """Return a conditional expression, which is no condition where both sides are equal."""
        return above if above == below else self.node("choose", comparison, left, right, above, below)

    def power(self, base: int, exponent: int) -> int:
        """Return a power."""
        value = self.value(exponent)
        if value is None:
            return self.node("power", base, exponent)
        if value == 0.0:
            return self.number(1.0)
        coefficient, factors = self.factors(base)
        if not factors:
            number = _finite_power(coefficient, value)
            return self.product(1.0, {base: (value, ())}) if number is None else self.number(number)
        # A root of a square is no product of powers: the square may be that of a negative number.
        if value.is_integer() or (coefficient == 1.0 and all(not form[0].is_integer() for form in factors.values())):
            grown = _finite_power(coefficient, value)
            if grown is not None:
                scaled = {b: (c * value, tuple((n, k * value) for n, k in rest)) for b, (c, rest) in factors.items()}
                return self.product(grown, scaled)
        return self.product(1.0, {base: (value, ())})

    def times(self, a: int, b: int) -> int:
        """Return a product in normal form."""
        (first, left), (second, right) = self.factors(a), self.factors(b)
        if first == 0.0 or second == 0.0:
            return self.number(0.0)
        if first == 1.0 and not left:
            return b
        if second == 1.0 and not right:
            return a
        left, right = self._opened(left, right), self._opened(right, left)
        if len(left) + len(right) > MOST_FACTORS and len(left) > 1 and len(right) > 1:
            left, right = ({a: ONE}, {b: ONE}) if a != b else ({a: (2.0, ())}, {})
            first, second = 1.0, 1.0
        factors = dict(left)
        for base, exponent in right.items():
            _multiply(factors, base, exponent)
        if not _representable(first * second):
            factors[self.number(second)] = ONE
            second = 1.0
        return self.product(first * second, factors)

    def product(self, coefficient: float, factors: Factors) -> int:
        """Return a coefficient times powers of bases."""
        if coefficient == 0.0 or not factors:
            return self.number(coefficient)
        if coefficient == 1.0 and len(factors) == 1 and next(iter(factors.values())) == ONE:
            return next(iter(factors))
        return self.node("product", coefficient, tuple(sorted(factors.items())))

    def factors(self, node: int) -> tuple[float, Factors]:
        """Return the coefficient of an expression and its factors; a product as it is written is one factor."""
        match self.nodes[node]:
            case ("number", value):
                return value, {}
            case ("product", coefficient, factors):
                return coefficient, dict(factors)
            case ("power", base, exponent):
                return 1.0, {base: (0.0, ((exponent, 1.0),))}
        return 1.0, {node: ONE}

    def _opened(self, factors: Factors, others: Factors) -> Factors:
        """Take written products apart whose factors meet a power of the same base that may be infinite at zero."""
        singular = {base for base, (number, rest) in others.items() if number < 0.0 or rest}
        result: Factors = {}
        for base, (number, rest) in factors.items():
            inner = {} if rest or not singular else self._inner(base)
            if singular & inner.keys():
                for part, (own, more) in inner.items():
                    _multiply(result, part, (own * number, tuple((node, k * number) for node, k in more)))
            else:
                _multiply(result, base, (number, rest))
        return result

    def _inner(self, node: int) -> Factors:
        """Return the factors of a product or a root as it is written, where its coefficient is 1."""
        if node not in self.inner:
            factors: Factors = {}
            match self.nodes[node]:
                case ("call", "sqrt", base):
                    factors = {base: (0.5, ())}
                case ("*" | "/" as kind, a, b):
                    for part, sign in ((a, 1.0), (b, 1.0 if kind == "*" else -1.0)):
                        coefficient, own = self.factors(part)
                        own = self._inner(part) or own if coefficient == 1.0 else {part: ONE}
                        for base, (number, rest) in own.items():
                            _multiply(factors, base, (sign * number, tuple((n, sign * k) for n, k in rest)))
                    if len(factors) > MOST_FACTORS:
                        factors = {}
            self.inner[node] = factors
        return self.inner[node]

    def plus(self, a: int, b: int) -> int:
        """Return a sum in normal form."""
        if self.value(a) == 0.0 or self.value(b) == 0.0:
            return b if self.value(a) == 0.0 else a
        (first, left), (second, right) = self._terms(a), self._terms(b)
        if not math.isfinite(first + second):
            return self.node("+", a, b)
        terms = dict(left)
        for term, coefficient in right.items():
            total = terms.pop(term, 0.0) + coefficient
            if total != 0.0:
                terms[term] = total
        number = first + second
        if not terms:
            return self.number(number)
        if number == 0.0 and len(terms) == 1:
            ((term, coefficient),) = terms.items()
            return self.times(self.number(coefficient), term)
        return self.node("sum", number, tuple(terms.items()))

    def _terms(self, node: int) -> tuple[float, dict[int, float]]:
        match self.nodes[node]:
            case ("number", value):
                return value, {}
            case ("sum", number, terms):
                return number, dict(terms)
            case ("product", coefficient, factors):
                return 0.0, {self.product(1.0, dict(factors)): coefficient}
        return 0.0, {node: 1.0}


def operands_of(content: tuple[Any, ...]) -> list[int]:
    """Return the nodes that a node is made of."""
    match content:
        case ("number" | "name", _):
            return []
        case ("call" | "choose", _, *nodes):
            return nodes
        case ("sum", _, terms):
            return [term for term, _ in terms]
        case ("product", _, factors):
            return [node for base, (_, rest) in factors for node in (base, *(other for other, _ in rest))]
    return list(content[1:])


def _representable(product: float) -> bool:
    return math.isfinite(product) and abs(product) > 1e-300


def _finite_power(base: float, exponent: float) -> float | None:
    try:
        value = base**exponent
    except (OverflowError, ZeroDivisionError):
        return None
    return value if isinstance(value, float) and _representable(value) else None


def _multiply(factors: Factors, base: int, exponent: Exponent) -> None:
    """Multiply factors by a power of one base."""
    (number, rest), (known, others) = exponent, factors.pop(base, (0.0, ()))
    total = dict(others)
    for node, coefficient in rest:
        total[node] = total.get(node, 0.0) + coefficient
    whole = round(known + number)
    # 0.7 - 1 + 0.3 is no zero in binary numbers.
    number = float(whole) if abs(known + number - whole) < WHOLE else known + number
    added = number, tuple(sorted((node, coefficient) for node, coefficient in total.items() if coefficient))
    if added != (0.0, ()):
        factors[base] = added
