"""Variables that are angles: after one turn the motion is the same.

An angle that grows without bound loses digits, and a tolerance relative to its value loosens with it; where only
the motion matters, angles are better kept within one turn.
"""

import ast
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from dysts.equations.expressions import evaluate, names_in

SAME = 1e-7
"""Largest difference of the derivative after one turn, relative to its size, that counts as rounding."""
SPREAD = 0.1
"""Size of the random displacements at which the derivative is compared, relative to the state."""


def turns_of(
    observables: Mapping[str, ast.expr],
    variables: Sequence[str],
    parameters: Mapping[str, float],
    derivative: Callable[[np.ndarray], np.ndarray],
    state: np.ndarray,
    *,
    phase: str | None = None,
) -> np.ndarray:
    """Return the period of each variable that is an angle, and 0 for the others: float64 [component].

    Candidates are the variables that the observables show through sine and cosine; the right-hand side decides
    whether one turn changes nothing. `dysts.System.turns` has the result for a system.

    Parameters
    ----------
    observables : mapping of str to ast.expr
    variables : sequence of str
    parameters : mapping of str to float
    derivative : callable
        The right-hand side at states [..., component].
    state : float64 [component]
        A state in whose neighbourhood the right-hand side is compared.
    phase : str, optional
        The variable that is a driving phase: it is not among the angles, as it is kept reduced everywhere.

    Examples
    --------
    >>> import dysts
    >>> dysts.get_system("DoublePendulum").turns.round(4).tolist()
    [6.2832, 6.2832, 0.0, 0.0]
    >>> dysts.get_system("Lorenz").turns.tolist()
    [0.0, 0.0, 0.0]
    """
    turns = np.zeros(len(variables))
    known = dict(parameters) | dict.fromkeys(variables, 0.0)
    for tree in observables.values():
        for argument in _arguments_of_sines(tree):
            for index, variable in enumerate(variables):
                if variable != phase and variable in names_in(argument):
                    rate = float(evaluate(argument, known | {variable: 1.0}) - evaluate(argument, known))
                    if rate != 0.0:
                        # Several observables may show harmonics of one angle; the slowest is its turn.
                        turns[index] = max(turns[index], 2.0 * math.pi / abs(rate))
    for position in np.flatnonzero(turns).tolist():
        if not _changes_nothing(derivative, state, position, float(turns[position])):
            turns[position] = 0.0
    return turns


def within_one_turn(states: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Return states with their angles between 0 and one turn: float64 [..., component]."""
    reduced = np.array(states, dtype=np.float64)
    angles = turns > 0.0
    reduced[..., angles] = np.mod(reduced[..., angles], turns[angles])
    return reduced


def _arguments_of_sines(tree: ast.expr) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("sin", "cos"):
            yield node.args[0]


def _changes_nothing(
    derivative: Callable[[np.ndarray], np.ndarray], state: np.ndarray, index: int, turn: float
) -> bool:
    states = state + SPREAD * (1.0 + np.abs(state)) * np.random.default_rng(0).standard_normal((8, len(state)))
    # A domain, such as radii that are positive, is not left.
    states = np.where(np.sign(states) == np.sign(state), states, state)
    after = states.copy()
    after[:, index] += turn
    before, changed = derivative(states), derivative(after)
    size = 1.0 + np.abs(before).max()
    return bool(np.isfinite(before).all() and (np.abs(changed - before) <= SAME * size).all())
