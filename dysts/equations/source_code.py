"""The equations of a system as source code in Python, C and Julia, with names that are valid there."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dysts.equations.expressions import CONSTANTS
from dysts.equations.vector_field import VectorField
from dysts.errors import InvalidArgumentError, NotSupportedError

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
"""Precedence, the loosest first; a condition always stands in parentheses."""
_SIGNS: dict[type, tuple[str, int]] = {
    ast.Add: ("+", _SUM),
    ast.Sub: ("-", _SUM),
    ast.Mult: ("*", _PRODUCT),
    ast.Div: ("/", _PRODUCT),
}
_COMPARISONS: dict[type, str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True, kw_only=True)
class Language:
    """How expressions and a function of the state are written in one language.

    Attributes
    ----------
    functions : mapping of str to str
        What a function is called, where it has another name; a function of two arguments that nests for more has
        a name in `nested`.
    helpers : mapping of str to str
        The line that a function needs at the top of the file, by its name in the expression language.
    reserved : str
        Names, with blanks between, that mean something in the language or in the text around the equations.
    condition : str
        A conditional expression, with the fields test, above and below.
    power : str
        With the fields base and exponent; where it starts with a name it is a call.
    comment : str
        A line of comment, with the field text.
    """

    functions: Mapping[str, str]
    helpers: Mapping[str, str]
    reserved: str
    condition: str
    power: str
    comment: str
    nested: frozenset[str] = frozenset()

    def name(self, name: str) -> str:
        """Return a name that is valid in the language; a final underscore makes it new, as none has one."""
        return f"{name}_" if name in self.reserved.split() else name


_NUMPY = {
    name: f"np.{name}"
    for name in ("abs", "ceil", "cos", "cosh", "exp", "floor", "log", "log10", "sign", "sin", "sinh", "sqrt", "tan")
} | {
    "acos": "np.arccos",
    "asin": "np.arcsin",
    "atan": "np.arctan",
    "atan2": "np.arctan2",
    "max": "np.maximum",
    "min": "np.minimum",
    "mod": "np.mod",
    "tanh": "np.tanh",
}

LANGUAGES = {
    "python": Language(
        functions=_NUMPY | {"heaviside": "heaviside_"},
        helpers={
            "erf": "from scipy.special import erf",
            "heaviside": "def heaviside_(u):\n    return np.heaviside(u, 0.0)",
        },
        reserved="np erf derivative state parameters initial_conditions",
        condition="({above} if {test} else {below})",
        power="{base}**{exponent}",
        comment="# {text}",
        nested=frozenset({"max", "min"}),
    ),
    "c": Language(
        functions={"abs": "fabs", "max": "fmax", "min": "fmin", "heaviside": "heaviside_", "sign": "sign_"}
        | {"mod": "mod_"},
        helpers={
            "heaviside": "static double heaviside_(double u) { return u > 0.0 ? 1.0 : 0.0; }",
            "mod": "static double mod_(double u, double v) { return u - v*floor(u/v); }",
            "sign": "static double sign_(double u) { return (double)((u > 0.0) - (u < 0.0)); }",
        },
        reserved=(
            "auto break case char const continue default do double else enum extern float for goto if inline int long "
            "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile "
            "while asm typeof bool true false nullptr constexpr alignas alignof thread_local static_assert "
            "typeof_unqual linux unix NAN INFINITY HUGE_VAL NULL pow fabs fmax fmin "
            "derivative state parameters initial_conditions rate"
        ),
        condition="({test} ? {above} : {below})",
        power="pow({base}, {exponent})",
        comment="// {text}",
        nested=frozenset({"max", "min"}),
    ),
    "julia": Language(
        functions={"atan2": "atan", "heaviside": "heaviside_"},
        helpers={
            "erf": "using SpecialFunctions: erf",
            "heaviside": "heaviside_(u) = u > 0 ? 1.0 : 0.0",
        },
        reserved=(
            "baremodule begin break catch const continue do else elseif end export false finally for function global "
            "if import in isa let local macro module quote return struct true try using where while abstract mutable "
            "primitive type ccall derivative parameters initial_conditions state rate"
        ),
        condition="({test} ? {above} : {below})",
        power="{base}^{exponent}",
        comment="# {text}",
    ),
}
"""The languages by name."""


class _Writer:
    """Writes expressions, and notes which functions they call."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.called: set[str] = set()

    def write(self, node: ast.expr, least: int = _SUM) -> str:
        """Return an expression, in parentheses where it binds looser than `least`."""
        text, level = self._written(node)
        return text if level >= least else f"({text})"

    def _written(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Constant(value=int() | float() as number):
                # A whole number would be divided without its fraction in C.
                return repr(float(number)), _ATOM
            case ast.Name(id=name):
                return (repr(CONSTANTS[name]) if name in CONSTANTS else self.language.name(name)), _ATOM
            case ast.UnaryOp(op=op, operand=operand):
                if isinstance(op, ast.UAdd):
                    return self._written(operand)
                return f"-{self.write(operand, _POWER)}", _SIGN
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                if self.language.power[0] != "{":
                    return self.language.power.format(base=self.write(left), exponent=self.write(right)), _ATOM
                base, exponent = self.write(left, _ATOM), self.write(right, _ATOM)
                return self.language.power.format(base=base, exponent=exponent), _POWER
            case ast.BinOp(left=left, op=op, right=right):
                sign, level = _SIGNS[type(op)]
                between = f" {sign} " if level == _SUM else sign
                return f"{self.write(left, level)}{between}{self.write(right, level + 1)}", level
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, [self.write(argument) for argument in arguments]), _ATOM
            case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
                test = f"{self.write(left)} {_COMPARISONS[type(op)]} {self.write(right)}"
                return self.language.condition.format(
                    test=test, above=self.write(body), below=self.write(orelse)
                ), _ATOM
        raise AssertionError(f"unchecked expression: {ast.dump(node)}")

    def _call(self, name: str, arguments: list[str]) -> str:
        self.called.add(name)
        called = self.language.functions.get(name, name)
        if name in self.language.nested:
            text = arguments[0]
            for other in arguments[1:]:
                text = f"{called}({text}, {other})"
            return text
        return f"{called}({', '.join(arguments)})"


