"""The attributes of a stored system, checked strictly: names, types, and agreement with one another.

Several attributes say the same thing in the words of different readers: ``equations`` and ``definition``, ``step`` and
``period``. So the edit of one of them alone is found although the document is sealed anew.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from dysts.checks import is_finite_number
from dysts.datasets.description import lyapunov_time_of, no_lyapunov_time
from dysts.datasets.layout import Array, arrays_of
from dysts.datasets.recipe import Recipe
from dysts.errors import DystsError
from dysts.systems.kinds import FLOW, MAP

CLOCKS = ("period", "published period", "lyapunov time", "iterate")
"""Units of time in which data sets count."""
LONGEST_TEXT = 100_000
HEX = frozenset("0123456789abcdef")

_Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()


def _positive(value: Any) -> bool:
    return is_finite_number(value) and value > 0


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and not set(value) - HEX


def _numbers(value: Any, depth: int = 2) -> bool:
    if isinstance(value, list):
        return depth > 0 and all(_numbers(item, depth - 1) for item in value)
    return is_finite_number(value)


def _names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_text, value)) and len(set(value)) == len(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _mapping(check: _Check) -> _Check:
    return lambda value: isinstance(value, dict) and all(_text(key) and check(item) for key, item in value.items())


def _invariant(value: Any) -> bool:
    if not isinstance(value, dict) or not set(value) <= {"value", "error"}:
        return False
    return all(_text(item) or _numbers(item) for item in value.values())


def _maybe(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


REQUIRED: dict[str, tuple[_Check, str]] = {
    "system": (_text, "a name"),
    "description": (_text, "a text"),
    "field": (_text, "a text"),
    "equations": (_mapping(_text), "texts by name"),
    "definitions": (_mapping(_text), "texts by name"),
    "parameters": (_mapping(_numbers), "numbers by name"),
    "components": (_names, "a list of different names"),
    "references": (_texts, "a list of texts"),
    "remarks": (_texts, "a list of texts"),
    "invariants": (_mapping(_invariant), "values and errors by name"),
    "recipe": (_text, "a recipe as JSON"),
    "clock": (lambda value: value in CLOCKS, "one of " + ", ".join(CLOCKS)),
    "step": (_positive, "a positive number"),
    "points_per_period": (_positive, "a positive number"),
    "period": (_positive, "a positive number"),
    "lyapunov_exponent": (_maybe(is_finite_number), "a number or null"),
    "lyapunov_exponent_error": (_maybe(is_finite_number), "a number or null"),
    "definition": (_text, "a definition as JSON"),
    "solver": (_text, "a name"),
    "built_with": (_mapping(_text), "versions by name"),
    "dysts_version": (_text, "a version"),
    "format": (_count, "a whole number"),
    "inputs": (_digest, "a SHA-256"),
    "sha256": (_digest, "a SHA-256"),
}
"""Type of every attribute that a group must have, and the type in words."""
OPTIONAL: dict[str, tuple[_Check, str]] = {
    "published_period": (_positive, "a positive number"),
    "rtol": (_positive, "a positive number"),
    "atol": (_numbers, "a number or a list of numbers"),
    "signal_to_noise_db": (is_finite_number, "a number"),
    "step_in_recommended_steps": (_positive, "a positive number"),
    "delay": (_positive, "a positive number"),
    "variables": (_names, "a list of different names"),
    "observables": (_mapping(_text), "texts by name"),
    "lifetime": (_positive, "a positive number"),
    "restarts": (_count, "a whole number"),
}


def check_types(attributes: Any) -> Mapping[str, Any]:
    """Check the names and types of the attributes of a group.

    Raises
    ------
    ValueError
    """
    if not isinstance(attributes, dict):
        raise ValueError("the attributes must be an object")
    for name in REQUIRED:
        if name not in attributes:
            raise ValueError(f"the attribute {name!r} is missing")
    for name, value in attributes.items():
        if name not in REQUIRED and name not in OPTIONAL:
            raise ValueError(f"{str(name)[:40]!r} is no attribute of a data set")
        check, words = REQUIRED.get(name) or OPTIONAL[name]
        if not check(value):
            raise ValueError(f"the attribute {name!r} must be {words}, got {str(value)[:80]!r}")
    return attributes


def check_attributes(attributes: Any) -> tuple[Recipe, dict[str, Any], dict[str, Array]]:
    """Check the attributes of a group, and return them as a value.

    Returns
    -------
    recipe : Recipe
    definition : dict
        Of the system.
    arrays : dict of str to Array
        Those that the group must have.

    Raises
    ------
    ValueError
        If an attribute is missing, unknown, of another type, or contradicts another one.
    """
    check_types(attributes)
    recipe = _recipe(attributes["recipe"])
    definition = _definition(attributes["definition"])
    variables = tuple(definition["variables"])
    observables = definition.get("observables") or {}
    has_state = bool(observables) and recipe.signal_to_noise_db is None
    said: dict[str, Any] = {
        "equations": definition["equations"],
        "definitions": definition.get("definitions", {}),
        "parameters": definition.get("parameters", {}),
        "components": list(observables or variables),
        # Both are optional in an entry of one's own.
        "description": definition.get("description", ""),
        "field": definition.get("field", ""),
        "variables": list(variables) if has_state else None,
        "observables": observables if has_state else None,
        "lifetime": definition.get("lifetime"),
        "signal_to_noise_db": recipe.signal_to_noise_db,
    }
    for name, value in said.items():
        if attributes.get(name) != value:
            raise ValueError(f"the attribute {name!r} contradicts the definition or the recipe")
    if (definition.get("kind") or FLOW) != recipe.kind:
        raise ValueError("the kind of the system contradicts the recipe")
    delay = definition.get("delay")
    known = definition.get("parameters", {}).get(delay, attributes.get("delay")) if delay else None
    if attributes.get("delay") != known or bool(delay) != ("delay" in attributes):
        raise ValueError("the attribute 'delay' contradicts the definition")
    _check_times(attributes, recipe)
    arrays = arrays_of(recipe, components=tuple(attributes["components"]), variables=variables, has_state=has_state)
    return recipe, definition, arrays


def _check_times(attributes: Mapping[str, Any], recipe: Recipe) -> None:
    """Check that period, exponent, clock and step agree with one another and with the invariants."""
    invariants = attributes["invariants"]
    exponents = invariants.get("lyapunov_spectrum", {}).get("value") or [None]
    errors = invariants.get("lyapunov_spectrum", {}).get("error") or [None]
    iterates = recipe.kind == MAP
    for name, value in (
        ("period", 1.0 if iterates else invariants.get("period", {}).get("value")),
        ("lyapunov_exponent", exponents[0] if isinstance(exponents, list) else None),
        ("lyapunov_exponent_error", errors[0] if isinstance(errors, list) else None),
    ):
        if attributes[name] != value:
            raise ValueError(f"the attribute {name!r} contradicts the invariants")
    counts_periods = iterates or recipe.points_per_period is not None or bool(no_lyapunov_time(attributes))
    unit = attributes["period"] if counts_periods else lyapunov_time_of(attributes)
    clock = "iterate" if iterates else "period" if counts_periods else "lyapunov time"
    if (recipe.period_source == "published") != ("published_period" in attributes):
        raise ValueError("the attribute 'published_period' contradicts the recipe")
    if recipe.period_source == "published":
        unit, clock = attributes["published_period"], "published period"
    if attributes["clock"] != clock:
        raise ValueError(f"the attribute 'clock' must be {clock!r} by the exponent and the recipe")
    for name, number in (
        ("step", unit / recipe.points_per_unit),
        ("points_per_period", attributes["period"] / attributes["step"]),
    ):
        if not math.isclose(attributes[name], number, rel_tol=1e-12):
            raise ValueError(f"the attribute {name!r} contradicts the period, the exponent or the recipe")


def _recipe(text: str) -> Recipe:
    try:
        recipe = Recipe.from_dict(json.loads(text))
    except (DystsError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"the attribute 'recipe' must be a recipe ({str(error)[:120]})") from None
    if recipe.to_json() != text:
        raise ValueError("the attribute 'recipe' must be written as this package writes it")
    return recipe


def _definition(text: str) -> dict[str, Any]:
    try:
        definition = json.loads(text)
        checked = _names(definition["variables"]) and _mapping(_text)(definition["equations"])
        checked = checked and _mapping(_text)(definition.get("observables") or {})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        checked = False
    if not checked:
        raise ValueError("the attribute 'definition' must be the definition of a system")
    return dict(definition)


WORDS = ("description", "field", "remarks", "citations", "variant_of", "conservation")
"""Fields of a definition on which no number of a series depends."""


def differing_field(definition: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return the first field in which two definitions are different systems; empty if they are the same.

    Examples
    --------
    >>> differing_field({"equations": {"x": "y"}, "remarks": ["a"]}, {"equations": {"x": "y"}})
    ''
    >>> differing_field({"equations": {"x": "y"}}, {"equations": {"x": "-y"}})
    'equations'
    """
    for name in sorted({*definition, *other} - set(WORDS)):
        if (definition.get(name) or None) != (other.get(name) or None):
            return name
    return ""
