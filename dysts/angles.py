"""Which variables are angles: after one turn nothing is different but their value.

An angle that grows without bound loses digits, and a tolerance relative to its value loosens with it; where only
the motion matters, angles are better kept within one turn.
"""

import ast
import math
from collections.abc import Iterator

import numpy as np

from dysts.expressions import evaluate, names_in, parse
from dysts.system import System

SAME = 1e-7
"""Largest difference of the derivative after one turn, relative to its size, that counts as rounding."""
SPREAD = 0.1


def turns_of(system: System) -> np.ndarray:
    """Return the period of each variable that is an angle, and 0 for the others: float64 [component].

    Candidates are the variables that the observables show through sine and cosine; the right-hand side decides
    whether one turn changes nothing. A driving phase is not among them, as it is kept reduced everywhere.

    Parameters
    ----------
    system : System

    Examples
    --------
    >>> import dysts
    >>> turns_of(dysts.get_system("DoublePendulum")).round(4).tolist()
    [6.2832, 6.2832, 0.0, 0.0]
    >>> turns_of(dysts.get_system("Lorenz")).tolist()
    [0.0, 0.0, 0.0]
    """
    turns = np.zeros(system.dimension)
    names = {*system.variables, *system.flat_parameters}
    known = system.flat_parameters | dict.fromkeys(system.variables, 0.0)
    for name, text in system.observables.items():
        tree = parse(text, where=f"{system.name}: observables.{name}", names=names)
        for argument in _arguments_of_sines(tree):
            for index, variable in enumerate(system.variables):
                if variable in names_in(argument):
                    rate = float(evaluate(argument, known | {variable: 1.0}) - evaluate(argument, known))
                    if rate != 0.0:
                        # Several observables may show harmonics of one angle; the slowest is its turn.
                        turns[index] = max(turns[index], 2.0 * math.pi / abs(rate))
    if system.clock is not None:
        turns[system.variables.index(system.clock.variable)] = 0.0
    for position in np.flatnonzero(turns).tolist():
        if not _changes_nothing(system, position, float(turns[position])):
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


def _changes_nothing(system: System, index: int, turn: float) -> bool:
    state = np.array(system.initial_conditions)
    states = state + SPREAD * (1.0 + np.abs(state)) * np.random.default_rng(0).standard_normal((8, system.dimension))
    # A domain, such as radii that are positive, is not left.
    states = np.where(np.sign(states) == np.sign(state), states, state)
    after = states.copy()
    after[:, index] += turn
    delayed = states if system.delay is not None else None
    before = system.rhs(0.0, states, delayed)
    changed = system.rhs(0.0, after, after if delayed is not None else None)
    size = 1.0 + np.abs(before).max()
    return bool(np.isfinite(before).all() and (np.abs(changed - before) <= SAME * size).all())
