"""A dynamical system as a frozen value: its equations, its parameters and what is known about it."""

import ast
import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.checks import check_states
from dysts.equations.expressions import evaluate, parse
from dysts.equations.parameters import changed, flatten_parameters
from dysts.equations.vector_field import VectorField
from dysts.errors import InvalidArgumentError
from dysts.systems.angles import turns_of
from dysts.systems.frozen import FrozenMapping, thaw
from dysts.systems.properties import ComputedProperties

if TYPE_CHECKING:
    from dysts.compilation.right_hand_side import RightHandSide

_ENTRY_FIELDS = (
    "description",
    "field",
    "variables",
    "definitions",
    "equations",
    "parameters",
    "delay",
    "clock",
    "observables",
    "initial_conditions",
    "lifetime",
    "conservation",
    "variant_of",
    "remarks",
    "citations",
)


@dataclass(frozen=True)
class Clock:
    """A variable that only counts the phase of a driving force.

    Attributes
    ----------
    variable : str
    period : str or None
        Expression in the parameters after which the phase may start again; none if the driving has several
        incommensurate frequencies.
    """

    variable: str
    period: str | None


@dataclass(frozen=True)
class System(ComputedProperties):
    """A dynamical system; every change makes a new one.

    Get one from `dysts.get_system`, or from a JSON file of your own with `dysts.load_systems`.

    Attributes
    ----------
    name, description, field : str
        Its name, one line about it, and the science that it comes from.
    variables : tuple of str
        The components of the state, in order.
    equations : mapping of str to str
        The derivative of each variable.
    definitions : mapping of str to str
        Intermediate quantities, each in terms of earlier ones.
    parameters : mapping of str to float or (nested) tuple of float
        Numbers, vectors and matrices; the element ``w[0][1]`` is called ``w_1_2`` in expressions.
    initial_conditions : tuple of float
        A state from which the published behaviour is seen; for a delay system the constant history.
    delay : str or None
        The parameter that holds the delay; ``x_tau`` is the delayed value of ``x``.
    clock : Clock or None
        The driving phase, if the system has one.
    observables : mapping of str to str
        Bounded quantities that stand for unbounded coordinates, such as the sine and cosine of an angle.
    lifetime : float or None
        Periods after which the orbit from the stored initial condition leaves the set that the entry is about
        (transient chaos, escape); none if it is not known to leave.
    properties : mapping
        What was computed: each with value, error, method, settings and version.

    Examples
    --------
    >>> import dysts
    >>> lorenz = dysts.get_system("Lorenz")
    >>> lorenz.rhs(0.0, [1.0, 1.0, 1.0])
    array([ 0.   , 26.   , -1.667])
    >>> lorenz.with_parameters(rho=35.0).parameters["rho"]
    35.0
    """

    name: str
    description: str
    field: str
    variables: tuple[str, ...]
    equations: FrozenMapping[str]
    initial_conditions: tuple[float, ...]
    definitions: FrozenMapping[str] = dataclasses.field(default_factory=FrozenMapping)
    parameters: FrozenMapping[Any] = dataclasses.field(default_factory=FrozenMapping)
    delay: str | None = None
    clock: Clock | None = None
    observables: FrozenMapping[str] = dataclasses.field(default_factory=FrozenMapping)
    lifetime: float | None = None
    conservation: FrozenMapping[Any] = dataclasses.field(default_factory=FrozenMapping)
    citations: tuple[FrozenMapping[Any], ...] = ()
    variant_of: FrozenMapping[str] | None = None
    remarks: tuple[str, ...] = ()
    properties: FrozenMapping[Any] = dataclasses.field(default_factory=FrozenMapping)

    def __repr__(self) -> str:
        return f"System({self.name!r}, variables={self.variables}, parameters={dict(self.parameters)})"

    @property
    def dimension(self) -> int:
        """Number of variables; for a delay system those at one instant."""
        return len(self.variables)

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
        """Whether the derivative does not depend on time itself; a clock variable is part of the state."""
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
            phase=None if self.clock is None else self.clock.variable,
        )
        turns.setflags(write=False)
        return turns

    @cached_property
    def clock_index_and_period(self) -> tuple[int, float]:
        """Index and period of the driving phase, or ``(-1, 1.0)`` if there is none to reduce."""
        if self.clock is None or self.clock.period is None:
            return -1, 1.0
        tree = parse(self.clock.period, where=f"{self.name}: clock.period", names=self.flat_parameters.keys())
        return self.variables.index(self.clock.variable), float(evaluate(tree, self.flat_parameters))

    def with_parameters(self, **changes: Any) -> Any:
        """Return the same system with other parameter values, or an ensemble of them for arrays of values.

        Parameters
        ----------
        **changes : float or (nested) sequence of float
            New values by parameter; a vector may be given whole or by element (``w_1_2=0.5``). An array with one
            axis more than the parameter has gives one system for each entry; all such arrays are equally long.

        Returns
        -------
        System or Ensemble
            Without the computed properties other than the period, which serves as a unit of time only.

        Raises
        ------
        UnknownNameError
            If a name is no parameter of this system.
        InvalidArgumentError
            If a value is not a finite number or has another shape than before.

        Examples
        --------
        >>> import dysts
        >>> rossler = dysts.get_system("Rossler")
        >>> rossler.with_parameters(c=18.0).parameters["c"]
        18.0
        >>> len(rossler.with_parameters(c=[4.0, 5.7, 18.0]))
        3
        """
        base, varied, members = changed(self.name, self.parameters, changes)
        system = self._with_values(base)
        if not varied:
            return system
        return Ensemble(system, varied, tuple(system._with_values(values) for values in members))

    def _with_values(self, parameters: Mapping[str, Any]) -> "System":
        new: FrozenMapping[Any] = FrozenMapping(parameters)
        if new == self.parameters:
            return self
        kept = {"period": self.properties["period"]} if "period" in self.properties else {}
        return replace(self, parameters=new, properties=FrozenMapping(kept))

    def with_initial_conditions(self, state: Sequence[float]) -> "System":
        """Return the same system with another stored initial condition: float64 [component]."""
        values = self.check_states(state)
        if values.ndim != 1:
            raise InvalidArgumentError(
                f"{self.name} takes one state of {self.dimension} components, not shape {values.shape}"
            )
        return replace(self, initial_conditions=tuple(values.tolist()))

    def check_states(self, states: Any) -> np.ndarray:
        """Return states as float64 [..., component] after checking their shape and that they are finite.

        Raises
        ------
        InvalidArgumentError
            If the last axis is not as long as the state, or a value is missing or infinite.
        """
        return check_states(states, self.name, self.variables)

    @cached_property
    def compiled(self) -> "RightHandSide":
        """The compiled functions of the vector field, for developers; systems that differ in parameters can share them.

        `rhs` and `jacobian` evaluate them for this system's parameters.
        """
        from dysts.compilation.right_hand_side import RightHandSide

        return RightHandSide(self.vector_field)

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
        return self.compiled.derivative(t, self._with_delayed(state, delayed), self.flat_parameters)

    def jacobian(self, t: float, state: Any, delayed: Any = None) -> np.ndarray:
        """Evaluate the exact derivative of the right-hand side by the state.

        Returns
        -------
        float64 [..., component, component]
            Row by equation, column by variable; for a delay system the columns are followed by those of the
            delayed variables.
        """
        return self.compiled.jacobian(t, self._with_delayed(state, delayed), self.flat_parameters)

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

    def to_sympy(self) -> dict[Any, Any]:
        """Return the derivative of each variable as a SymPy expression, definitions put in.

        Variables and parameters are real symbols of the same names; numbers in the equations become exact fractions.

        Returns
        -------
        dict of sympy.Symbol to sympy.Expr

        Examples
        --------
        >>> import dysts
        >>> for variable, derivative in dysts.get_system("Lorenz").to_sympy().items():
        ...     print(variable, "'", "=", derivative)
        x ' = -sigma*x + sigma*y
        y ' = rho*x - x*z - y
        z ' = -beta*z + x*y
        """
        from dysts.equations.formulas import as_sympy

        return as_sympy(self.vector_field)

    def to_latex(self) -> str:
        """Return the equations, then the definitions that they use, as an ``aligned`` environment of LaTeX.

        A delayed variable carries the delay as its subscript.

        Examples
        --------
        >>> import dysts
        >>> print(dysts.get_system("Rossler").to_latex())
        \\begin{aligned}
        \\dot{x} &= - y - z \\\\
        \\dot{y} &= a y + x \\\\
        \\dot{z} &= b - c z + x z
        \\end{aligned}
        """
        from dysts.equations.formulas import as_latex

        return as_latex(self.vector_field, self.delay)

    def to_entry(self, *, with_properties: bool = True) -> dict[str, Any]:
        """Return the registry entry that this system would be read from.

        Examples
        --------
        >>> import dysts
        >>> sorted(dysts.get_system("Lorenz").to_entry(with_properties=False))
        ['definition']
        """
        definition: dict[str, Any] = {}
        for name in _ENTRY_FIELDS:
            value = getattr(self, name)
            if name == "clock" and value is not None:
                value = {"variable": value.variable, "period": value.period}
            if value is not None and value != () and value != FrozenMapping():
                definition[name] = thaw(value)
        entry: dict[str, Any] = {"definition": definition}
        if with_properties and self.properties:
            entry["properties"] = thaw(self.properties)
        return entry

    @cached_property
    def definition_json(self) -> str:
        """The entry without properties, as JSON: all that is needed to make the system again."""
        return json.dumps(self.to_entry(with_properties=False))

    @cached_property
    def parameters_json(self) -> str:
        """The flat parameters as JSON."""
        return json.dumps(dict(self.flat_parameters))

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


@dataclass(frozen=True)
class Ensemble(Sequence[System]):
    """Systems that differ in parameter values only, to be integrated in one call.

    Attributes
    ----------
    base : System
        The system whose parameters vary.
    varied : mapping of str to tuple
        The values of each parameter that was given as an array, one for each member.
    members : tuple of System
    """

    base: System
    varied: Mapping[str, tuple[Any, ...]]
    members: tuple[System, ...]

    def __getitem__(self, index: Any) -> Any:
        return self.members[index]

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[System]:
        return iter(self.members)

    def __repr__(self) -> str:
        return f"Ensemble({self.base.name!r}, {len(self)} members, varied={', '.join(self.varied)})"
