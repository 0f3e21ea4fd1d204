"""From checked expressions to the source of one compiled function, with everything constant taken out of it.

The generated function has the signature ``(t, state, constants, result)`` over raw pointers. ``constants`` holds
the value of every subexpression that depends on parameters alone, so a parameter costs nothing inside the loop
and a change of its value needs no new compilation.
"""

import ast
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.expressions import CONSTANTS, TIME, evaluate, names_in

# Names in the generated function carry a prefix: declared names such as `lambda` never meet Python's keywords.
_PRELUDE = {
    "sign": "def sign(u):\n    return 1.0 if u > 0.0 else (-1.0 if u < 0.0 else 0.0 * u)\n",
    "heaviside": "def heaviside(u):\n    return 1.0 if u > 0.0 else 0.0 * u\n",
}


@dataclass(frozen=True)
class GeneratedFunction:
    """Source of one function and the expressions that fill its table of constants.

    Attributes
    ----------
    source : str
        A Python module that defines ``generated(t, state, constants, result)``.
    constants : tuple of ast.expr
        Expressions in parameters alone, in the order of the table.
    digest : str
        Hash of the source; two systems with one structure share one compiled function.
    """

    source: str
    constants: tuple[ast.expr, ...]
    digest: str

    def table(self, parameters: Mapping[str, Any]) -> np.ndarray:
        """Evaluate the constants for one parameter set: float64 [constant]."""
        values = [evaluate(expression, parameters) for expression in self.constants]
        return np.array(values, dtype=np.float64).reshape(len(self.constants))


def generate(
    *,
    variables: Sequence[str],
    parameters: Sequence[str],
    definitions: Mapping[str, ast.expr],
    results: Sequence[ast.expr],
    epilogue: Sequence[str] = (),
    switches: Sequence[str] = (),
) -> GeneratedFunction:
    """Write the source of a function that stores ``results`` one after the other.

    Parameters
    ----------
    variables : sequence of str
        Names of the entries of ``state``, in order.
    parameters : sequence of str
        Names that are constant during an integration.
    definitions : mapping of str to ast.expr
        Intermediate quantities, each in terms of earlier ones.
    results : sequence of ast.expr
        Entry ``i`` becomes ``r_i``, stored to ``result[i]`` unless `epilogue` says otherwise.
    epilogue : sequence of str
        Lines that store the results in another way; they may use ``r_i``, ``state`` and ``result``.
    switches : sequence of str
        Names whose values a driver writes to the beginning of the table of constants during the integration.

    Returns
    -------
    GeneratedFunction
    """
    writer = _Writer(variables, parameters, switches)
    writer.take_definitions(definitions)
    body = [f"r_{index} = {writer.render(expression)}" for index, expression in enumerate(results)]
    loads = [f"v_{name} = state[{index}]" for index, name in enumerate(variables) if name in writer.used]
    stores = list(epilogue) or [f"result[{index}] = r_{index}" for index in range(len(results))]
    helpers = [f"@njit(error_model='numpy')\n{_PRELUDE[name]}" for name in sorted(writer.helpers)]
    lines = [
        "import math",
        "from numba import njit",
        "",
        *helpers,
        "",
        "def generated(t, state, constants, result):",
    ]
    lines += [f"    {line}" for line in (*loads, *writer.lines, *body, *stores)]
    source = "\n".join(lines) + "\n"
    return GeneratedFunction(
        source=source,
        constants=(*(ast.Constant(1.0) for _ in switches), *writer.constants),
        digest=hashlib.sha256(source.encode()).hexdigest()[:16],
    )


class _Writer:
    """Turns syntax trees into source, collecting the constants on the way."""

    def __init__(self, variables: Sequence[str], parameters: Sequence[str], switches: Sequence[str]) -> None:
        self.local = {name: f"v_{name}" for name in variables} | {TIME: "t"}
        self.local |= {name: f"constants[{index}]" for index, name in enumerate(switches)}
        self.first_slot = len(switches)
        self.constant_definitions: dict[str, ast.expr] = {}
        self.parameters = frozenset(parameters)
        self.constants: list[ast.expr] = []
        self.slots: dict[str, int] = {}
        self.lines: list[str] = []
        self.helpers: set[str] = set()
        self.used: set[str] = set()

    def take_definitions(self, definitions: Mapping[str, ast.expr]) -> None:
        for name, expression in definitions.items():
            if self.is_constant(expression):
                self.constant_definitions[name] = self.expand(expression)
            else:
                self.lines.append(f"d_{name} = {self.render(expression)}")
                self.local[name] = f"d_{name}"

    def is_constant(self, node: ast.expr) -> bool:
        names = names_in(node)
        return all(name in self.parameters or name in self.constant_definitions for name in names)

    def expand(self, node: ast.expr) -> ast.expr:
        """Replace constant definitions by what they stand for, so that parameters alone remain."""
        if not names_in(node) & self.constant_definitions.keys():
            return node
        return _Substitution(self.constant_definitions).visit(ast.parse(ast.unparse(node), mode="eval").body)

    def slot(self, node: ast.expr) -> str:
        expanded = self.expand(node)
        key = ast.unparse(expanded)
        if key not in self.slots:
            self.slots[key] = self.first_slot + len(self.constants)
            self.constants.append(expanded)
        return f"constants[{self.slots[key]}]"

    def render(self, node: ast.expr) -> str:
        if names_in(node) and self.is_constant(node):
            return self.slot(node)
        match node:
            case ast.Constant(value=int() | float() as number):
                return repr(float(number))
            case ast.Name(id=name) if name in CONSTANTS:
                return repr(CONSTANTS[name])
            case ast.Name(id=name):
                self.used.add(name)
                return self.local[name]
            case ast.UnaryOp(op=op, operand=operand):
                return f"({'-' if isinstance(op, ast.USub) else '+'}{self.render(operand)})"
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                return self.render_power(left, right)
            case ast.BinOp(left=left, op=op, right=right):
                return f"({self.render(left)} {_SYMBOLS[type(op)]} {self.render(right)})"
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.render_call(name, arguments)
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                condition = f"{self.render(left)} {_SYMBOLS[type(op)]} {self.render(right)}"
                return f"({self.render(body)} if {condition} else {self.render(orelse)})"
        raise AssertionError(f"unchecked expression: {ast.dump(node)}")

    def render_power(self, base: ast.expr, exponent: ast.expr) -> str:
        if not names_in(exponent):
            value = float(evaluate(exponent, {}))
            if value == 0.5:
                return f"math.sqrt({self.render(base)})"
            # An integer literal becomes multiplications; a float would call the library's pow.
            return f"({self.render(base)} ** {int(value) if value.is_integer() else value!r})"
        return f"({self.render(base)} ** {self.render(exponent)})"

    def render_call(self, name: str, arguments: Sequence[ast.expr]) -> str:
        rendered = ", ".join(self.render(argument) for argument in arguments)
        if name in _PRELUDE:
            self.helpers.add(name)
            return f"{name}({rendered})"
        return f"{name}({rendered})" if name in ("abs", "max", "min") else f"math.{name}({rendered})"


class _Substitution(ast.NodeTransformer):
    def __init__(self, replacements: Mapping[str, ast.expr]) -> None:
        self.replacements = replacements

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.replacements.get(node.id, node)


_SYMBOLS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
