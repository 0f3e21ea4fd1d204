"""The evaluation of a system: its right-hand side, its Jacobian, its observables."""

import ast
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.checks import check_states, check_time
from dysts.equations.expressions import evaluate, parse
from dysts.equations.parameters import flatten_parameters
from dysts.equations.vector_field import VectorField
from dysts.errors import InvalidArgumentError
from dysts.systems.angles import turns_of
from dysts.systems.driving_phase import DrivingPhase, index_and_period

if TYPE_CHECKING:
    from dysts.compilation.right_hand_side import RightHandSide


class Evaluation:
    """The part of `System` that evaluates its equations."""

    name: str
    variables: tuple[str, ...]
    equations: Mapping[str, str]
    definitions: Mapping[str, str]
    parameters: Mapping[str, Any]
    initial_conditions: tuple[float, ...]
    delay: str | None
    driving_phase: DrivingPhase | None
    observables: Mapping[str, str]

    @cached_property
    def flat_parameters(self) -> dict[str, float]:
        """Parameters by the names that expressions use, vectors and matrices element by element."""
        return flatten_parameters(self.parameters)

    @cached_property
    def delayed_variables(self) -> tuple[str, ...]:
        """Names of the delayed values, in the order of the variables; empty without a delay."""
        return tuple(f"{name}_tau" for name in self.variables) if self.delay else ()

    @cached_property
    def vector_field(self) -> VectorField:
        """The checked syntax trees of the equations and their names."""
        return VectorField.parse(
            self.name,
            self.variables,
            self.equations,
            definitions=self.definitions,
            delayed=self.delayed_variables,
            parameters=self.flat_parameters,
        )

    @property
    def autonomous(self) -> bool:
        """Whether the derivative does not depend on time itself; a driving phase is part of the state."""
        return self.vector_field.autonomous

    @cached_property
    def turns(self) -> np.ndarray:
        """Periods of the variables that are angles, 0 for the others: float64 [component]."""
        turns = turns_of(
            self._observable_trees,
            self.variables,
            self.flat_parameters,
            lambda states: self.rhs(0.0, states, states if self.delay is not None else None),
            np.array(self.initial_conditions),
            phase=None if self.driving_phase is None else self.driving_phase.variable,
        )
        turns.setflags(write=False)
        return turns

    @cached_property
    def phase_index_and_period(self) -> tuple[int, float]:
        """Position and period of the driving phase, or ``(-1, 1.0)`` if there is none to reduce."""
        return index_and_period(self.driving_phase, self.variables, self.flat_parameters, name=self.name)

    @cached_property
    def compiled(self) -> "RightHandSide":
        """The compiled functions of the vector field, for developers; systems that differ in parameters can share them.

        `rhs` and `jacobian` evaluate them for this system's parameters.
        """
        from dysts.compilation.right_hand_side import RightHandSide

        return RightHandSide(self.vector_field)

    def check_states(self, states: Any) -> np.ndarray:
        """Check states and return them as float64 [..., component].

        Parameters
        ----------
        states : array_like [..., component], or mapping of str to array_like
            Components in the order of `variables`, or by name.

        Raises
        ------
        InvalidArgumentError
            If the last axis is not as long as the state, or a value is missing or infinite.
        """
        return check_states(states, self.name, self.variables)

    def rhs(self, t: float, state: Any, delayed: Any = None) -> np.ndarray:
        """Evaluate the derivative, in the argument order that scipy's solvers expect.

        Parameters
        ----------
        t : float
            Time; matters only where the equations name it.
        state : array_like [..., component]
        delayed : array_like [..., component], optional
            The state one delay ago; required by delay systems.

        Returns
        -------
        float64 [..., component]
        """
        return self.compiled.derivative(check_time("t", t), self._with_delayed(state, delayed), self.flat_parameters)

    def jacobian(self, t: float, state: Any, delayed: Any = None) -> np.ndarray:
        """Evaluate the exact derivative of the right-hand side by the state.

        Returns
        -------
        float64 [..., component, component]
            Row by equation, column by variable; for a delay system the columns are followed by those of the
            delayed variables.
        """
        return self.compiled.jacobian(check_time("t", t), self._with_delayed(state, delayed), self.flat_parameters)

    jac = jacobian
    """The same under the name that scipy's solvers have for it."""

    def _with_delayed(self, state: Any, delayed: Any) -> np.ndarray:
        states = self.check_states(state)
        if self.delay is None:
            if delayed is not None:
                raise InvalidArgumentError(f"{self.name} has no delay, so it takes no delayed state")
            return states
        if delayed is None:
            raise InvalidArgumentError(f"{self.name} is a delay system: give the delayed state as well")
        return np.concatenate([states, np.broadcast_to(self.check_states(delayed), states.shape)], axis=-1)

    @property
    def observable_names(self) -> tuple[str, ...]:
        """Names of what `observe` returns."""
        return tuple(self.observables) if self.observables else self.variables

    def observe(self, states: Any) -> np.ndarray:
        """Return the bounded observables of states, or the states themselves where all are bounded.

        Parameters
        ----------
        states : array_like [..., component]

        Returns
        -------
        float64 [..., observable]
        """
        values = np.asarray(states, dtype=np.float64)
        if not self.observables:
            return values
        known = self.flat_parameters | {name: values[..., i] for i, name in enumerate(self.variables)}
        columns = [evaluate(tree, known) for tree in self._observable_trees.values()]
        return np.stack(np.broadcast_arrays(*columns), axis=-1)

    @cached_property
    def _observable_trees(self) -> dict[str, ast.expr]:
        names = {*self.variables, *self.flat_parameters}
        return {
            name: parse(text, where=f"{self.name}: observables.{name}", names=names)
            for name, text in self.observables.items()
        }
