"""Exact derivatives of expressions, by the rules of calculus and the table of functions.

References
----------
A. Griewank, A. Walther, Evaluating Derivatives, 2nd edition, SIAM (2008), chapter 3 (the forward mode, in which each
value of an expression carries its derivative).
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from dysts.equations.algebra import Algebra, Exponent
from dysts.equations.expressions import names_in, parse
from dysts.equations.functions import ARGUMENTS, FUNCTIONS
from dysts.equations.trees import TreeWriter

Trees = dict[str, ast.expr]


def differentiate(
    results: Sequence[ast.expr],
    definitions: Mapping[str, ast.expr],
    variables: Sequence[str],
) -> tuple[Trees, dict[tuple[int, int], ast.expr]]:
    """Differentiate expressions with respect to variables, through their intermediate definitions.

    At a kink (of ``abs``, ``max``, ``min`` or a conditional expression) the derivative is that of the piece on one
    side; jumps contribute nothing. Powers have the limits of their derivatives where the base is zero.

    Parameters
    ----------
    results : sequence of ast.expr
    definitions : mapping of str to ast.expr
        Intermediate quantities, each in terms of earlier ones.
    variables : sequence of str

    Returns
    -------
    definitions : dict of str to ast.expr
        The given definitions and the shared parts of the derivatives, in order of dependence.
    entries : dict of (int, int) to ast.expr
        The derivatives that are not identically zero, by result and variable.

    Examples
    --------
    >>> tree = parse("x**n/(1 + x**n) + sin(y)", where="example", names={"x", "y", "n"})
    >>> _, entries = differentiate([tree], {}, ["y"])
    >>> ast.unparse(entries[0, 0])
    'cos(y)'
    """
    calculus = _Calculus(results, definitions, variables)
    slopes: dict[str, int] = {}
    for name, tree in definitions.items():
        node = calculus.algebra.read(tree)
        for variable in variables:
            slope = calculus.slope(node, variable)
            if calculus.algebra.value(slope) is None:
                named = calculus.unused(f"slope_{name}_{variable}")
                slopes[named] = slope
                slope = calculus.algebra.name(named)
            calculus.known[calculus.algebra.name(name), variable] = slope
    entries: dict[tuple[int, int], int] = {}
    for row, tree in enumerate(results):
        node = calculus.algebra.read(tree)
        for column, variable in enumerate(variables):
            slope = calculus.slope(node, variable)
            if calculus.algebra.value(slope) != 0.0:
                entries[row, column] = slope
    writer = TreeWriter(calculus.algebra, [*slopes.values(), *entries.values()], calculus.taken)
    written = {name: writer.write(node) for name, node in slopes.items()}
    ready = {place: writer.write(node) for place, node in entries.items()}
    return in_order(writer.definitions | written | dict(definitions), [*results, *ready.values()]), ready


class _Calculus:
    """The rules of differentiation on numbered nodes; every derivative is found once."""

    def __init__(
        self, results: Sequence[ast.expr], definitions: Mapping[str, ast.expr], variables: Sequence[str]
    ) -> None:
        self.algebra = Algebra()
        self.taken = {*definitions, *variables}.union(*map(names_in, (*definitions.values(), *results)))
        self.known: dict[tuple[int, str], int] = {}
        self.zero, self.one = self.algebra.number(0.0), self.algebra.number(1.0)

    def unused(self, name: str) -> str:
        while name in self.taken:
            name += "x"
        self.taken.add(name)
        return name

    def slope(self, node: int, variable: str) -> int:
        """Return the derivative of a node by a variable."""
        if (node, variable) not in self.known:
            self.known[node, variable] = self._slope(node, variable)
        return self.known[node, variable]

    def _slope(self, node: int, variable: str) -> int:
        algebra = self.algebra
        match algebra.nodes[node]:
            case ("number", _):
                return self.zero
            case ("name", name):
                return self.one if name == variable else self.zero
            case ("call", name, *arguments):
                return self._chain(name, arguments, variable)
            case ("choose", comparison, left, right, above, below):
                slopes = self.slope(above, variable), self.slope(below, variable)
                return algebra.choose(comparison, left, right, *slopes)
            case ("power", base, exponent):
                return self._of_power(node, base, exponent, variable)
            case ("+", a, b):
                return algebra.plus(self.slope(a, variable), self.slope(b, variable))
            case ("-", a, b):
                return algebra.plus(self.slope(a, variable), self._scaled(-1.0, self.slope(b, variable)))
            case ("*", a, b):
                first = algebra.times(self.slope(a, variable), b)
                return algebra.plus(first, algebra.times(a, self.slope(b, variable)))
            case ("/", a, b):
                return self._of_quotient(node, a, b, variable)
            case ("sum", _, terms):
                total = self.zero
                for term, coefficient in terms:
                    total = algebra.plus(total, self._scaled(coefficient, self.slope(term, variable)))
                return total
            case ("product", _, factors):
                total = self.zero
                for base, exponent in factors:
                    total = algebra.plus(total, self._of_factor(node, base, exponent, variable))
                return total
        raise AssertionError(f"unknown node: {algebra.nodes[node]}")

    def _scaled(self, factor: float, node: int) -> int:
        return self.algebra.times(self.algebra.number(factor), node)

    def _of_factor(self, product: int, base: int, exponent: Exponent, variable: str) -> int:
        """Return the derivative of a product as if one of its factors changed alone."""
        algebra = self.algebra
        coefficient, factors = algebra.factors(product)
        number, rest = exponent
        if rest:
            power = algebra.node("power", base, algebra.exponent(exponent))
            others = {other: form for other, form in factors.items() if other != base}
            return algebra.times(algebra.product(coefficient, others), self.slope(power, variable))
        lowered = algebra.times(product, algebra.product(number, {base: (-1.0, ())}))
        return algebra.times(lowered, self.slope(base, variable))

    def _of_quotient(self, quotient: int, a: int, b: int, variable: str) -> int:
        """Return (a' - q b')/b for q = a/b, the common factors of a' and b' taken out."""
        algebra = self.algebra
        above, below = self.slope(a, variable), self.slope(b, variable)
        inverse = algebra.power(b, algebra.number(-1.0))
        if algebra.value(below) == 0.0:
            return algebra.times(above, inverse)
        if algebra.value(above) != 0.0:
            (first, left), (second, right) = algebra.factors(above), algebra.factors(below)
            common = {base: exponent for base, exponent in left.items() if right.get(base) == exponent}
            inverse = algebra.times(algebra.product(1.0, common), inverse)
            above, below = (
                algebra.product(coefficient, {base: form for base, form in factors.items() if base not in common})
                for coefficient, factors in ((first, left), (second, right))
            )
        rest = algebra.plus(above, self._scaled(-1.0, algebra.times(quotient, below)))
        return algebra.times(rest, inverse)

    def _of_power(self, node: int, base: int, exponent: int, variable: str) -> int:
        """Return the derivative of a power whose exponent is no number."""
        algebra = self.algebra
        total = self.zero
        rate = self.slope(base, variable)
        if algebra.value(rate) != 0.0:
            lowered = algebra.product(1.0, {base: (-1.0, ((exponent, 1.0),))})
            total = algebra.times(algebra.times(exponent, rate), lowered)
        rate = self.slope(exponent, variable)
        if algebra.value(rate) != 0.0:
            # The limit where the base is zero, at which the logarithm is infinite.
            grown = algebra.times(node, algebra.call("log", base))
            limited = algebra.choose(ast.Gt, algebra.times(base, base), self.zero, grown, self.zero)
            total = algebra.plus(total, algebra.times(limited, rate))
        return total

    def _chain(self, name: str, arguments: Sequence[int], variable: str) -> int:
        """Return the derivative of a function by the chain rule."""
        algebra = self.algebra
        slopes = [self.slope(argument, variable) for argument in arguments]
        if all(algebra.value(slope) == 0.0 for slope in slopes):
            return self.zero
        if not FUNCTIONS[name].derivatives:
            return self._of_choice(name, arguments, slopes)
        inner = dict(zip(ARGUMENTS, arguments, strict=False))
        total = self.zero
        for tree, slope in zip(derivative_trees(name), slopes, strict=True):
            if algebra.value(slope) != 0.0:
                total = algebra.plus(total, algebra.times(algebra.simplified(tree, inner), slope))
        return total

    def _of_choice(self, name: str, arguments: Sequence[int], slopes: Sequence[int]) -> int:
        """Return the derivative of the argument that a function chooses."""
        algebra = self.algebra
        value, slope = arguments[0], slopes[0]
        for other, other_slope in zip(arguments[1:], slopes[1:], strict=True):
            first, second = (slope, other_slope) if name == "max" else (other_slope, slope)
            slope = algebra.choose(ast.Gt, value, other, first, second)
            value = algebra.call(name, value, other)
        return slope


@cache
def derivative_trees(name: str) -> tuple[ast.expr, ...]:
    """Return the derivatives of a function by its arguments u and v as syntax trees."""
    return tuple(parse(text, where=f"derivative of {name}", names=ARGUMENTS) for text in FUNCTIONS[name].derivatives)


def in_order(definitions: Mapping[str, ast.expr], roots: Iterable[ast.expr]) -> Trees:
    """Return the definitions that the roots need, each after those that it uses itself."""
    ordered: Trees = {}
    for root in roots:
        # Each name is met twice: first its own needs are put before it, then it is taken.
        waiting = [(name, False) for name in sorted(names_in(root), reverse=True)]
        while waiting:
            name, ready = waiting.pop()
            if name not in definitions or name in ordered:
                continue
            if ready:
                ordered[name] = definitions[name]
                continue
            waiting.append((name, True))
            waiting += [(needed, False) for needed in sorted(names_in(definitions[name]), reverse=True)]
    return ordered
