"""The canonical form of equations: sums of products, so that two ways to write one equation become equal.

A product is a set of factors with exponents. A factor is a variable, or anything else that is not a polynomial, written
as text after its arguments were brought to canonical form themselves.
"""

import ast
import math
from collections.abc import Mapping, Sequence

from dysts.equations.expressions import CONSTANTS, evaluate
from dysts.errors import NotSupportedError
from dysts.systems.system import System

Term = tuple[tuple[str, float], ...]
"""Factors with their exponents, sorted; the constant term has none."""
Equation = dict[Term, float]
"""The terms of one equation with their coefficients."""

MOST_TERMS = 20_000
"""Largest number of terms of an expanded expression, which take about a second."""
CANCELLED = 1e-12
"""Largest coefficient, relative to the largest summand in it, that is the rounding error of a zero."""
DIGITS = 12
"""Significant digits of the numbers inside a factor, so that rounding errors do not make two factors of one."""

_ODD = frozenset({"sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh", "erf", "sign"})
_EVEN = frozenset({"cos", "cosh", "abs"})

_Sum = dict[Term, tuple[float, float]]
"""Terms with their coefficients and the largest summands in those."""


def canonical_form(system: System, *, variables: Sequence[str] | None = None) -> tuple[Equation, ...]:
    """Return the equations of a system as sums of products, with definitions and parameters put in.

    Parameters
    ----------
    system : System
        A flow or a map without delay.
    variables : sequence of str, optional
        Names for the variables, in order, so that systems that call them differently can be compared.

    Returns
    -------
    tuple of dict
        For each variable the coefficient of each term.

    Raises
    ------
    NotSupportedError
        If the system has a delay, or an equation has too many terms when it is multiplied out.

    Examples
    --------
    >>> import dysts
    >>> for equation in canonical_form(dysts.get_system("Rossler")):
    ...     print({term_text(term): round(coefficient, 3) for term, coefficient in equation.items()})
    {'y': -1.0, 'z': -1.0}
    {'x': 1.0, 'y': 0.2}
    {'1': 0.2, 'x*z': 1.0, 'z': -5.7}
    """
    if system.delay is not None:
        raise NotSupportedError(f"{system.name} is a delay system, which has no canonical form here")
    names = system.variables if variables is None else tuple(variables)
    known: dict[str, _Sum] = {name: _constant(value) for name, value in system.flat_parameters.items()}
    known |= {old: {((new, 1.0),): (1.0, 1.0)} for old, new in zip(system.variables, names, strict=True)}
    field = system.vector_field
    for name, tree in field.definitions.items():
        known[name] = _expand(tree, known)
    return tuple(_settled(_expand(tree, known)) for tree in field.derivatives)


def term_text(term: Term) -> str:
    """Return a term in the expression language; the constant term is ``1``.

    Examples
    --------
    >>> term_text((("x", 2.0), ("y", 1.0)))
    'x**2*y'
    """
    return "*".join(_power_text(base, exponent) for base, exponent in term) or "1"


def _power_text(base: str, exponent: float) -> str:
    if exponent == 1.0:
        return base
    shown = str(int(exponent)) if exponent.is_integer() else f"{exponent:.{DIGITS}g}"
    return f"{base}**{shown}" if exponent > 0.0 else f"{base}**({shown})"


def _constant(value: float) -> _Sum:
    return {(): (float(value), abs(float(value)))} if value != 0.0 else {}


def _settled(total: _Sum) -> Equation:
    """Return coefficients without those that are rounding errors, in the order of their terms."""
    kept = {term: value for term, (value, largest) in total.items() if abs(value) > CANCELLED * largest}
    return dict(sorted(kept.items()))


def _number(total: _Sum) -> float | None:
    """Return the value of a sum without names, or None."""
    settled = _settled(total)
    return settled.get((), 0.0) if set(settled) <= {()} else None


def _expand(tree: ast.expr, known: Mapping[str, _Sum]) -> _Sum:
    match tree:
        case ast.Constant(value=int() | float() as value):
            return _constant(value)
        case ast.Name(id=name):
            if name in known:
                return known[name]
            return _constant(CONSTANTS[name]) if name in CONSTANTS else {((name, 1.0),): (1.0, 1.0)}
        case ast.UnaryOp(op=op, operand=operand):
            inner = _expand(operand, known)
            return _scaled(inner, -1.0) if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _expand(left, known), _expand(right, known)
            match op:
                case ast.Add():
                    return _added(a, b)
                case ast.Sub():
                    return _added(a, _scaled(b, -1.0))
                case ast.Mult():
                    return _multiplied(a, b)
                case ast.Div():
                    return _multiplied(a, _raised(b, _constant(-1.0)))
                case ast.Pow():
                    return _raised(a, b)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _called(name, [_expand(argument, known) for argument in arguments])
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=body, orelse=orelse):
            difference = _text(_added(_expand(left, known), _scaled(_expand(right, known), -1.0)))
            branches = f"{_text(_expand(body, known))}, {_text(_expand(orelse, known))}"
            return _factor(f"choose({type(op).__name__}, {difference}, {branches})")
    raise AssertionError(f"unchecked expression: {ast.dump(tree)}")


