"""From one entry of a registry file to a System, refusing whatever is not exactly as the schema says.

Every message names the entry, the field and the problem. The schema: ``{"definition": {...}, "properties": {...}}``
with the fields of `dysts.systems.system.System`; nothing else is allowed and no default is silently taken for a
misspelt field.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dysts.checks import is_finite_number
from dysts.equations.expressions import check_identifier, parse
from dysts.equations.parameters import flatten_parameters
from dysts.errors import RegistryError
from dysts.systems.frozen import FrozenMapping, freeze
from dysts.systems.system import Clock, System

FIELDS_OF_SCIENCE = (
    "astronomy",
    "biology",
    "chemistry",
    "climate",
    "control",
    "ecology",
    "economics",
    "electronics",
    "fluid dynamics",
    "geophysics",
    "mathematics",
    "mechanics",
    "neuroscience",
    "optics",
    "plasma physics",
)
CONSERVATION = (
    "dissipative",
    "hamiltonian",
    "time-dependent hamiltonian",
    "volume-preserving",
    "reversible",
    "undetermined",
)
_REQUIRED = {"description", "field", "variables", "equations", "initial_conditions"}
_OPTIONAL = {
    "definitions",
    "parameters",
    "delay",
    "clock",
    "observables",
    "lifetime",
    "conservation",
    "citations",
    "variant_of",
    "remarks",
}
_CITATION = {"authors", "title", "container", "volume", "pages", "year", "doi", "role", "checked", "note"}
_PROPERTY = {"value", "error", "method", "settings", "version"}


def validate(name: str, entry: object) -> System:
    """Check one entry completely and return it as a System.

    Raises
    ------
    RegistryError
        With the entry's name, the field and the problem; `ExpressionError` if an expression is at fault.
    """
    check_identifier(name, where="registry")
    fields = _object(entry, name, required={"definition"}, optional={"properties"})
    where = f"{name}: definition"
    definition = _object(fields["definition"], where, required=_REQUIRED, optional=_OPTIONAL)
    checker = _Definition(name, definition)
    return System(
        name=name,
        description=_text(definition["description"], f"{name}: description", longest=160),
        field=_choice(definition["field"], f"{name}: field", FIELDS_OF_SCIENCE),
        variables=checker.variables,
        equations=FrozenMapping(checker.equations),
        initial_conditions=checker.initial_conditions(),
        definitions=FrozenMapping(checker.definitions),
        parameters=FrozenMapping(checker.parameters),
        delay=checker.delay,
        clock=checker.clock(),
        observables=FrozenMapping(checker.observables()),
        lifetime=checker.lifetime(),
        conservation=FrozenMapping(checker.conservation()),
        citations=tuple(_citations(definition.get("citations", []), name)),
        variant_of=_variant(definition.get("variant_of"), name),
        remarks=tuple(
            _text(remark, f"{name}: remarks", longest=600)
            for remark in _list(definition.get("remarks", []), f"{name}: remarks")
        ),
        properties=FrozenMapping(_properties(fields.get("properties", {}), name)),
    )


class _Definition:
    """The parts of a definition that refer to one another."""

    def __init__(self, name: str, definition: Mapping[str, Any]) -> None:
        self.name = name
        self.raw = definition
        self.variables = self._variables()
        self.parameters = self._parameters()
        self.flat = flatten_parameters(self.parameters)
        self.delay = self._delay()
        delayed = [f"{variable}_tau" for variable in self.variables] if self.delay else []
        # One parameter at a time: the element c_1 of a vector c may meet a parameter of that name.
        elements = [key for part in self.parameters.items() for key in flatten_parameters(dict([part]))]
        self.names = _distinct([*self.variables, *delayed, *elements], name)
        self.definitions = self._definitions()
        self.equations = self._equations()

    def _variables(self) -> tuple[str, ...]:
        where = f"{self.name}: variables"
        names = [check_identifier(name, where=where) for name in _list(self.raw["variables"], where)]
        if not names:
            raise RegistryError(f"{where}: empty; a system has at least one variable")
        return tuple(names)

    def _parameters(self) -> dict[str, Any]:
        where = f"{self.name}: parameters"
        parameters = {}
        for name, value in _object(self.raw.get("parameters", {}), where).items():
            check_identifier(name, where=where)
            parameters[name] = _numbers(value, f"{where}.{name}")
        return parameters

    def _delay(self) -> str | None:
        delay = self.raw.get("delay")
        if delay is None:
            return None
        where = f"{self.name}: delay"
        delay = _choice(delay, where, [key for key, value in self.parameters.items() if isinstance(value, float)])
        if not self.parameters[delay] > 0.0:
            raise RegistryError(f"{where}: the delay {delay} is {self.parameters[delay]}; it must be positive")
        return delay

    def _definitions(self) -> dict[str, str]:
        where = f"{self.name}: definitions"
        definitions = {}
        for name, text in _object(self.raw.get("definitions", {}), where).items():
            check_identifier(name, where=where)
            if name in self.names:
                raise RegistryError(f"{where}.{name}: the name is already taken")
            parse(text, where=f"{where}.{name}", names=self.names)
            definitions[name] = text
            self.names.add(name)
        return definitions

    def _equations(self) -> dict[str, str]:
        where = f"{self.name}: equations"
        equations = _object(self.raw["equations"], where, required=set(self.variables))
        for name in self.variables:
            parse(equations[name], where=f"{where}.{name}", names=self.names)
        return {name: equations[name] for name in self.variables}

    def initial_conditions(self) -> tuple[float, ...]:
        where = f"{self.name}: initial_conditions"
        values = [_number(value, where) for value in _list(self.raw["initial_conditions"], where)]
        if len(values) != len(self.variables):
            raise RegistryError(f"{where}: {len(values)} numbers for {len(self.variables)} variables")
        return tuple(values)

    def clock(self) -> Clock | None:
        if self.raw.get("clock") is None:
            return None
        where = f"{self.name}: clock"
        clock = _object(self.raw["clock"], where, required={"variable", "period"})
        variable = _choice(clock["variable"], f"{where}.variable", self.variables)
        if clock["period"] is not None:
            parse(clock["period"], where=f"{where}.period", names=set(self.flat))
        return Clock(variable, clock["period"])

    def observables(self) -> dict[str, str]:
        where = f"{self.name}: observables"
        observables = _object(self.raw.get("observables", {}), where)
        names = {*self.variables, *self.flat}
        for name, text in observables.items():
            _text(name, where, longest=40)
            parse(text, where=f"{where}.{name}", names=names)
        return dict(observables)

    def lifetime(self) -> float | None:
        if self.raw.get("lifetime") is None:
            return None
        where = f"{self.name}: lifetime"
        lifetime = _number(self.raw["lifetime"], where)
        if not lifetime > 0.0:
            raise RegistryError(f"{where}: {lifetime} periods; it must be positive")
        return lifetime

    def conservation(self) -> dict[str, Any]:
        if "conservation" not in self.raw:
            return {}
        where = f"{self.name}: conservation"
        fields = _object(
            self.raw["conservation"], where, required={"type"}, optional={"energy", "canonical_pairs", "note"}
        )
        _choice(fields["type"], f"{where}.type", CONSERVATION)
        if "energy" in fields:
            parse(fields["energy"], where=f"{where}.energy", names=self.names)
        for pair in _list(fields.get("canonical_pairs", []), f"{where}.canonical_pairs"):
            for variable in _list(pair, f"{where}.canonical_pairs"):
                _choice(variable, f"{where}.canonical_pairs", self.variables)
        return dict(fields)


def _properties(value: object, name: str) -> dict[str, Any]:
    where = f"{name}: properties"
    properties = _object(value, where)
    for key, entry in properties.items():
        fields = _object(entry, f"{where}.{key}", required={"value", "method"}, optional=_PROPERTY)
        _text(fields["method"], f"{where}.{key}.method", longest=1000)
        if key in ("period", "recommended_step") and not _number(fields["value"], f"{where}.{key}") > 0.0:
            raise RegistryError(f"{where}.{key}: {fields['value']} is not positive")
        if key == "lyapunov_spectrum":
            for part in ("value", "error"):
                numbers = _numbers(fields.get(part), f"{where}.{key}.{part}")
                if not isinstance(numbers, list) or not numbers:
                    raise RegistryError(f"{where}.{key}.{part}: not a list of numbers")
    return dict(properties)


def _citations(value: object, name: str) -> list[FrozenMapping[Any]]:
    where = f"{name}: citations"
    citations = []
    for citation in _list(value, where):
        fields = _object(citation, where, required={"authors", "title"}, optional=_CITATION)
        citations.append(freeze(fields))
    return citations


def _variant(value: object, name: str) -> FrozenMapping[str] | None:
    if value is None:
        return None
    where = f"{name}: variant_of"
    fields = _object(value, where, required={"name", "reason"})
    return FrozenMapping({key: _text(fields[key], f"{where}.{key}", longest=600) for key in ("name", "reason")})


def _object(
    value: object, where: str, *, required: set[str] | None = None, optional: set[str] | None = None
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RegistryError(f"{where}: must be an object, not {type(value).__name__}")
    missing = sorted((required or set()) - value.keys())
    if missing:
        raise RegistryError(f"{where}: field {missing[0]!r} is missing")
    if required is not None:
        allowed = required | (optional or set())
        unknown = sorted(value.keys() - allowed)
        if unknown:
            raise RegistryError(f"{where}: unknown field {unknown[0]!r}; allowed are {', '.join(sorted(allowed))}")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise RegistryError(f"{where}: must be a list, not {type(value).__name__}")
    return value


def _text(value: object, where: str, *, longest: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise RegistryError(f"{where}: must be a text, not {value!r}")
    if len(value) > longest:
        raise RegistryError(f"{where}: {len(value)} characters; at most {longest} are allowed")
    return value


def _choice(value: object, where: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise RegistryError(f"{where}: {value!r} is not one of {', '.join(allowed) or '(none)'}")
    return str(value)


def _number(value: object, where: str) -> float:
    if not is_finite_number(value):
        raise RegistryError(f"{where}: {value!r} is not a finite number")
    return float(value)  # type: ignore[arg-type]


def _numbers(value: object, where: str) -> Any:
    """Return a number, or an array of numbers as nested lists."""
    if not isinstance(value, list):
        return _number(value, where)
    parts = [_numbers(part, where) for part in value]
    if len({np.shape(part) for part in parts}) != 1:
        raise RegistryError(f"{where}: must be a number, a vector or a matrix with equal rows")
    return parts


def _distinct(names: list[str], entry: str) -> set[str]:
    for position, name in enumerate(names):
        if name in names[:position]:
            raise RegistryError(f"{entry}: the name {name!r} is declared twice")
    return set(names)
