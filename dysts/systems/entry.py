"""The checks of one entry of a registry file: whatever is not exactly as the schema says is refused.

Every message names the entry, the field and the problem. The schema: ``{"definition": {...}, "properties": {...}}``
with the fields of `dysts.systems.system.System`, the driving phase being called ``clock``; nothing else is allowed, so
that no misspelt field is silently left out. The checks take time in proportion to the size of the entry.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from dysts.checks import shown
from dysts.equations.expressions import parse
from dysts.equations.parameters import flatten_parameters
from dysts.errors import RegistryError
from dysts.systems.driving_phase import DrivingPhase
from dysts.systems.entry_records import LONGEST_TEXT, check_citations, check_properties, check_variant
from dysts.systems.entry_values import (
    MOST_NUMBERS,
    check_choice,
    check_list,
    check_name,
    check_number,
    check_numbers,
    check_object,
    check_text,
)
from dysts.systems.frozen import FrozenMapping
from dysts.systems.kinds import FLOW, KINDS, MAP

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
MOST_NAMES = 5000
"""Largest number of variables, of definitions and of observables: far more than can be compiled in minutes."""
MOST_CHARACTERS = 100_000
"""Largest number of characters in all expressions of an entry, which take about half a second to check."""
MOST_REMARKS = 200
_REQUIRED = {"variables", "equations", "initial_conditions"}
_OPTIONAL = {
    "description",
    "field",
    "definitions",
    "parameters",
    "kind",
    "delay",
    "clock",
    "observables",
    "lifetime",
    "conservation",
    "citations",
    "variant_of",
    "remarks",
}


def check_entry(name: str, entry: object) -> dict[str, Any]:
    """Check one entry completely and return the fields of `dysts.System`.

    Raises
    ------
    RegistryError
        With the entry's name, the field and the problem; `ExpressionError` if an expression is at fault.
    """
    name = check_name(name, "registry")
    fields = check_object(entry, f"{name}: entry", required={"definition"}, optional={"properties"})
    definition = check_object(fields["definition"], f"{name}: definition", required=_REQUIRED, optional=_OPTIONAL)
    checker = _Definition(name, definition)
    description, field = definition.get("description"), definition.get("field")
    remarks = check_list(definition.get("remarks", []), f"{name}: remarks", most=MOST_REMARKS)
    return {
        "name": name,
        "description": "" if description is None else check_text(description, f"{name}: description", longest=160),
        "field": "" if field is None else check_choice(field, f"{name}: field", FIELDS_OF_SCIENCE),
        "kind": checker.kind,
        "variables": checker.variables,
        "equations": FrozenMapping(checker.equations),
        "initial_conditions": checker.initial_conditions(),
        "definitions": FrozenMapping(checker.definitions),
        "parameters": FrozenMapping(checker.parameters),
        "delay": checker.delay,
        "driving_phase": checker.driving_phase(),
        "observables": FrozenMapping(checker.observables()),
        "lifetime": checker.lifetime(),
        "conservation": FrozenMapping(checker.conservation()),
        "citations": check_citations(definition.get("citations", []), name),
        "variant_of": check_variant(definition.get("variant_of"), name),
        "remarks": tuple(check_text(remark, f"{name}: remarks", longest=LONGEST_TEXT) for remark in remarks),
        "properties": FrozenMapping(check_properties(fields.get("properties", {}), name)),
    }


class _Definition:
    """The parts of a definition that refer to one another."""

    def __init__(self, name: str, definition: Mapping[str, Any]) -> None:
        self.name = name
        self.raw = definition
        _check_length(name, definition)
        self.kind = self._kind()
        self.variables = self._variables()
        self.parameters = self._parameters()
        self.delay = self._delay()
        delayed = [f"{variable}_tau" for variable in self.variables] if self.delay else []
        # One parameter at a time: the element c_1 of a vector c may meet a parameter of that name.
        elements = [key for part in self.parameters.items() for key in _elements(*part)]
        self.elements = frozenset(elements)
        self.names = _distinct([*self.variables, *delayed, *elements], name)
        self.definitions = self._definitions()
        self.equations = self._equations()

    def _kind(self) -> str:
        where = f"{self.name}: kind"
        kind = FLOW if self.raw.get("kind") is None else check_choice(self.raw["kind"], where, KINDS)
        for field in ("delay", "clock", "lifetime"):
            if kind == MAP and self.raw.get(field) is not None:
                raise RegistryError(f"{self.name}: {field} must be left out for a map, got {shown(self.raw[field])}")
        return kind

    def _expression(self, text: object, where: str, names: Collection[str]) -> str:
        """Check an expression and return it."""
        parse(text, where=where, names=names)
        return str(text)

    def _variables(self) -> tuple[str, ...]:
        where = f"{self.name}: variables"
        names = [check_name(name, where) for name in check_list(self.raw["variables"], where, most=MOST_NAMES)]
        if not names:
            raise RegistryError(f"{where} must name at least one variable, got an empty list")
        return tuple(names)

    def _parameters(self) -> dict[str, Any]:
        where = f"{self.name}: parameters"
        parameters = {}
        count = 0
        for name, value in check_object(self.raw.get("parameters", {}), where).items():
            check_name(name, where)
            parameters[name] = check_numbers(value, f"{where}.{name}")
            count += _count(parameters[name])
            if count > MOST_NUMBERS:
                raise RegistryError(f"{where} must have at most {MOST_NUMBERS} numbers, got more at {name}")
        return parameters

    def _delay(self) -> str | None:
        if self.raw.get("delay") is None:
            return None
        where = f"{self.name}: delay"
        numbers = {key: value for key, value in self.parameters.items() if isinstance(value, float)}
        delay = check_choice(self.raw["delay"], where, numbers)
        check_number(numbers[delay], f"{where} {delay}", positive=True)
        return delay

    def _definitions(self) -> dict[str, str]:
        where = f"{self.name}: definitions"
        definitions = {}
        for name, text in _few(check_object(self.raw.get("definitions", {}), where), where).items():
            check_name(name, where)
            if name in self.names:
                raise RegistryError(f"{where}.{name} must have a name of its own, got one that is taken")
            definitions[name] = self._expression(text, f"{where}.{name}", self.names)
            self.names.add(name)
        return definitions

    def _equations(self) -> dict[str, str]:
        where = f"{self.name}: equations"
        equations = check_object(self.raw["equations"], where, required=self.variables)
        return {name: self._expression(equations[name], f"{where}.{name}", self.names) for name in self.variables}

    def initial_conditions(self) -> tuple[float, ...]:
        where = f"{self.name}: initial_conditions"
        given = self.raw["initial_conditions"]
        if isinstance(given, Mapping):
            by_name = check_object(given, where, required=self.variables)
            given = [by_name[name] for name in self.variables]
        values = [check_number(value, where) for value in check_list(given, where, most=MOST_NAMES)]
        if len(values) != len(self.variables):
            raise RegistryError(
                f"{where} must have one number for each of the {len(self.variables)} variables, got {len(values)}"
            )
        return tuple(values)

    def driving_phase(self) -> DrivingPhase | None:
        if self.raw.get("clock") is None:
            return None
        where = f"{self.name}: clock"
        clock = check_object(self.raw["clock"], where, required={"variable", "period"})
        variable = check_choice(clock["variable"], f"{where}.variable", self.variables)
        period = clock["period"]
        return DrivingPhase(
            variable, None if period is None else self._expression(period, f"{where}.period", self.elements)
        )

    def observables(self) -> dict[str, str]:
        where = f"{self.name}: observables"
        names = self.elements.union(self.variables)
        return {
            check_text(name, where, longest=40): self._expression(text, f"{where}.{shown(name)[1:-1]}", names)
            for name, text in _few(check_object(self.raw.get("observables", {}), where), where).items()
        }

    def lifetime(self) -> float | None:
        value = self.raw.get("lifetime")
        return None if value is None else check_number(value, f"{self.name}: lifetime", positive=True)

    def conservation(self) -> dict[str, Any]:
        if "conservation" not in self.raw:
            return {}
        where = f"{self.name}: conservation"
        fields = check_object(
            self.raw["conservation"], where, required={"type"}, optional={"energy", "canonical_pairs", "note"}
        )
        check_choice(fields["type"], f"{where}.type", CONSERVATION)
        if "energy" in fields:
            self._expression(fields["energy"], f"{where}.energy", self.names)
        if "note" in fields:
            check_text(fields["note"], f"{where}.note", longest=LONGEST_TEXT)
        where = f"{where}.canonical_pairs"
        for pair in check_list(fields.get("canonical_pairs", []), where, most=MOST_NAMES):
            if len(check_list(pair, where, most=2)) != 2:
                raise RegistryError(f"{where} must hold pairs of variables, got {shown(pair)}")
            for variable in pair:
                check_choice(variable, where, self.variables)
        return fields


def _check_length(name: str, definition: Mapping[str, Any]) -> None:
    """Refuse expressions that are too long in all, before any of them is parsed."""
    texts = [
        text
        for field in ("definitions", "equations", "observables")
        if isinstance(definition.get(field), Mapping)
        for text in definition[field].values()
    ]
    total = sum(len(text) for text in texts if isinstance(text, str))
    if total > MOST_CHARACTERS:
        raise RegistryError(
            f"{name}: the expressions must have at most {MOST_CHARACTERS} characters in all, got {total}"
        )


def _few(values: dict[str, Any], where: str) -> dict[str, Any]:
    check_list(list(values), where, most=MOST_NAMES)
    return values


def _count(numbers: Any) -> int:
    return sum(map(_count, numbers)) if isinstance(numbers, list) else 1


def _elements(parameter: str, value: Any) -> Iterable[str]:
    return (parameter,) if isinstance(value, float) else flatten_parameters({parameter: value})


def _distinct(names: Iterable[str], entry: str) -> set[str]:
    found: set[str] = set()
    for name in names:
        if name in found:
            raise RegistryError(f"{entry}: each name must be declared once, got {name!r} declared twice")
        found.add(name)
    return found
