"""What a method has found, as a system with its provenance, from coefficients or from text."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.expansion import equation_text
from dysts.discovery.terms import TermLibrary
from dysts.errors import ForecastError, InvalidArgumentError
from dysts.systems.system import System
from dysts.version import __version__

FloatArray = NDArray[np.float64]

COEFFICIENT_DIGITS = 12
"""Significant digits of a coefficient in an equation, so that 9.999999999999996 is written as 10."""

_WORDS = {"np.": "", "numpy.": "", "math.": "", "torch.": "", "jnp.": ""}
_CALLS = {"Abs": "abs", "ln": "log", "arctan": "atan", "arcsin": "asin", "arccos": "acos", "fabs": "abs"}
_ONE_ARGUMENT = {
    "square": "(({0})**2)",
    "cube": "(({0})**3)",
    "inv": "(1/({0}))",
    "neg": "(-({0}))",
}
_TWO_ARGUMENTS = {
    "add": "(({0}) + ({1}))",
    "sub": "(({0}) - ({1}))",
    "mul": "(({0})*({1}))",
    "div": "(({0})/({1}))",
    "pow": "(({0})**({1}))",
}
"""Calls of other programs, such as those of gplearn and PySR, in the expression language."""


def system_of_coefficients(
    name: str,
    library: TermLibrary,
    coefficients: FloatArray,
    *,
    initial_conditions: Sequence[float],
    remarks: Sequence[str],
) -> System:
    """Return the system whose equations are a library times coefficients [component, term].

    Raises
    ------
    ForecastError
        If a coefficient is not finite.
    """
    if not np.isfinite(coefficients).all():
        raise ForecastError("the method returned coefficients that are not finite")
    equations = {
        variable: equation_text(
            {term: float(value) for term, value in zip(library.terms, row, strict=True) if value != 0.0},
            digits=COEFFICIENT_DIGITS,
        )
        for variable, row in zip(library.variables, coefficients, strict=True)
    }
    return _system(name, equations, initial_conditions, remarks)


def system_of_text(
    name: str,
    equations: Mapping[str, str],
    *,
    initial_conditions: Sequence[float] | Mapping[str, float],
    columns: Sequence[str] = (),
    remarks: Sequence[str] = (),
    period: float | None = None,
) -> System:
    """Return the system of equations that another program wrote, such as PySR, gplearn or Operon.

    The text is rewritten into the expression language and parsed by it; nothing is executed.

    Parameters
    ----------
    name : str
    equations : mapping of str to str
        The derivative of each variable.
    initial_conditions : sequence or mapping of float
    columns : sequence of str
        What the program calls the variables, in order, where it does so: ``X0``, ``x0``, ``X1``, ...
    remarks : sequence of str
        Where the equations come from.
    period : float, optional
        Period in the unit of time of the equations, such as that of `dysts.dominant_period` of the series. Without one
        the system has no step by default: it is integrated for given times or with a given step.

    Raises
    ------
    ExpressionError
        If a text is outside the language; the message names the variable and the column.

    Examples
    --------
    >>> found = system_of_text("Found", {"x": "square(X1)^1 - 2*X0", "y": "mul(X0, 0.5)"}, columns=("X0", "X1"),
    ...     initial_conditions=[1.0, 0.0])
    >>> found.equations["x"], found.equations["y"]
    ('((y)**2)**1 - 2*x', '((x)*(0.5))')
    """
    variables = tuple(equations)
    if columns and len(columns) != len(variables):
        raise InvalidArgumentError(f"columns must be {len(variables)} names, got {len(columns)}")
    for variable, text in equations.items():
        if not isinstance(text, str) or not text.strip():
            raise ForecastError(f"the method returned no equation for {variable}")
    written = {
        variable: _rewritten(text, dict(zip(columns, variables, strict=False))) for variable, text in equations.items()
    }
    found = _system(name, written, initial_conditions, remarks)
    return found if period is None else found.with_period(period)


def _system(name: str, equations: Mapping[str, str], start: Any, remarks: Sequence[str]) -> System:
    system = System.from_equations(
        name,
        equations,
        initial_conditions=start if isinstance(start, Mapping) else [float(value) for value in start],
        description="Equations found from a series",
    )
    entry = system.to_entry()
    entry["definition"]["remarks"] = [*remarks, f"found by dysts {__version__}"]
    return System.from_entry(name, entry)


def _rewritten(text: str, columns: Mapping[str, str]) -> str:
    for word, instead in _WORDS.items():
        text = text.replace(word, instead)
    text = " ".join(text.replace("^", "**").split())
    text = _with_calls(text)
    return re.sub(
        r"[A-Za-z_]\w*", lambda found: columns.get(found.group(), _CALLS.get(found.group(), found.group())), text
    )


def _with_calls(text: str) -> str:
    """Replace the calls that have another form in the expression language, from the innermost outwards."""
    names = "|".join((*_ONE_ARGUMENT, *_TWO_ARGUMENTS))
    begin = 0
    while found := re.compile(rf"\b({names})\(").search(text, begin):
        end, commas = _closing(text, found.end())
        if end < 0:
            return text
        bounds = [found.end() - 1, *commas, end]
        parts = [_with_calls(text[a + 1 : b].strip()) for a, b in itertools.pairwise(bounds)]
        form = _ONE_ARGUMENT.get(found.group(1)) if len(parts) == 1 else _TWO_ARGUMENTS.get(found.group(1))
        if form is None or len(parts) > 2:
            begin = found.end()
            continue
        written = form.format(*parts)
        text = text[: found.start()] + written + text[end + 1 :]
        begin = found.start() + len(written)
    return text


def _closing(text: str, position: int) -> tuple[int, list[int]]:
    """Return where the parenthesis before a position is closed, and where the commas between its arguments are."""
    depth = 1
    commas: list[int] = []
    for index in range(position, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index, commas
        if depth == 1 and text[index] == ",":
            commas.append(index)
    return -1, []
