"""The initial-value problem that an integration solves, and the solver it is solved by."""

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
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
    from dysts.solvers.shared.arguments import Control, Functions

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

    def of_trajectories(self, states: np.ndarray, systems: Sequence[System] | None = None) -> "Problem":
        """Return the same problem for other trajectories, without new checks.

        Parameters
        ----------
        states : float64 [trajectory, component]
            Finite or not; a loop ends where the derivative is not finite.
        systems : sequence of System, optional
            One for each trajectory, with the equations of the others.
        """
        # The generated constructor would take a third of the time that a solver needs for a short trajectory.
        other = object.__new__(Problem)
        known = other.__dict__
        known.update(self.__dict__)
        if systems is not None or len(states) != len(self.states):
            known.pop("tables", None)
            known.pop("phase_periods", None)
            if systems is not None:
                known.pop("_functions_of_one_system", None)
                known["systems"] = systems
        known["states"] = states
        return other

    def prepare(self) -> "Problem":
        """Compute what `of_trajectories` hands on, and return the problem."""
        _ = self.right_hand_side, self.hands_over, self.control, self.event_tree, self.tables, self.phase_periods
        _ = self._functions_of_one_system
        return self

    @cached_property
    def hands_over(self) -> bool:
        """Whether another method takes over where the equations become stiff or stop being so."""
        # The implicit loop does not locate switches.
        return self.solver in (AUTO, BOTH) and not self.right_hand_side.has_switches

    @cached_property
    def right_hand_side(self) -> "RightHandSide":
        """The compiled functions, which all trajectories share."""
        compiled = self.systems[0].compiled
        return compiled.reversed if self.backwards else compiled

    @cached_property
    def event_tree(self) -> ast.expr | None:
        """The event function in the time of the equations."""
        if self.event is None:
            return None
        return mirrored(self.event.tree) if self.backwards else self.event.tree

    @cached_property
    def tables(self) -> np.ndarray:
        """The constants of the right-hand side: float64 [trajectory, constant]."""
        rows = np.array([self.right_hand_side.table(system.flat_parameters) for system in self.systems])
        return rows if len(rows) == len(self.states) else np.repeat(rows, len(self.states), axis=0)

    @cached_property
    def phase_periods(self) -> np.ndarray:
        """The periods of the driving phase: float64 [trajectory]."""
        periods = np.array([system.phase_index_and_period[1] for system in self.systems])
        return periods if len(periods) == len(self.states) else np.repeat(periods, len(self.states))

    def functions(self, case: int, rows: frozenset[int], *, with_switches: bool) -> "Functions":
        """Return the functions of one trajectory for the loops that know switches and events.

        A loop writes the sides of the switches into the tables, so these are its own.

        Parameters
        ----------
        case : int
        rows : frozenset of int
            See `dysts.compilation.switched_functions`.
        with_switches : bool
        """
        from dysts.solvers.shared.arguments import Functions

        key = (rows, with_switches)
        functions = self._functions_of_one_system.get(key)
        if functions is None:
            switched = self.right_hand_side.switched(self.event_tree, with_switches=with_switches)
            functions = Functions(
                switched.addresses(set(rows)),
                switched.tables(set(rows), self.system(case).flat_parameters),
                len(switched.switches),
                switched.events,
            )
            if len(self.systems) == 1:
                self._functions_of_one_system[key] = functions
        return Functions(functions.addresses, functions.tables.copy(), functions.switches, functions.events)

    @cached_property
    def _functions_of_one_system(self) -> dict[tuple[frozenset[int], bool], "Functions"]:
        return {}

    @cached_property
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
