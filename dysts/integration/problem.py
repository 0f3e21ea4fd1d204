"""The initial-value problem that an integration solves, and the solver it is solved by."""

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from dysts.equations.vector_field import mirrored
from dysts.errors import InvalidArgumentError
from dysts.integration.events import Event
from dysts.integration.tolerances import DOUBLE, Precision
from dysts.systems.kinds import refuse_map
from dysts.systems.system import System

if TYPE_CHECKING:
    from dysts.compilation.right_hand_side import RightHandSide
    from dysts.solvers.shared.arguments import Control

Solver = Literal["auto", "taylor", "dop853", "dop853+radau", "radau"]

AUTO: Solver = "auto"
SERIES: Solver = "taylor"
EXPLICIT: Solver = "dop853"
BOTH: Solver = "dop853+radau"
IMPLICIT: Solver = "radau"
SOLVERS = (AUTO, SERIES, EXPLICIT, BOTH, IMPLICIT)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Trajectories of systems that differ in parameters at most.

    Attributes
    ----------
    systems : sequence of System
        One for all trajectories, or one for each.
    times : float64 [time]
    states : float64 [trajectory, component]
    relative_tolerance, absolute_tolerance : float64 [component]
    maximum_steps : int
    tolerance : float
        The relative tolerance that was asked for, which angles have as an absolute one.
    longest_step : float
    solver : {"auto", "taylor", "dop853", "dop853+radau", "radau"}
    start : float
        The time of the initial states.
    backwards : bool
        Whether the equations are those of time reversed; `start` and `times` then have the other sign, and increase.
    event : Event or None
    most_events : int
        After so many events a trajectory ends.
    precision : {"double", "extended"}
    """

    systems: Sequence[System]
    times: np.ndarray
    states: np.ndarray
    relative_tolerance: np.ndarray
    absolute_tolerance: np.ndarray
    maximum_steps: int
    tolerance: float
    longest_step: float = math.inf
    solver: Solver = AUTO
    start: float = 0.0
    backwards: bool = False
    event: Event | None = None
    most_events: int = 0
    precision: Precision = DOUBLE

    def __post_init__(self) -> None:
        refuse_map(self.systems[0], "integration in time")

    @property
    def hands_over(self) -> bool:
        """Whether another method takes over where the equations become stiff or stop being so."""
        # The implicit loop does not locate switches.
        return self.solver in (AUTO, BOTH) and not self.right_hand_side.has_switches

    @property
    def right_hand_side(self) -> "RightHandSide":
        """The compiled functions, which all trajectories share."""
        compiled = self.systems[0].compiled
        return compiled.reversed if self.backwards else compiled

    @property
    def event_tree(self) -> ast.expr | None:
        """The event function in the time of the equations."""
        if self.event is None:
            return None
        return mirrored(self.event.tree) if self.backwards else self.event.tree

    @property
    def control(self) -> "Control":
        """How the compiled loops choose their steps."""
        from dysts.solvers.shared.arguments import Control

        return Control(
            relative_tolerance=self.relative_tolerance,
            absolute_tolerance=self.absolute_tolerance,
            maximum_steps=self.maximum_steps,
            longest_step=self.longest_step,
            hands_over=self.hands_over,
            phase=self.systems[0].phase_index_and_period[0],
        )

    def system(self, case: int) -> System:
        """Return the system of one trajectory."""
        return self.systems[case if len(self.systems) > 1 else 0]


def check_solver(solver: object) -> Solver:
    """Check the name of a deterministic solver and return it.

    Raises
    ------
    InvalidArgumentError
    """
    if not isinstance(solver, str) or solver not in SOLVERS:
        raise InvalidArgumentError(f"solver must be one of {', '.join(map(repr, SOLVERS))}, got {solver!r}")
    return solver
