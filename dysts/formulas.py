"""The equations of a system as SymPy expressions and as LaTeX."""

import re
from typing import TYPE_CHECKING, Any

from dysts.expressions import TIME
from dysts.symbolic import to_sympy

if TYPE_CHECKING:
    from dysts.system import System

LARGEST_DENOMINATOR = 12
"""Larger fractions are typeset as decimal numbers, as they were written."""


def symbols_of(system: "System") -> dict[str, Any]:
    """Return a real SymPy symbol for each name that the equations may use."""
    import sympy

    names = (*system.variables, *system.delayed_variables, *system.flat_parameters, TIME)
    return {name: sympy.Symbol(name, real=True) for name in names}


def as_sympy(system: "System") -> dict[Any, Any]:
    """Return the derivative of each variable; see `System.to_sympy`."""
    symbols = symbols_of(system)
    definitions, equations = system.trees
    for name, tree in definitions.items():
        symbols[name] = to_sympy(tree, symbols)
    return {symbols[name]: to_sympy(tree, symbols) for name, tree in zip(system.variables, equations, strict=True)}


def as_latex(system: "System") -> str:
    """Return the equations as a LaTeX environment; see `System.to_latex`."""
    import sympy

    symbols = symbols_of(system)
    definitions, equations = system.trees
    symbols |= {name: sympy.Symbol(name, real=True) for name in definitions}
    written = {symbol: _typeset_name(name) for name, symbol in symbols.items()}
    for delayed, own in zip(system.delayed_variables, system.variables, strict=False):
        written[symbols[delayed]] = rf"{_typeset_name(own)}_{{{_typeset_name(str(system.delay))}}}"

    def typeset(expression: Any) -> str:
        decimals = {
            number: sympy.Float(str(float(number)), 15)
            for number in expression.atoms(sympy.Rational)
            if number.q > LARGEST_DENOMINATOR
        }
        return str(sympy.latex(expression.xreplace(decimals), symbol_names=written, full_prec=False))

    lines = [
        rf"\dot{{{written[symbols[name]]}}} &= {typeset(to_sympy(tree, symbols))}"
        for name, tree in zip(system.variables, equations, strict=True)
    ]
    lines += [f"{written[symbols[name]]} &= {typeset(to_sympy(tree, symbols))}" for name, tree in definitions.items()]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _typeset_name(name: str) -> str:
    """Return a name in LaTeX: Greek letters and subscripts as such, other words upright."""
    import sympy

    stem, *indices = re.sub(r"(?<=[A-Za-z])(?=[0-9])", "_", name).split("_")
    letter = sympy.latex(sympy.Symbol(stem))
    if letter == stem and len(stem) > 1:
        letter = rf"\mathrm{{{stem}}}"
    return letter + (f"_{{{','.join(indices)}}}" if indices else "")