def as_code(
    field: VectorField,
    language: str,
    *,
    parameters: Mapping[str, float],
    initial_conditions: Sequence[float],
    title: str,
) -> str:
    """Return a file in which a function computes the derivative; see `System.to_code`.

    Parameters
    ----------
    field : VectorField
    language : {"python", "c", "julia"}
    parameters : mapping of str to float
        The value of each parameter of the field.
    initial_conditions : sequence of float
    title : str
        The first line, a comment.

    Raises
    ------
    InvalidArgumentError
    NotSupportedError
        If the derivative depends on a delayed state, which is no argument of such a function.
    """
    if language not in LANGUAGES:
        raise InvalidArgumentError(f"language must be one of {', '.join(map(repr, LANGUAGES))}, got {language!r}")
    if field.delayed:
        raise NotSupportedError(
            f"{field.name} has a delay, and a function of the present state in another language cannot look up the past"
        )
    chosen = LANGUAGES[language]
    writer = _Writer(chosen)
    lines = _Lines(
        names=[chosen.name(name) for name in field.variables],
        parameters={chosen.name(name): repr(float(parameters[name])) for name in field.parameters},
        definitions={chosen.name(name): writer.write(tree) for name, tree in field.definitions.items()},
        derivatives=[writer.write(tree) for tree in field.derivatives],
        start=[repr(float(value)) for value in initial_conditions],
        helpers=[chosen.helpers[name] for name in sorted(writer.called & set(chosen.helpers))],
    )
    # A name may hold no line break, so the title stays a comment.
    first = chosen.comment.format(text=" ".join(title.split()))
    return "\n".join([first, *_WRITERS[language](lines)]) + "\n"


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """The parts of a file, written in its language."""

    names: list[str]
    parameters: dict[str, str]
    definitions: dict[str, str]
    derivatives: list[str]
    start: list[str]
    helpers: list[str]


def _python(parts: _Lines) -> list[str]:
    keywords = "".join(f", {name}={value}" for name, value in parts.parameters.items())
    return [
        "import numpy as np",
        *sorted(parts.helpers, key=lambda line: line.startswith("def")),
        "",
        f"initial_conditions = [{', '.join(parts.start)}]",
        "",
        "",
        f"def derivative(t, state{', *' if keywords else ''}{keywords}):",
        f"    ({', '.join(parts.names)},) = state",
        *(f"    {name} = {text}" for name, text in parts.definitions.items()),
        "    return np.array([" + ", ".join(parts.derivatives) + "])",
    ]


def _c(parts: _Lines) -> list[str]:
    size, count = len(parts.names), len(parts.parameters)
    values = ", ".join(parts.parameters.values()) if count else "0.0"
    return [
        "#include <math.h>",
        *parts.helpers,
        "",
        f"const double initial_conditions[{size}] = {{{', '.join(parts.start)}}};",
        *([f"// {', '.join(parts.parameters)}"] if count else []),
        f"const double parameters[{max(1, count)}] = {{{values}}};",
        "",
        "void derivative(double t, const double *state, const double *parameters, double *rate)",
        "{",
        *(f"    const double {name} = state[{index}];" for index, name in enumerate(parts.names)),
        *(f"    const double {name} = parameters[{index}];" for index, name in enumerate(parts.parameters)),
        *(f"    const double {name} = {text};" for name, text in parts.definitions.items()),
        *(f"    rate[{index}] = {text};" for index, text in enumerate(parts.derivatives)),
        "    (void)t;",
        "    (void)parameters;",
        "}",
    ]


def _julia(parts: _Lines) -> list[str]:
    values = ", ".join(f"{name} = {value}" for name, value in parts.parameters.items())
    return [
        *parts.helpers,
        "",
        f"initial_conditions = [{', '.join(parts.start)}]",
        f"parameters = (; {values})",
        "",
        "function derivative!(rate, state, parameters, t)",
        f"    {', '.join(parts.names)}{',' if len(parts.names) == 1 else ''} = state",
        *([f"    (; {', '.join(parts.parameters)}) = parameters"] if parts.parameters else []),
        *(f"    {name} = {text}" for name, text in parts.definitions.items()),
        *(f"    rate[{index}] = {text}" for index, text in enumerate(parts.derivatives, 1)),
        "    return nothing",
        "end",
    ]


_WRITERS: dict[str, Callable[[_Lines], list[str]]] = {"python": _python, "c": _c, "julia": _julia}
