"""Runs inside heyoka's environment: trajectories to more digits than double precision, as JSON lines.

Usage: python reference.py JOBS

JOBS is a JSON file with a list of jobs, each the equations of one system with its numbers, the initial state and the
output times. One line is printed for each job as it is done. The method is heyoka's Taylor series at the epsilon of
``long double`` or of quadruple precision; nothing of dysts is imported, so that a mistake there is not repeated here.
Every number of a job, also those inside expressions, stands for exactly the double that it is nearest to; pi is pi.
"""

import ast
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import heyoka
import numpy as np
from switching import SwitchedFlow, advance

PRECISIONS: dict[str, Any] = {"long double": np.longdouble, "quadruple": heyoka.real128}

HALVINGS = 5
SERIES_TERMS = 25


class Equations:
    """The expressions of one job as heyoka's, kinks being replaced by signs that are runtime parameters.

    Attributes
    ----------
    switches : list of heyoka.expression
        Number ``i`` decides the sign ``par[i]``: ``abs(u)`` is ``par[i]*u`` with the switch ``u``.
    """

    def __init__(self, job: Mapping[str, Any], real: Callable[[float], Any]) -> None:
        self.job = job
        self.real = real
        self.switches: list[Any] = []

    def derivatives(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the right-hand sides with the given expressions in place of the variables."""
        known = dict(values)
        for name, text in self.job["definitions"].items():
            known[name] = self.convert(ast.parse(text.strip(), mode="eval").body, known)
        return [self.convert(ast.parse(text.strip(), mode="eval").body, known) for text in self.job["equations"]]

    def convert(self, node: ast.expr, known: Mapping[str, Any]) -> Any:
        """Return one whitelisted syntax tree as an expression."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return self.number(float(value))
            case ast.Name(id=name) if name in known:
                return known[name]
            case ast.Name(id=name) if name in self.job["parameters"]:
                return self.number(self.job["parameters"][name])
            case ast.Name(id="t"):
                return heyoka.time
            case ast.Name(id="pi"):
                return heyoka.pi
            case ast.UnaryOp(op=ast.USub()):
                return -self.convert(node.operand, known)
            case ast.BinOp(op=ast.Pow()):
                return self.power(self.convert(node.left, known), self.exact(node.right))
            case ast.BinOp():
                left, right = self.convert(node.left, known), self.convert(node.right, known)
                match node.op:
                    case ast.Add():
                        return left + right
                    case ast.Sub():
                        return left - right
                    case ast.Mult():
                        return left * right
                    case ast.Div():
                        return self.quotient(node, left, right, known)
            case ast.Call(func=ast.Name(id=name)):
                return self.call(name, [self.convert(argument, known) for argument in node.args])
        raise ValueError(f"{self.job['name']}: {ast.unparse(node)} is outside the language of the reference")

    def quotient(self, node: ast.BinOp, left: Any, right: Any, known: Mapping[str, Any]) -> Any:
        """Return a quotient; ``c*w/(1 - exp(w))`` without the division of 0 by 0 at which a Taylor step would vanish.

        It is ``-c/phi(w)`` with ``phi(w) = (exp(w) - 1)/w``, and ``phi(2*w) = phi(w)*(exp(w) + 1)/2``, so that a short
        series is enough for large ``w`` too.
        """
        match node.right:
            case ast.BinOp(
                left=ast.Constant(value=1), op=ast.Sub(), right=ast.Call(func=ast.Name("exp"), args=[inner])
            ):
                exponent = self.convert(inner, known)
            case _:
                return left / right
        variables = sorted(heyoka.get_variables(exponent))
        ratio = heyoka.cfunc([left / exponent], vars=[heyoka.expression(name) for name in variables], fp_type=self.real)
        first, second = (ratio(np.array([self.real(value)] * len(variables)))[0] for value in (1e3, 1e6))
        if not abs(first - second) < 1e-15 * abs(second):
            return left / right
        one, half = self.number(1.0), self.number(0.5)
        small = exponent * self.number(0.5**HALVINGS)
        phi = one
        for term in range(SERIES_TERMS, 1, -1):
            phi = one + small / self.number(float(term)) * phi
        for _ in range(HALVINGS):
            phi = phi * half * (heyoka.exp(small) + one)
            small = small + small
        return -heyoka.expression(second) / phi

    def number(self, value: float) -> Any:
        return heyoka.expression(self.real(value))

    def exact(self, node: ast.expr) -> Fraction:
        """Return the value of an exponent, which names parameters only."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return Fraction(value)
            case ast.Name(id=name) if name in self.job["parameters"]:
                return Fraction(self.job["parameters"][name])
            case ast.UnaryOp(op=ast.USub()):
                return -self.exact(node.operand)
            case ast.BinOp(op=ast.Div()):
                return self.exact(node.left) / self.exact(node.right)
        raise ValueError(f"{self.job['name']}: exponent {ast.unparse(node)} is not a plain number")

    def power(self, base: Any, exponent: Fraction) -> Any:
        # heyoka's recurrence for powers divides by the base, which fails where the base is 0; products do not.
        if exponent.denominator != 1:
            return base ** heyoka.expression(self.real(exponent.numerator) / self.real(exponent.denominator))
        result, factor, bits = None, base, abs(exponent.numerator)
        while bits:
            if bits & 1:
                result = factor if result is None else result * factor
            bits >>= 1
            if bits:
                factor = factor * factor
        if result is None:
            return self.number(1.0)
        return result if exponent > 0 else self.number(1.0) / result

    def call(self, name: str, arguments: Sequence[Any]) -> Any:
        half, one = self.number(0.5), self.number(1.0)
        first = arguments[0]
        match name:
            case "sin" | "cos" | "tan" | "sinh" | "cosh" | "tanh" | "exp" | "log" | "sqrt":
                return getattr(heyoka, name)(first)
            case "abs":
                return self.switch(first) * first
            case "sign":
                return self.switch(first)
            case "heaviside":
                return half * (one + self.switch(first))
            case "max" | "min":
                for other in arguments[1:]:
                    sign = self.switch(first - other) if name == "max" else self.switch(other - first)
                    first = half * (one + sign) * first + half * (one - sign) * other
                return first
        raise ValueError(f"{self.job['name']}: function {name!r} is outside the language of the reference")

    def switch(self, expression: Any) -> Any:
        """Return the sign of an expression as a runtime parameter."""
        if expression not in self.switches:
            self.switches.append(expression)
        return heyoka.par[self.switches.index(expression)]


class SmoothFlow:
    """A system without kinks and without delay."""

    def __init__(
        self, variables: Sequence[Any], derivatives: Sequence[Any], real: Callable[[float], Any], longest: Any
    ) -> None:
        self.real = real
        self.longest = longest
        self.steps = 0
        self.switchings = 0
        self.integrator = heyoka.taylor_adaptive(
            list(zip(variables, derivatives, strict=True)),
            np.array([real(0.0)] * len(variables)),
            fp_type=real,
            compact_mode=True,
            high_accuracy=True,
        )

    def states(self, initial: Sequence[float], times: Sequence[float]) -> list[Any]:
        """Return the state at each time, an array of extended precision."""
        self.integrator.time = self.real(0.0)
        self.integrator.state[:] = [self.real(value) for value in initial]
        rows = []
        for end in times:
            self.steps += advance(self.integrator, self.real(end), self.longest)[1]
            rows.append(self.integrator.state.copy())
        return rows


class DelayFlow:
    """A delay system with constant history as a chain of ordinary ones, one for each delay that passes.

    Piece ``k`` is ``x_k(s) = x(k*delay + s)`` for ``s`` from 0 to the delay, driven by piece ``k - 1`` at the same
    ``s``. The chain is integrated once for each piece, as the end of one is the beginning of the next; the
    parameters ``0 .. pieces - 1`` hold back the pieces whose beginning is not known yet, the others are the history.
    """

    def __init__(self, equations: Equations, real: Callable[[float], Any]) -> None:
        job = equations.job
        self.real = real
        self.longest = real(job["longest_step"])
        self.steps = 0
        self.switchings = 0
        self.delay = job["delay"]
        self.size = len(job["variables"])
        self.pieces = max(1, -(-Fraction(job["times"][-1]) // Fraction(self.delay)))
        before = [heyoka.par[self.pieces + index] for index in range(self.size)]
        system = []
        for piece in range(self.pieces):
            now = [heyoka.expression(f"{name}_{piece}") for name in job["variables"]]
            known = dict(zip(job["variables"], now, strict=True))
            known |= {f"{name}_tau": value for name, value in zip(job["variables"], before, strict=True)}
            derivatives = [heyoka.par[piece] * derivative for derivative in equations.derivatives(known)]
            system += list(zip(now, derivatives, strict=True))
            before = now
        if equations.switches:
            raise ValueError(f"{job['name']}: a delay system with kinks is outside the reference")
        self.integrator = heyoka.taylor_adaptive(
            system,
            np.array([real(0.0)] * len(system)),
            fp_type=real,
            pars=np.array([real(0.0)] * (self.pieces + self.size)),
            compact_mode=True,
            high_accuracy=True,
        )

    def states(self, initial: Sequence[float], times: Sequence[float]) -> list[Any]:
        """Return the state at each time, an array of extended precision."""
        start = [self.real(value) for value in initial]
        beginnings = np.array(start * self.pieces)
        self.integrator.pars[:] = [self.real(0.0)] * self.pieces + start
        for piece in range(self.pieces - 1):
            self.integrator.pars[piece] = self.real(1.0)
            self.restart(beginnings)
            self.advance(self.real(self.delay))
            following = (piece + 1) * self.size
            beginnings[following : following + self.size] = self.integrator.state[following - self.size : following]
        self.integrator.pars[self.pieces - 1] = self.real(1.0)

        self.restart(beginnings)
        places = []
        for index, end in enumerate(times):
            piece = min(Fraction(end) // Fraction(self.delay), self.pieces - 1)
            places.append((self.real(end) - self.real(piece) * self.real(self.delay), piece, index))
        rows: list[Any] = [None] * len(times)
        for rest, piece, index in sorted(places):
            self.advance(rest)
            rows[index] = self.integrator.state[piece * self.size : (piece + 1) * self.size].copy()
        return rows

    def restart(self, beginnings: Any) -> None:
        self.integrator.time = self.real(0.0)
        self.integrator.state[:] = beginnings

    def advance(self, end: Any) -> None:
        self.steps += advance(self.integrator, end, self.longest)[1]


def flow_of(job: Mapping[str, Any], real: Callable[[float], Any]) -> SmoothFlow | SwitchedFlow | DelayFlow:
    """Compile the kind of flow that the job is."""
    equations = Equations(job, real)
    if job["delay"] is not None:
        return DelayFlow(equations, real)
    longest = real(job["longest_step"])
    variables = [heyoka.expression(name) for name in job["variables"]]
    derivatives = equations.derivatives(dict(zip(job["variables"], variables, strict=True)))
    if equations.switches:
        return SwitchedFlow(variables, derivatives, equations.switches, real, longest)
    return SmoothFlow(variables, derivatives, real, longest)


def digits(value: Any) -> str:
    """Return a number of extended precision with all its digits."""
    return (
        np.format_float_scientific(value, precision=20, unique=False) if isinstance(value, np.floating) else str(value)
    )


def solve(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return the trajectory of a job and, if asked for, that from a state whose components are 2^-52 larger."""
    begin = time.perf_counter()
    flow = flow_of(job, PRECISIONS[job["precision"]])
    initial = job["initial_conditions"]
    result = {}
    starts = {"states": initial, "neighbour": [value * (1.0 + 2.0**-52) for value in initial]}
    for name, state in starts.items():
        if name == "neighbour" and not job["neighbour"]:
            continue
        result[name] = [[digits(value) for value in row] for row in flow.states(state, job["times"])]
    return result | {"steps": flow.steps, "switchings": flow.switchings, "seconds": time.perf_counter() - begin}


def main() -> None:
    """Print one JSON line for each job."""
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    for job in jobs:
        try:
            result = solve(job)
        except (ArithmeticError, RuntimeError, ValueError) as error:
            result = {"failure": f"{type(error).__name__}: {error}"}
        print(json.dumps({"key": job["key"], "name": job["name"]} | result), flush=True)


if __name__ == "__main__":
    main()
