"""The compiled functions of one system: derivative, Jacobian and variational equations, each made on demand."""

import ast
import hashlib
import json
import math
from functools import cached_property
from typing import Any

import numpy as np
from numba import types

from dysts.compilation import CompiledFunction, code_file, compile_function, driver
from dysts.emission.series import expandable, watched
from dysts.errors import ExpressionError
from dysts.expressions import parse
from dysts.generation import GeneratedFunction, generate
from dysts.hybrid_functions import HybridFunctions
from dysts.solvers.calling import call
from dysts.switching import has_switches
from dysts.symbolic import differentiate, in_order
from dysts.system import System


class RightHandSide:
    """Generated and compiled functions of a system; parameters are read from tables and cost no compilation.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.inputs = (*system.variables, *system.delayed_variables)
        self._hybrids: dict[tuple[str, bool], HybridFunctions] = {}

    @cached_property
    def generated(self) -> GeneratedFunction:
        """The derivative: ``result[i]`` is the derivative of variable ``i``."""
        definitions, derivatives = self.system.trees
        return generate(
            variables=self.inputs,
            parameters=tuple(self.system.flat_parameters),
            definitions=in_order(definitions, derivatives),
            results=derivatives,
        )

    @cached_property
    def function(self) -> CompiledFunction:
        """The compiled derivative."""
        return compile_function(self.generated, self.system.name)

    @cached_property
    def constants(self) -> np.ndarray:
        """The table of constants of the derivative: float64 [constant]."""
        return self.generated.table(self.system.flat_parameters)

    def table_for(self, system: System) -> np.ndarray:
        """Return the table of constants for a system that differs from this one in parameters at most."""
        return self.constants if system is self.system else self.generated.table(system.flat_parameters)

    @cached_property
    def derivatives(self) -> tuple[dict[str, ast.expr], dict[tuple[int, int], ast.expr]]:
        """Definitions and non-zero entries of the Jacobian, from the disk cache where they are known."""
        definitions, equations = self.system.trees
        key = json.dumps(
            [
                self.inputs,
                [[k, ast.unparse(v)] for k, v in definitions.items()],
                [*map(ast.unparse, equations)],
            ]
        )
        path = code_file(f"{self.system.name}_{hashlib.sha256(key.encode()).hexdigest()[:16]}.derivatives.json")
        names = {*self.inputs, *self.system.flat_parameters}
        stored = path.read()
        if stored is not None:
            try:
                return _load_derivatives(json.loads(stored), names, self.system.name)
            except (ValueError, KeyError, TypeError, ExpressionError):
                pass  # a damaged file is written anew below
        where = f"{self.system.name}: jacobian"
        result = differentiate(equations, definitions, self.inputs, where=where)
        path.write(json.dumps(_dump_derivatives(*result)))
        return result

    @cached_property
    def compiled_jacobian(self) -> tuple[CompiledFunction, GeneratedFunction]:
        """The compiled Jacobian, row by row, and the source that it comes from."""
        definitions, entries = self.derivatives
        places = [(row, column) for row in range(self.system.dimension) for column in range(len(self.inputs))]
        generated = generate(
            variables=self.inputs,
            parameters=tuple(self.system.flat_parameters),
            definitions=in_order(definitions, entries.values()),
            results=[entries.get(place) for place in places],
        )
        return compile_function(generated, f"{self.system.name}_jacobian"), generated

    @cached_property
    def _jacobian(self) -> tuple[CompiledFunction, np.ndarray]:
        function, generated = self.compiled_jacobian
        return function, generated.table(self.system.flat_parameters)

    @cached_property
    def has_switches(self) -> bool:
        """Whether the equations have kinks or jumps."""
        definitions, equations = self.system.trees
        return has_switches([*definitions.values(), *equations])

    @cached_property
    def expandable(self) -> bool:
        """Whether solutions can be expanded in powers of time."""
        return expandable(self.generated)

    @cached_property
    def watched(self) -> int:
        """How many arguments of steep functions an expansion has beside the variables."""
        return len(watched(self.generated))

    @cached_property
    def turns(self) -> np.ndarray:
        """Periods of the variables that are angles, 0 for the others: float64 [component]."""
        from dysts.angles import turns_of

        return turns_of(self.system)

    def hybrid(self, event: ast.expr | None, *, with_switches: bool) -> HybridFunctions:
        """Return the functions for the general drivers, made once for each event."""
        key = ("" if event is None else ast.unparse(event), with_switches)
        if key not in self._hybrids:
            self._hybrids[key] = HybridFunctions(self.system, event, with_switches=with_switches)
        return self._hybrids[key]

    def variational(self, vectors: int) -> tuple[CompiledFunction, np.ndarray]:
        """Return the right-hand side of the state together with tangent vectors, and its constants.

        The state is followed by the vectors, one after the other; each obeys ``dv/dt = J(x) v``.

        Parameters
        ----------
        vectors : int
            Number of tangent vectors.
        """
        definitions, entries = self.derivatives
        _, equations = self.system.trees
        generated = generate(
            variables=self.system.variables,
            parameters=tuple(self.system.flat_parameters),
            definitions=definitions,
            results=equations,
            tangent=entries,
            vectors=vectors,
        )
        return (
            compile_function(generated, f"{self.system.name}_variational"),
            generated.table(self.system.flat_parameters),
        )

    def derivative(self, t: float, states: np.ndarray) -> np.ndarray:
        """Evaluate the derivative at states [..., input]: float64 [..., component]."""
        return _evaluate(self.function, self.constants, t, states, (self.system.dimension,))

    def jacobian(self, t: float, states: np.ndarray) -> np.ndarray:
        """Evaluate the Jacobian at states [..., input]: float64 [..., component, input]."""
        function, constants = self._jacobian
        return _evaluate(function, constants, t, states, (self.system.dimension, len(self.inputs)))


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


def _dump_derivatives(definitions: dict[str, ast.expr], entries: dict[tuple[int, int], ast.expr]) -> dict[str, Any]:
    return {
        "definitions": {name: ast.unparse(node) for name, node in definitions.items()},
        "entries": [[row, column, ast.unparse(node)] for (row, column), node in entries.items()],
    }


def _load_derivatives(
    stored: dict[str, Any], names: set[str], where: str
) -> tuple[dict[str, ast.expr], dict[tuple[int, int], ast.expr]]:
    definitions: dict[str, ast.expr] = {}
    for name, text in stored["definitions"].items():
        definitions[name] = parse(text, where=where, names=names)
        names = names | {name}
    entries = {
        (int(row), int(column)): parse(text, where=where, names=names) for row, column, text in stored["entries"]
    }
    return definitions, entries
