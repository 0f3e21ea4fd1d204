"""The compiled functions that drivers with switches and events need, each made when it is first used."""

import ast
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from dysts.compilation.emission.taylor_coefficients import shows_steep_arguments, steep_arguments
from dysts.compilation.functions import compile_function
from dysts.compilation.machine_code import CompiledFunction
from dysts.compilation.program import Program, compose
from dysts.equations.derivatives import in_order
from dysts.equations.switching import SwitchedEquations, rates, sliding, take_out_switches
from dysts.equations.vector_field import VectorField

DERIVATIVE = 0
"""Row of the derivative among the functions of a system."""
MONITOR = 1
"""Row of the monitor, which writes the switching functions, the event, and their rates of change."""
VALUES = 2
"""Row of the values of the monitored functions alone, which cost a fraction of the monitor."""
SLIDING = 3
"""Row of the derivative on the surface of the first switch; those of the others follow."""


class SwitchedFunctions:
    """Derivative, monitor and sliding derivatives of a vector field whose kinks are switches.

    Parameters
    ----------
    field : VectorField
    event : ast.expr, optional
        A function of the state whose zeros are looked for.
    with_switches : bool
        Without, kinks stay what they are.
    """

    def __init__(self, field: VectorField, event: ast.expr | None = None, *, with_switches: bool = True) -> None:
        self.field = field
        self.event = event
        self.equations = SwitchedEquations(dict(field.definitions), field.derivatives, {})
        if with_switches:
            names = {*field.parameters, *field.variables}
            self.equations = take_out_switches(field.definitions, field.derivatives, names, field.inputs)
        self.switches = tuple(self.equations.switches)
        self._programs: dict[int, tuple[Program, CompiledFunction]] = {}
        self._last_tables: tuple[Mapping[str, float], dict[int, np.ndarray]] | None = None

    @property
    def events(self) -> int:
        """Number of event functions, 0 or 1."""
        return 0 if self.event is None else 1

    def addresses(self, rows: set[int]) -> np.ndarray:
        """Return the addresses of some functions by their row, 0 for the others: int64 [3 + switches]."""
        result = np.zeros(SLIDING + len(self.switches), dtype=np.int64)
        for row in rows:
            result[row] = self._function(row)[1].address
        return result

    def tables(self, rows: set[int], parameters: Mapping[str, float]) -> np.ndarray:
        """Return the constants of some functions: float64 [3 + switches, constant].

        Parameters
        ----------
        rows : set of int
        parameters : mapping of str to float
            Values by flat name; the tables of the last mapping are kept.
        """
        last = self._last_tables
        if last is None or last[0] is not parameters:
            last = (parameters, {})
            self._last_tables = last
        known = last[1]
        for row in rows - known.keys():
            known[row] = self._function(row)[0].table(parameters)
        filled = {row: known[row] for row in rows}
        width = max([len(self.switches), *(table.size for table in filled.values())])
        result = np.zeros((SLIDING + len(self.switches), width))
        for row, table in filled.items():
            result[row, : table.size] = table
        return result

    def _function(self, row: int) -> tuple[Program, CompiledFunction]:
        if row not in self._programs:
            if row == DERIVATIVE:
                program, purpose = self._derivative(), "derivative"
            elif row == MONITOR:
                program, purpose = self._monitor(), "monitor"
            elif row == VALUES:
                program, purpose = self._values(), "values"
            else:
                program, purpose = self._sliding(row - SLIDING), "sliding"
            compiled = compile_function(program, f"{self.field.name}_{purpose}")
            self._programs[row] = program, compiled
        return self._programs[row]

    @cached_property
    def look_ahead(self) -> tuple[int, int]:
        """Address of the look ahead of the derivative between switches, and the number of steep arguments in it.

        Both are 0 where nothing is steep, or something has no series.
        """
        program, compiled = self._function(DERIVATIVE)
        if not shows_steep_arguments(program):
            return 0, 0
        return compiled.look_ahead_address, len(steep_arguments(program))

    def _compose(self, **arguments: object) -> Program:
        return compose(
            variables=self.field.variables,
            parameters=self.field.parameters,
            switches=self.switches,
            **arguments,  # type: ignore[arg-type]
        )

    def _derivative(self) -> Program:
        system = self.equations
        return self._compose(definitions=in_order(system.definitions, system.equations), results=system.equations)

    @cached_property
    def _functions(self) -> tuple[ast.expr, ...]:
        functions = tuple(self.equations.switches.values())
        return functions if self.event is None else (*functions, self.event)

    def _values(self) -> Program:
        functions = self._functions
        return self._compose(definitions=in_order(self.equations.definitions, functions), results=functions)

    def _monitor(self) -> Program:
        functions = self._functions
        definitions, slopes = rates(
            functions,
            self.equations.definitions,
            self.equations.equations,
            self.field.variables,
        )
        return self._compose(definitions=definitions, results=(*functions, *slopes))

    def _sliding(self, switch: int) -> Program:
        system = sliding(self.equations, self.switches[switch], self.field.variables)
        return self._compose(definitions=system.definitions, results=system.equations)
