"""Scores of found equations beside true ones: their terms, their coefficients, their derivative."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.expansion import Equation, canonical_form
from dysts.equations.expressions import evaluate
from dysts.errors import InvalidArgumentError
from dysts.systems.system import System

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class EquationScores:
    """Scores of found equations.

    Attributes
    ----------
    precision, recall, f1 : float
        Shares of the found terms that are true, and of the true terms that are found, over all equations, and their
        harmonic mean.
    exact : bool
        Whether the terms are those of the true equations.
    coefficient_error : float
        Euclidean length of the difference of the coefficients, relative to that of the true ones.
    terms, nodes : int
        Terms of the found equations in canonical form; names, numbers and operations as they are written.
    """

    precision: float
    recall: float
    f1: float
    exact: bool
    coefficient_error: float
    terms: int
    nodes: int


def compare(found: System, true: System) -> EquationScores:
    """Compare found equations with true ones after bringing both to one canonical form.

    Parameters
    ----------
    found, true : System
        With the same number of variables, in the same order; their names need not agree.

    Raises
    ------
    InvalidArgumentError
        If the numbers of variables differ.
    NotSupportedError
        For delay systems.

    Examples
    --------
    >>> import dysts
    >>> found = dysts.System.from_equations("F", {"a": "-b - c", "b": "a + 0.2*b", "c": "0.2 + c*(a - 5.7) + 1e-3*a"},
    ...     initial_conditions=[1, 1, 1])
    >>> scores = compare(found, dysts.get_system("Rossler"))
    >>> scores.precision, scores.recall, scores.exact, round(scores.coefficient_error, 6)
    (0.875, 1.0, False, 0.000165)
    """
    if found.dimension != true.dimension:
        raise InvalidArgumentError(f"found must have {true.dimension} variables, got {found.dimension}")
    ours = canonical_form(found, variables=true.variables)
    theirs = canonical_form(true)
    common = sum(len(a.keys() & b.keys()) for a, b in zip(ours, theirs, strict=True))
    count, wanted = sum(map(len, ours)), sum(map(len, theirs))
    precision = common / count if count else 0.0
    recall = common / wanted if wanted else 1.0
    return EquationScores(
        precision=precision,
        recall=recall,
        f1=2.0 * precision * recall / (precision + recall) if common else 0.0,
        exact=common == count == wanted,
        coefficient_error=_coefficient_error(ours, theirs),
        terms=count,
        nodes=nodes(found),
    )


def nodes(system: System) -> int:
    """Return the names, numbers and operations of a system's equations: its complexity.

    Examples
    --------
    >>> nodes(System.from_equations("F", {"x": "-2*x + sin(x)"}, initial_conditions=[1.0]))
    7
    """
    counted = (ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.Call, ast.IfExp)
    total = 0
    for tree in system.vector_field.trees:
        parts = list(ast.walk(tree))
        # The name of a function is part of its call.
        total += sum(isinstance(part, counted) for part in parts) - sum(isinstance(part, ast.Call) for part in parts)
    return total


def derivative_at(system: System, states: FloatArray) -> FloatArray:
    """Return the derivative at many states [time, component] without compiling the equations."""
    known: dict[str, object] = {**system.flat_parameters, **dict(zip(system.variables, states.T, strict=True))}
    known["t"] = 0.0
    for name, tree in system.vector_field.definitions.items():
        known[name] = evaluate(tree, known)
    columns = [np.broadcast_to(evaluate(tree, known), len(states)) for tree in system.vector_field.derivatives]
    return np.stack(columns, axis=1).astype(np.float64)


def derivative_errors(found: System, true: System, states: FloatArray) -> Mapping[str, float]:
    """Return the errors of the derivative at given states.

    Returns
    -------
    mapping
        ``"relative"``: root-mean-square error in units of the root-mean-square of the derivative, over all components,
        each in its own unit; ``"symmetric"``: the median over the components of the mean of ``2|a - b| / (|a| + |b|)``,
        from 0 to 2, which is the score that was published in 2021. Infinity and 2 where the derivative is not finite.

    References
    ----------
    W. Gilpin, Chaos as an interpretable benchmark for forecasting and data-driven modelling, NeurIPS Datasets and
    Benchmarks (2021), arXiv:2110.05266.
    """
    ours, theirs = derivative_at(found, states), derivative_at(true, states)
    if not np.isfinite(ours).all():
        return {"relative": math.inf, "symmetric": 2.0}
    size = np.sqrt((theirs**2).mean(axis=0))
    moving = size > 0.0
    with np.errstate(all="ignore"):
        relative = np.sqrt((((ours - theirs)[:, moving] / size[moving]) ** 2).mean()) if moving.any() else 0.0
        apart = 2.0 * np.abs(ours - theirs) / (np.abs(ours) + np.abs(theirs))
    symmetric = np.median(np.where(np.isnan(apart), 0.0, apart).mean(axis=0))
    return {"relative": float(relative), "symmetric": float(symmetric)}


def _coefficient_error(ours: tuple[Equation, ...], theirs: tuple[Equation, ...]) -> float:
    difference = length = 0.0
    for a, b in zip(ours, theirs, strict=True):
        difference += sum((a.get(term, 0.0) - b.get(term, 0.0)) ** 2 for term in a.keys() | b.keys())
        length += sum(value**2 for value in b.values())
    return math.sqrt(difference / length) if length else math.inf
