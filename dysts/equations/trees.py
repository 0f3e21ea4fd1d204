"""From numbered nodes back to syntax trees, with names for what is used several times."""

import ast
from collections import Counter
from collections.abc import Iterable
from typing import Any

from dysts.equations.algebra import Algebra, Exponent, operands_of
from dysts.equations.grouping import balanced

SMALLEST_SHARED = 8
"""Parts of an expression from which on it gets a name where it is used twice."""
DEEPEST = 40
"""Levels of nesting from which on an expression gets a name."""


class TreeWriter:
    """Writes syntax trees of nodes.

    Parameters
    ----------
    algebra : Algebra
    roots : iterable of int
        All nodes that will be written, from which the uses of each are counted.
    taken : set of str
        Names that new definitions must avoid.

    Attributes
    ----------
    definitions : dict of str to ast.expr
        What was given a name, each in terms of earlier ones.
    """

    def __init__(self, algebra: Algebra, roots: Iterable[int], taken: set[str]) -> None:
        self.algebra = algebra
        self.taken = taken
        self.definitions: dict[str, ast.expr] = {}
        self.written: dict[int, tuple[ast.expr, int, int]] = {}
        self.uses: Counter[int] = Counter()
        self.divided: Counter[int] = Counter()
        self.reciprocals: dict[int, ast.expr] = {}
        waiting = list(roots)
        self.uses.update(waiting)
        seen: set[int] = set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                operands = operands_of(algebra.nodes[node])
                self.uses.update(operands)
                self.divided.update(_divisors(algebra.nodes[node]))
                waiting += operands

    def write(self, node: int) -> ast.expr:
        """Return the syntax tree of a node."""
        return self._write(node)[0]

    def _write(self, node: int) -> tuple[ast.expr, int, int]:
        """Return the tree, its levels, and the number of its parts."""
        if node not in self.written:
            tree, depth, parts = self._tree(node)
            if depth > DEEPEST or (self.uses[node] > 1 and parts >= SMALLEST_SHARED):
                tree, depth, parts = self._named(tree), 1, 1
            self.written[node] = tree, depth, parts
        return self.written[node]

    def _named(self, tree: ast.expr) -> ast.expr:
        name = f"shared_{len(self.definitions)}"
        while name in self.taken:
            name += "x"
        self.definitions[name] = tree
        return ast.Name(name, ast.Load())

    def _reciprocal(self, base: int, tree: ast.expr) -> ast.expr:
        if base not in self.reciprocals:
            self.reciprocals[base] = self._named(ast.BinOp(number(1.0), ast.Div(), tree))
        return self.reciprocals[base]

    def _tree(self, node: int) -> tuple[ast.expr, int, int]:
        content = self.algebra.nodes[node]
        operands = {operand: self._write(operand) for operand in operands_of(content)}
        depth = 1 + max((part[1] for part in operands.values()), default=0)
        parts = 1 + sum(part[2] for part in operands.values())
        trees = {operand: part[0] for operand, part in operands.items()}
        match content:
            case ("number", value):
                return number(value), 1, 1
            case ("name", name):
                return ast.Name(name, ast.Load()), 1, 1
            case ("call", name, *arguments):
                return ast.Call(ast.Name(name, ast.Load()), [trees[one] for one in arguments], []), depth, parts
            case ("choose", comparison, left, right, above, below):
                test = ast.Compare(trees[left], [comparison()], [trees[right]])
                return ast.IfExp(test, trees[above], trees[below]), depth + 1, parts
            case ("power", base, exponent):
                return ast.BinOp(trees[base], ast.Pow(), trees[exponent]), depth, parts
            case ("sum", constant, terms):
                signed: list[tuple[type[ast.operator], ast.expr]] = []
                for term, coefficient in terms:
                    signed.append(_signed(coefficient, trees[term]))
                if constant != 0.0:
                    signed.append((ast.Add, number(constant)) if constant > 0.0 else (ast.Sub, number(-constant)))
                # One without a minus before it comes first.
                signed.sort(key=lambda term: term[0] is ast.Sub)
                return _chained(signed), depth + 1 + _levels(len(signed)), parts + len(signed)
            case ("product", coefficient, factors):
                return (
                    self._product(coefficient, factors, trees),
                    depth + 3 + _levels(len(factors)),
                    parts + len(factors),
                )
            case (kind, a, b):
                operator = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div}[kind]
                return ast.BinOp(trees[a], operator(), trees[b]), depth, parts
        raise AssertionError(f"unknown node: {content}")

    def _product(
        self, coefficient: float, factors: tuple[tuple[int, Exponent], ...], trees: dict[int, ast.expr]
    ) -> ast.expr:
        terms: list[tuple[type[ast.operator], ast.expr]] = []
        if abs(coefficient) != 1.0:
            terms.append((ast.Mult, number(abs(coefficient))))
        for base, (constant, rest) in factors:
            below, tree = not rest and constant < 0.0, trees[base]
            if below and self.divided[base] > 1:
                # One division for all, which takes the time of several products.
                below, constant, tree = False, -constant, self._reciprocal(base, tree)
            power = _raised(tree, -constant if below else constant, [(trees[n], k) for n, k in rest])
            terms.append((ast.Div if below else ast.Mult, power))
        terms.sort(key=lambda term: term[0] is ast.Div)
        if terms[0][0] is ast.Div:
            terms.insert(0, (ast.Mult, number(1.0)))
        tree = _chained(terms)
        return ast.UnaryOp(ast.USub(), tree) if coefficient < 0.0 else tree


def number(value: float) -> ast.expr:
    """Return the syntax tree of a number; whole numbers are written as such, and a minus stands before."""
    size = abs(value)
    constant = ast.Constant(int(size) if size.is_integer() and size < 1e15 else size)
    return ast.UnaryOp(ast.USub(), constant) if value < 0.0 else constant


def _divisors(content: tuple[Any, ...]) -> list[int]:
    if content[0] != "product":
        return []
    return [base for base, (constant, rest) in content[2] if not rest and constant < 0.0]


def _signed(coefficient: float, tree: ast.expr) -> tuple[type[ast.operator], ast.expr]:
    operator = ast.Add if coefficient > 0.0 else ast.Sub
    size = abs(coefficient)
    return operator, tree if size == 1.0 else ast.BinOp(number(size), ast.Mult(), tree)


def _raised(base: ast.expr, constant: float, rest: list[tuple[ast.expr, float]]) -> ast.expr:
    if not rest:
        return base if constant == 1.0 else ast.BinOp(base, ast.Pow(), number(constant))
    terms = [_signed(coefficient, tree) for tree, coefficient in rest]
    if constant != 0.0:
        terms.append((ast.Add, number(constant)) if constant > 0.0 else (ast.Sub, number(-constant)))
    terms.sort(key=lambda term: term[0] is ast.Sub)
    return ast.BinOp(base, ast.Pow(), _chained(terms))


def _chained(terms: list[tuple[type[ast.operator], ast.expr]]) -> ast.expr:
    """Return a sum or product of terms; a minus may stand before the first."""
    kind, first = terms[0]
    if kind is ast.Sub:
        terms = [(kind, ast.UnaryOp(ast.USub(), first)), *terms[1:]]
    return balanced(terms)


def _levels(terms: int) -> int:
    return max(1, terms - 1).bit_length()