def _factor(text: str) -> _Sum:
    return {((text, 1.0),): (1.0, 1.0)}


def _scaled(total: _Sum, by: float) -> _Sum:
    return {term: (value * by, largest * abs(by)) for term, (value, largest) in total.items()}


def _added(a: _Sum, b: _Sum) -> _Sum:
    result = dict(a)
    for term, (value, largest) in b.items():
        before, most = result.get(term, (0.0, 0.0))
        result[term] = before + value, max(most, largest)
    return _limited(result)


def _multiplied(a: _Sum, b: _Sum) -> _Sum:
    result: _Sum = {}
    for first, (value, largest) in a.items():
        for second, (other, most) in b.items():
            term = _joined(first, second)
            before, known = result.get(term, (0.0, 0.0))
            result[term] = before + value * other, max(known, largest * most)
        _limited(result)
    return result


def _limited(total: _Sum) -> _Sum:
    if len(total) > MOST_TERMS:
        raise NotSupportedError(f"an equation must have at most {MOST_TERMS} terms when multiplied out, got more")
    return total


def _joined(first: Term, second: Term) -> Term:
    if not first or not second:
        return first or second
    exponents = dict(first)
    for base, exponent in second:
        exponents[base] = exponents.get(base, 0.0) + exponent
    return tuple(sorted((base, exponent) for base, exponent in exponents.items() if exponent != 0.0))


def _raised(base: _Sum, exponent: _Sum) -> _Sum:
    power = _number(exponent)
    if power is None:
        return _factor(f"({_text(base)})**({_text(exponent)})")
    settled = _settled(base)
    if not settled:
        return _constant(0.0 if power > 0.0 else 1.0 if power == 0.0 else math.inf)
    if len(settled) == 1:
        (term, coefficient), *_ = settled.items()
        if coefficient > 0.0 or power.is_integer():
            value = coefficient**power
            return {tuple((name, own * power) for name, own in term if power != 0.0): (value, abs(value))}
    if power.is_integer() and power >= 0.0:
        result: _Sum = _constant(1.0)
        for _ in range(int(power)):
            result = _multiplied(result, base)
        return result
    # The factor is the sum with 1 as its first coefficient, so that proportional divisors are one factor.
    lead = next(iter(settled.values()))
    if not power.is_integer():
        lead = abs(lead)
    factor = f"({_written({term: value / lead for term, value in settled.items()})})"
    value = lead**power
    return {((factor, power),): (value, abs(value))}


def _called(name: str, arguments: list[_Sum]) -> _Sum:
    values = [_number(argument) for argument in arguments]
    if all(value is not None for value in values):
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(value) for value in values], [])
        return _constant(float(evaluate(call, {})))
    if name == "sqrt":
        return _raised(arguments[0], _constant(0.5))
    sign = 1.0
    if name in _ODD or name in _EVEN:
        settled = _settled(arguments[0])
        if next(iter(settled.values())) < 0.0:
            arguments = [_scaled(arguments[0], -1.0)]
            sign = -1.0 if name in _ODD else 1.0
    if name == "exp":
        settled = _settled(arguments[0])
        shift = settled.pop((), 0.0)
        if shift != 0.0:
            value = math.exp(shift)
            return _scaled(_factor(f"exp({_written(settled)})"), value)
    return _scaled(_factor(f"{name}({', '.join(map(_text, arguments))})"), sign)


def _text(total: _Sum) -> str:
    return _written(_settled(total))


def _written(equation: Equation) -> str:
    parts = []
    for term, value in equation.items():
        number = f"{abs(value):.{DIGITS}g}"
        body = number if not term else term_text(term) if number == "1" else f"{number}*{term_text(term)}"
        parts.append(f"{'-' if value < 0.0 else '+'} {body}")
    joined = " ".join(parts) or "+ 0"
    return joined[2:] if joined.startswith("+ ") else f"-{joined[2:]}"


def equation_text(equation: Mapping[Term, float], *, digits: int = DIGITS) -> str:
    """Return an equation in the expression language.

    Examples
    --------
    >>> equation_text({(("x", 1.0),): -10.0, (("y", 1.0),): 10.0})
    '-10*x + 10*y'
    """
    return _written({term: float(f"{value:.{digits}g}") for term, value in equation.items()})


def canonical_equations(system: System, *, digits: int = DIGITS) -> dict[str, str]:
    """Return the equations of a system as sums of products, with coefficients of some significant digits.

    Examples
    --------
    >>> import dysts
    >>> canonical_equations(dysts.get_system("Rossler"))["z"]
    '0.2 + x*z - 5.7*z'
    """
    forms = canonical_form(system)
    return {name: equation_text(form, digits=digits) for name, form in zip(system.variables, forms, strict=True)}
