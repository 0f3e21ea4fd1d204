"""Expressions as SymPy sees them: exact derivatives, and formulas for readers.

SymPy takes half a second to import and is needed for differentiation alone, so it is imported inside the
functions. Expressions go to it node by node and come back through the registry's own parser.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dysts.equations.expressions import CONSTANTS, TIME, names_in, parse


def to_sympy(node: ast.expr, symbols: Mapping[str, Any]) -> Any:
    """Convert a checked expression to SymPy, decimal numbers becoming exact rationals.

    Parameters
    ----------
    node : ast.expr
        What `dysts.equations.expressions.parse` returned.
    symbols : mapping of str to sympy.Expr
        A symbol, or whatever else should stand there, for each name.

    Examples
    --------
    >>> import sympy
    >>> from dysts.equations.expressions import parse
    >>> x = sympy.Symbol("x", real=True)
    >>> to_sympy(parse("0.5*abs(x)", where="example", names={"x"}), {"x": x})
    Abs(x)/2
    """
    import sympy

    def convert(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=number):
                return sympy.Rational(repr(number))
            case ast.Name(id=name):
                return sympy.pi if name in CONSTANTS and name not in symbols else symbols[name]
            case ast.UnaryOp(op=op, operand=operand):
                return -convert(operand) if isinstance(op, ast.USub) else convert(operand)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = convert(left), convert(right)
                match op:
                    case ast.Add():
                        return a + b
                    case ast.Sub():
                        return a - b
                    case ast.Mult():
                        return a * b
                    case ast.Div():
                        return a / b
                    case ast.Pow():
                        return a**b
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return functions[name](*map(convert, arguments))
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                condition = relations[type(op)](convert(left), convert(right))
                return sympy.Piecewise((convert(body), condition), (convert(orelse), True))
        raise AssertionError(f"unchecked expression: {ast.dump(node)}")

    relations: dict[type, Any] = {ast.Lt: sympy.Lt, ast.LtE: sympy.Le, ast.Gt: sympy.Gt, ast.GtE: sympy.Ge}
    functions = {
        name: getattr(sympy, name)
        for name in ("cos", "cosh", "exp", "floor", "log", "sign", "sin", "sinh", "sqrt", "tan", "tanh")
    } | {
        "abs": sympy.Abs,
        "max": sympy.Max,
        "min": sympy.Min,
        "heaviside": lambda u: sympy.Heaviside(u, 0),
    }
    return convert(node)


def from_sympy(expression: Any, *, where: str, names: Iterable[str]) -> ast.expr:
    """Convert a SymPy expression back into the language, through its text and the ordinary parser."""
    from sympy.printing.pycode import PythonCodePrinter

    class Printer(PythonCodePrinter):
        def _print_Heaviside(self, expression: Any) -> str:
            return f"heaviside({self._print(expression.args[0])})"

        def _print_sign(self, expression: Any) -> str:
            return f"sign({self._print(expression.args[0])})"

    text = Printer({"fully_qualified_modules": False}).doprint(expression)
    return parse(text, where=where, names=frozenset(names))


def differentiate(
    results: Sequence[ast.expr],
    definitions: Mapping[str, ast.expr],
    variables: Sequence[str],
    *,
    where: str,
) -> tuple[dict[str, ast.expr], dict[tuple[int, int], ast.expr]]:
    """Differentiate expressions with respect to variables, through their intermediate definitions.

    Where a function is not differentiable (``abs``, ``sign``, ``heaviside``, ``max``, ``min`` at their kinks) the
    derivative of the piece on one side is taken; jumps contribute nothing.

    Parameters
    ----------
    results : sequence of ast.expr
        What to differentiate.
    definitions : mapping of str to ast.expr
        Intermediate quantities, each in terms of earlier ones.
    variables : sequence of str
        With respect to what.
    where : str
        For messages.

    Returns
    -------
    definitions : dict of str to ast.expr
        The given definitions and the shared parts of the derivatives, in order of dependence.
    entries : dict of (int, int) to ast.expr
        The derivatives that are not identically zero, by result and variable.
    """
    import sympy

    every = {name for node in (*results, *definitions.values()) for name in names_in(node)} | set(variables)
    symbols = {name: sympy.Symbol(name, real=True) for name in (*every, *definitions, TIME)}

    # total[d][v]: the symbol of the total derivative of definition d by variable v, absent where it is zero.
    total: dict[str, dict[str, Any]] = {}
    pieces: dict[Any, Any] = {}

    def derivative(node: ast.expr, variable: str) -> Any:
        expression = to_sympy(node, symbols)
        used = names_in(node)
        result = _smooth(sympy.diff(expression, symbols[variable])) if variable in used else sympy.Integer(0)
        for name in definitions:
            if name in used and variable in total.get(name, {}):
                result += _smooth(sympy.diff(expression, symbols[name])) * total[name][variable]
        return result

    def fresh(stem: str) -> Any:
        while stem in symbols:
            stem += "x"
        symbols[stem] = sympy.Symbol(stem, real=True)
        return symbols[stem]

    for name, node in definitions.items():
        total[name] = {}
        for variable in variables:
            value = derivative(node, variable)
            if value != 0:
                total[name][variable] = fresh(f"slope_{name}_{variable}")
                pieces[total[name][variable]] = value

    entries: dict[tuple[int, int], Any] = {}
    for row, node in enumerate(results):
        for column, variable in enumerate(variables):
            value = derivative(node, variable)
            if value != 0:
                entries[row, column] = value

    shared = (fresh(f"shared_{index}") for index in range(10**6))
    replacements, reduced = sympy.cse([*pieces.values(), *entries.values()], symbols=shared, order="none")
    # A shared condition has no name in the language, whose names are numbers.
    conditions = {name: value for name, value in replacements if isinstance(value, sympy.logic.boolalg.Boolean)}
    replacements = [(name, value.xreplace(conditions)) for name, value in replacements if name not in conditions]
    reduced = [value.xreplace(conditions) for value in reduced]
    count = len(pieces)
    pieces = dict(zip(pieces, reduced[:count], strict=True)) | dict(replacements)
    entries = dict(zip(entries, reduced[count:], strict=True))

    names = frozenset(symbols)
    ready = {key: from_sympy(value, where=where, names=names) for key, value in entries.items()}
    parts = {symbol.name: from_sympy(value, where=where, names=names) for symbol, value in pieces.items()} | dict(
        definitions
    )
    return in_order(parts, [*results, *ready.values()]), ready


def _smooth(expression: Any) -> Any:
    import sympy

    return expression.replace(sympy.DiracDelta, lambda *_: sympy.Integer(0))


def in_order(definitions: Mapping[str, ast.expr], roots: Iterable[ast.expr]) -> dict[str, ast.expr]:
    """Return the definitions that the roots need, each after those that it uses itself."""
    ordered: dict[str, ast.expr] = {}

    def take(node: ast.expr) -> None:
        for name in sorted(names_in(node)):
            if name in definitions and name not in ordered:
                take(definitions[name])
                ordered[name] = definitions[name]

    for root in roots:
        take(root)
    return ordered
