"""Events: zero crossings of an expression in the state, such as a Poincare section."""

import ast
from dataclasses import dataclass
from typing import Literal

from dysts.equations.expressions import TIME, names_in, parse
from dysts.errors import ExpressionError, InvalidArgumentError
from dysts.systems.system import System

Direction = Literal["up", "down", "both"]
_SIGNS = {"up": 1, "down": -1, "both": 0}


@dataclass(frozen=True)
class Event:
    """A zero crossing to look for.

    Attributes
    ----------
    expression : str
        In the variables, parameters and definitions of the system, such as ``"z - 27"``.
    tree : ast.expr
        The same, checked.
    sign : int
        1 for upward crossings, -1 for downward ones, 0 for both.
    """

    expression: str
    tree: ast.expr
    sign: int


def make_event(system: System, expression: object, direction: object) -> Event:
    """Check an event of a system.

    Raises
    ------
    InvalidArgumentError
        If the expression is outside the language of the registry or does not depend on the state, or the direction
        is unknown.
    """
    if not isinstance(direction, str) or direction not in _SIGNS:
        raise InvalidArgumentError(f"direction must be 'up', 'down' or 'both', got {direction!r}")
    known: set[str] = {*system.variables, *system.flat_parameters, *system.definitions}
    try:
        tree = parse(expression, where=f"event of {system.name}", names=known)
    except ExpressionError as error:
        raise InvalidArgumentError(str(error)) from None
    if not names_in(tree) & {*system.variables, *system.definitions, TIME}:
        raise InvalidArgumentError(
            f"the event {expression!r} does not depend on the state; the variables of {system.name} are "
            f"{', '.join(system.variables)}"
        )
    return Event(str(expression), tree, _SIGNS[str(direction)])
