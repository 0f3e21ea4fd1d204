"""A dynamical system as a frozen value: its equations, its parameters and what is known about it."""

import dataclasses
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dysts.checks import check_positive
from dysts.equations.parameters import changed
from dysts.errors import InvalidArgumentError, RegistryError
from dysts.systems.as_html import ensemble_html
from dysts.systems.driving_phase import DrivingPhase
from dysts.systems.entry import check_entry
from dysts.systems.export import Export
from dysts.systems.frozen import FrozenMapping, plain
from dysts.systems.kinds import FLOW
from dysts.systems.properties import ComputedProperties


@dataclass(frozen=True, kw_only=True)
class System(Export, ComputedProperties):
    """A dynamical system; every change makes a new one.

    Get one from `dysts.get_system`, of your own equations from `System.from_equations`, or from a JSON file with
    `dysts.load_systems`. Its members are facts (the attributes below), computed properties (`period`,
    `lyapunov_exponent`, ...), evaluation (`rhs`, `jacobian`, `observe`), and export (`to_latex`, `to_sympy`, `save`).

    Attributes
    ----------
    name, description, field : str
        Its name, one line about it, and the science that it comes from; the last two may be empty.
    variables : tuple of str
        The components of the state, in order.
    equations : mapping of str to str
        The derivative of each variable; of a map its next value.
    definitions : mapping of str to str
        Intermediate quantities, each in terms of earlier ones.
    parameters : mapping of str to float or (nested) tuple of float
        Numbers, vectors and matrices; the element ``w[0][1]`` is called ``w_1_2`` in expressions.
    kind : {"flow", "map"}
        Whether the equations give the derivative of each variable, or its next value.
    initial_conditions : tuple of float
        A state from which the published behaviour is seen; for a delay system the constant history.
    delay : str or None
        The parameter that holds the delay; ``x_tau`` is the delayed value of ``x``.
    driving_phase : DrivingPhase or None
        The variable that is the phase of a driving force, if there is one; registry entries call it ``clock``.
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
    variables: tuple[str, ...]
    equations: FrozenMapping[str]
    initial_conditions: tuple[float, ...]
    kind: str = FLOW
    description: str = ""
    field: str = ""
    definitions: FrozenMapping[str] = dataclasses.field(default_factory=FrozenMapping)
    parameters: FrozenMapping[Any] = dataclasses.field(default_factory=FrozenMapping)
    delay: str | None = None
    driving_phase: DrivingPhase | None = None
    observables: FrozenMapping[str] = dataclasses.field(default_factory=FrozenMapping)
    lifetime: float | None = None
    conservation: FrozenMapping[Any] = dataclasses.field(default_factory=FrozenMapping)
    citations: tuple[FrozenMapping[Any], ...] = ()
    variant_of: FrozenMapping[str] | None = None
    remarks: tuple[str, ...] = ()
    properties: FrozenMapping[Any] = dataclasses.field(default_factory=FrozenMapping)

    def __new__(cls, *given: object, **fields: Any) -> "System":
        """Refuse equations that were not checked: `from_equations` and `from_entry` make systems.

        Raises
        ------
        InvalidArgumentError
        """
        # Copies come with no field at all, or with the checked fields of another system.
        if given or (fields and not isinstance(fields.get("equations"), FrozenMapping)):
            raise InvalidArgumentError(
                "a system of your own must be made by dysts.System.from_equations(name, equations, "
                "initial_conditions=...), which checks its equations, or by dysts.load_systems(file), got "
                f"System({', '.join((*map(reprlib.repr, given), *(f'{key}=...' for key in fields)))})"
            )
        return super().__new__(cls)

    def __repr__(self) -> str:
        return f"System({self.name!r}, variables={self.variables}, parameters={dict(self.parameters)})"

    @property
    def dimension(self) -> int:
        """Number of variables; for a delay system those at one instant."""
        return len(self.variables)

    @property
    def clock(self) -> DrivingPhase | None:
        """The driving phase, under the name that registry entries have for it."""
        return self.driving_phase

    def __getstate__(self) -> dict[str, Any]:
        # Compiled functions are addresses in this process; a copy makes its own when it needs them.
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def from_equations(
        cls,
        name: str,
        equations: Mapping[str, str],
        *,
        initial_conditions: Mapping[str, float] | Sequence[float],
        kind: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        definitions: Mapping[str, str] | None = None,
        delay: str | None = None,
        driving_phase: Mapping[str, str | None] | None = None,
        observables: Mapping[str, str] | None = None,
        lifetime: float | None = None,
        description: str | None = None,
        field: str | None = None,
    ) -> "System":
        """Make a system of equations of your own, in the expression language of the registry.

        Parameters
        ----------
        name : str
        equations : mapping of str to str
            The derivative of each variable; the order is that of the state.
        initial_conditions : mapping of str to float, or sequence of float
            By name, or in the order of the equations.
        kind : {"flow", "map"}, optional
            Whether the equations give derivatives, which is the default, or the next values.
        parameters : mapping of str to float or (nested) sequence of float, optional
        definitions : mapping of str to str, optional
            Intermediate quantities, each in terms of earlier ones.
        delay : str, optional
            The parameter that holds the delay.
        driving_phase : mapping of str to str, optional
            With ``variable``, and ``period`` as an expression in the parameters.
        observables : mapping of str to str, optional
        lifetime : float, optional
        description, field : str, optional
            One line about the system, and one of the fields of science that `dysts list` knows.

        Returns
        -------
        System

        Raises
        ------
        RegistryError
            If a field is malformed; `ExpressionError` if an expression is at fault.

        Examples
        --------
        >>> import dysts
        >>> brusselator = dysts.System.from_equations(
        ...     "Brusselator",
        ...     {"x": "a + x**2*y - (b + 1)*x", "y": "b*x - x**2*y"},
        ...     parameters={"a": 1.0, "b": 3.0},
        ...     initial_conditions={"x": 1.0, "y": 1.0},
        ... )
        >>> dysts.integrate(brusselator, 100, step=0.1).shape
        (100, 2)
        """
        if not isinstance(equations, Mapping):
            raise RegistryError(
                f"{name}: equations must be a mapping of variables to expressions, such as {{'x': '-x'}}, got "
                f"{reprlib.repr(equations)}"
            )
        given = {
            "variables": list(equations),
            "equations": equations,
            "kind": kind,
            "initial_conditions": initial_conditions,
            "parameters": {} if parameters is None else parameters,
            "definitions": {} if definitions is None else definitions,
            "delay": delay,
            "clock": driving_phase,
            "observables": {} if observables is None else observables,
            "lifetime": lifetime,
            "description": description,
            "field": field,
        }
        return cls.from_entry(name, {"definition": plain(given)})

    @classmethod
    def from_entry(cls, name: str, entry: Mapping[str, Any]) -> "System":
        """Make a system of a registry entry, as `to_entry` returns it, after checking every field.

        Raises
        ------
        RegistryError
            With the entry's name, the field and the problem; `ExpressionError` if an expression is at fault.
        """
        return cls(**check_entry(name, entry))

    def with_parameters(self, /, **changes: Any) -> Any:
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

    def with_period(self, period: float) -> "System":
        """Return the same system with a dominant period, which serves as a unit of time.

        Parameters
        ----------
        period : float
            In the unit of time of the equations; `dysts.dominant_period` finds it from a series and
            `dysts.invariants.system_period` from the equations.

        Raises
        ------
        InvalidArgumentError
            If the period is not positive and finite.

        Examples
        --------
        >>> import dysts
        >>> dysts.get_system("Rossler").with_parameters(c=3.0).with_period(5.7).period
        5.7
        """
        entry: FrozenMapping[Any] = FrozenMapping(
            {"value": check_positive("period", period), "method": "given by the user"}
        )
        return replace(self, properties=FrozenMapping({**self.properties, "period": entry}))

    def _with_values(self, parameters: Mapping[str, Any]) -> "System":
        new: FrozenMapping[Any] = FrozenMapping(parameters)
        if new == self.parameters:
            return self
        kept = {"period": self.properties["period"]} if "period" in self.properties else {}
        return replace(self, parameters=new, properties=FrozenMapping(kept))

    def with_initial_conditions(self, state: Sequence[float] | Mapping[str, float]) -> "System":
        """Return the same system with another stored initial condition, in the order of the variables or by name."""
        values = self.check_states(state)
        if values.ndim != 1:
            raise InvalidArgumentError(
                f"the initial condition of {self.name} must have the shape ({self.dimension},), got {values.shape}"
            )
        return replace(self, initial_conditions=tuple(values.tolist()))


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

    def _repr_html_(self) -> str:
        return ensemble_html(self.base._repr_html_(), self.varied)

    def __repr__(self) -> str:
        return f"Ensemble({self.base.name!r}, {len(self)} members, varied={', '.join(self.varied)})"
