"""The compiled functions that the general driver needs for one system, each made when it is first asked for."""

import ast
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dysts.compilation import CompiledFunction, compile_function
from dysts.generation import GeneratedFunction, generate
from dysts.solvers.shared.trial import DERIVATIVE, MONITOR, SLIDING
from dysts.switching import SwitchedEquations, rates, sliding, take_out_switches
from dysts.symbolic import in_order

if TYPE_CHECKING:
    from dysts.system import System


class HybridFunctions:
    """Derivative, monitor and sliding derivatives of a system whose kinks are switches.

    Parameters
    ----------
    system : System
    event : ast.expr, optional
        A function of the state whose zeros are looked for.
    with_switches : bool
        Without, kinks stay what they are.
    """

    def __init__(self, system: "System", event: ast.expr | None = None, *, with_switches: bool = True) -> None:
        self.system = system
        self.event = event
        definitions, equations = system.trees
        names = {*system.flat_parameters, *system.variables}
        self.equations = SwitchedEquations(definitions, equations, {})
        if with_switches:
            self.equations = take_out_switches(definitions, equations, names)
        self.switches = tuple(self.equations.switches)
        self._generated: dict[int, tuple[GeneratedFunction, CompiledFunction]] = {}
        self._own_tables: dict[int, np.ndarray] = {}

    @property
    def events(self) -> int:
        """Number of event functions, 0 or 1."""
        return 0 if self.event is None else 1

    def addresses(self, rows: set[int]) -> np.ndarray:
        """Return the addresses of some functions by their row, 0 for the others: int64 [2 + switches]."""
        result = np.zeros(2 + len(self.switches), dtype=np.int64)
        for row in rows:
            result[row] = self._function(row)[1].address
        return result

    def tables(self, rows: set[int], system: "System") -> np.ndarray:
        """Return the constants of some functions: float64 [2 + switches, constant].

        Parameters
        ----------
        rows : set of int
        system : System
            May differ from the one of these functions in parameters.
        """
        if system is self.system:
            for row in rows - self._own_tables.keys():
                self._own_tables[row] = self._function(row)[0].table(system.flat_parameters)
            filled = {row: self._own_tables[row] for row in rows}
        else:
            filled = {row: self._function(row)[0].table(system.flat_parameters) for row in rows}
        width = max([len(self.switches), *(table.size for table in filled.values())])
        result = np.zeros((2 + len(self.switches), width))
        for row, table in filled.items():
            result[row, : table.size] = table
        return result

    def _function(self, row: int) -> tuple[GeneratedFunction, CompiledFunction]:
        if row not in self._generated:
            if row == DERIVATIVE:
                generated, purpose = self._derivative(), "derivative"
            elif row == MONITOR:
                generated, purpose = self._monitor(), "monitor"
            else:
                generated, purpose = self._sliding(row - SLIDING), "sliding"
            compiled = compile_function(generated, f"{self.system.name}_{purpose}")
            self._generated[row] = generated, compiled
        return self._generated[row]

    def _generate(self, **arguments: object) -> GeneratedFunction:
        return generate(
            variables=self.system.variables,
            parameters=tuple(self.system.flat_parameters),
            switches=self.switches,
            **arguments,  # type: ignore[arg-type]
        )

    def _derivative(self) -> GeneratedFunction:
        system = self.equations
        return self._generate(definitions=in_order(system.definitions, system.equations), results=system.equations)

    @cached_property
    def _functions(self) -> tuple[ast.expr, ...]:
        functions = tuple(self.equations.switches.values())
        return functions if self.event is None else (*functions, self.event)

    def _monitor(self) -> GeneratedFunction:
        functions = self._functions
        definitions, slopes = rates(
            functions,
            self.equations.definitions,
            self.equations.equations,
            self.system.variables,
            where=f"{self.system.name}: switches",
        )
        return self._generate(definitions=definitions, results=(*functions, *slopes))

    def _sliding(self, switch: int) -> GeneratedFunction:
        system = sliding(
            self.equations, self.switches[switch], self.system.variables, where=f"{self.system.name}: sliding"
        )
        return self._generate(definitions=system.definitions, results=system.equations)
