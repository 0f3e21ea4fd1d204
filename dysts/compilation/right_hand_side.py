"""The compiled functions of one system: derivative, Jacobian and variational equations, each made on demand."""

import ast
import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numba import types

from dysts.compilation.calling import call
from dysts.compilation.driver import driver
from dysts.compilation.emission.taylor_coefficients import (
    EXTENDED_ORDER,
    LONGEST_IN_EXTENDED_PRECISION,
    expandable,
    shows_steep_arguments,
    steep_arguments,
)
from dysts.compilation.functions import compile_function
from dysts.compilation.machine_code import CompiledFunction
from dysts.compilation.program import Program, compose
from dysts.compilation.switched_functions import SwitchedFunctions
from dysts.equations.derivatives import differentiate, in_order
from dysts.equations.switching import has_switches
from dysts.equations.vector_field import VectorField


class RightHandSide:
    """Derivative, Jacobian and variational equations of a vector field, compiled when they are first used.

    Parameter values are read from tables of constants, so that changing them costs no compilation.

    Parameters
    ----------
    field : VectorField
    """

    def __init__(self, field: VectorField) -> None:
        self.field = field
        self._switched: dict[tuple[str, bool], SwitchedFunctions] = {}
        self._last_table: tuple[Mapping[str, float], np.ndarray] | None = None

    @cached_property
    def program(self) -> Program:
        """The program of the derivative: ``result[i]`` is the derivative of variable ``i``."""
        return compose(
            variables=self.field.inputs,
            parameters=self.field.parameters,
            definitions=in_order(self.field.definitions, self.field.derivatives),
            results=self.field.derivatives,
        )

    @cached_property
    def function(self) -> CompiledFunction:
        """The compiled derivative."""
        return compile_function(self.program, self.field.name)

    def table(self, parameters: Mapping[str, float]) -> np.ndarray:
        """Return the constants of the derivative for parameter values by flat name: float64 [constant].

        The last table is kept for the mapping that it was made of, as one system is integrated again and again.
        """
        last = self._last_table
        if last is None or last[0] is not parameters:
            last = (parameters, self.program.table(parameters))
            self._last_table = last
        return last[1]

    @cached_property
    def derivatives(self) -> tuple[dict[str, ast.expr], dict[tuple[int, int], ast.expr]]:
        """Definitions and non-zero entries of the Jacobian."""
        return differentiate(self.field.derivatives, self.field.definitions, self.field.inputs)

    @cached_property
    def compiled_jacobian(self) -> tuple[CompiledFunction, Program]:
        """The compiled Jacobian, row by row, and the program that it comes from."""
        definitions, entries = self.derivatives
        places = [(row, column) for row in range(self.field.dimension) for column in range(len(self.field.inputs))]
        program = compose(
            variables=self.field.inputs,
            parameters=self.field.parameters,
            definitions=in_order(definitions, entries.values()),
            results=[entries.get(place) for place in places],
        )
        return compile_function(program, f"{self.field.name}_jacobian"), program

    @cached_property
    def has_switches(self) -> bool:
        """Whether the equations have kinks or jumps."""
        return has_switches(self.field.trees)

    @cached_property
    def expandable(self) -> bool:
        """Whether solutions can be expanded in powers of time."""
        return expandable(self.program)

    @cached_property
    def expandable_in_extended_precision(self) -> bool:
        """Whether the expansion in extended precision, which has more orders, exists."""
        return not self.has_switches and expandable(self.program, EXTENDED_ORDER, LONGEST_IN_EXTENDED_PRECISION)

    @cached_property
    def steep_arguments(self) -> int:
        """Number of steep functions' arguments whose series an expansion returns beside the variables'."""
        return len(steep_arguments(self.program))

    @cached_property
    def expands_in_lanes(self) -> bool:
        """Whether eight solutions are expanded side by side, which takes less time than one after the other."""
        return self.expandable and self.steep_arguments == 0

    @cached_property
    def look_ahead(self) -> tuple[int, int]:
        """Address of the look ahead and number of steep arguments; both 0 where nothing is steep or has no series."""
        if not shows_steep_arguments(self.program):
            return 0, 0
        return self.function.look_ahead_address, self.steep_arguments

    @cached_property
    def reversed(self) -> "RightHandSide":
        """The functions for integrations backwards in time, whose time has the other sign."""
        return RightHandSide(self.field.reversed)

    def switched(self, event: ast.expr | None, *, with_switches: bool) -> SwitchedFunctions:
        """Return the functions for the drivers that know switches and events, made once for each event."""
        key = ("" if event is None else ast.unparse(event), with_switches)
        if key not in self._switched:
            self._switched[key] = SwitchedFunctions(self.field, event, with_switches=with_switches)
        return self._switched[key]

    def variational(self, vectors: int) -> tuple[CompiledFunction, Program]:
        """Return the right-hand side of the state together with tangent vectors, and its program.

        The state is followed by the vectors, one after the other; each obeys ``dv/dt = J(x) v``.

        Parameters
        ----------
        vectors : int
            Number of tangent vectors.
        """
        definitions, entries = self.derivatives
        program = compose(
            variables=self.field.variables,
            parameters=self.field.parameters,
            definitions=definitions,
            results=self.field.derivatives,
            tangent=entries,
            vectors=vectors,
        )
        return compile_function(program, f"{self.field.name}_variational"), program

    def derivative(self, t: float, states: np.ndarray, parameters: Mapping[str, float]) -> np.ndarray:
        """Evaluate the derivative at states [..., input]: float64 [..., component]."""
        return _evaluate(self.function, self.table(parameters), t, states, (self.field.dimension,))

    def jacobian(self, t: float, states: np.ndarray, parameters: Mapping[str, float]) -> np.ndarray:
        """Evaluate the Jacobian at states [..., input]: float64 [..., component, input]."""
        function, program = self.compiled_jacobian
        shape = (self.field.dimension, len(self.field.inputs))
        return _evaluate(function, program.table(parameters), t, states, shape)


def _evaluate(
    function: CompiledFunction, constants: np.ndarray, t: float, states: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    flat = np.ascontiguousarray(states.reshape(-1, states.shape[-1]))
    result = np.empty((len(flat), math.prod(shape)))
    _evaluate_many(function.address, constants, float(t), flat, result)
    return result.reshape(*states.shape[:-1], *shape)


@driver(types.void(types.int64, types.float64[::1], types.float64, types.float64[:, ::1], types.float64[:, ::1]))
def _evaluate_many(address: int, constants: np.ndarray, t: float, states: np.ndarray, result: np.ndarray) -> None:
    for row in range(states.shape[0]):
        call(address, t, states[row], constants, result[row])
