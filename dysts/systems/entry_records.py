"""Checks of the records of an entry: citations, computed properties, and what a system is a variant of."""

import re
from collections.abc import Mapping
from typing import Any

from dysts.checks import shown
from dysts.errors import RegistryError
from dysts.systems.entry_values import (
    check_list,
    check_name,
    check_number,
    check_numbers,
    check_object,
    check_settings,
    check_text,
)
from dysts.systems.frozen import FrozenMapping, freeze

MOST_CITATIONS = 200
LONGEST_TEXT = 600
_CITATION = {"container", "volume", "pages", "year", "doi", "role", "checked", "note"}
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s{}\\'\"]+\Z")
_YEARS = (1000, 2999)
_PROPERTY = {"error", "settings", "version"}
_LISTS = ("lyapunov_spectrum", "mean", "standard_deviation", "multiscale_entropy")
_NUMBERS = (
    "autocorrelation_time",
    "correlation_dimension",
    "divergence",
    "kaplan_yorke_dimension",
    "period",
    "permutation_entropy",
    "pesin_entropy",
    "recommended_step",
    "same_motion_from_elsewhere",
    "survival",
    "zero_one",
)
_POSITIVE = ("period", "recommended_step")


def check_citations(value: object, name: str) -> tuple[FrozenMapping[Any], ...]:
    """Return the citations of an entry, each with a type for every field.

    Raises
    ------
    RegistryError
    """
    where = f"{name}: citations"
    return tuple(
        freeze(_citation(citation, f"{where}[{position}]"))
        for position, citation in enumerate(check_list(value, where, most=MOST_CITATIONS))
    )


def _citation(value: object, where: str) -> dict[str, Any]:
    fields = check_object(value, where, required={"authors", "title"}, optional=_CITATION)
    for key, field in fields.items():
        if key == "year":
            if isinstance(field, bool) or not isinstance(field, int) or not _YEARS[0] <= field <= _YEARS[1]:
                raise RegistryError(
                    f"{where}.year must be a whole number from {_YEARS[0]} to {_YEARS[1]}, got {shown(field)}"
                )
        elif key == "checked":
            if not isinstance(field, bool):
                raise RegistryError(f"{where}.checked must be true or false, got {shown(field)}")
        elif key in ("volume", "pages") and isinstance(field, int) and not isinstance(field, bool):
            check_number(field, f"{where}.{key}")
        else:
            check_text(field, f"{where}.{key}", longest=LONGEST_TEXT)
            if key == "doi" and not _DOI.match(field):
                raise RegistryError(f"{where}.doi must be a DOI such as 10.1000/182, got {shown(field)}")
    return fields


def check_properties(value: object, name: str) -> dict[str, Any]:
    """Return the computed properties of an entry, each with a type for every field.

    Raises
    ------
    RegistryError
    """
    where = f"{name}: properties"
    properties = check_object(value, where)
    check_list(list(properties), where, most=MOST_CITATIONS)
    for key, entry in properties.items():
        check_text(key, where, longest=64)
        _property(key, check_object(entry, f"{where}.{key}", required={"value", "method"}, optional=_PROPERTY), where)
    return properties


def _property(key: str, fields: Mapping[str, Any], where: str) -> None:
    where = f"{where}.{key}"
    value, error = fields["value"], fields.get("error")
    check_text(fields["method"], f"{where}.method", longest=1000)
    if "version" in fields:
        check_text(fields["version"], f"{where}.version", longest=100)
    if key in _NUMBERS:
        check_number(value, where, positive=key in _POSITIVE)
    elif key == "regime" or isinstance(value, str):
        check_text(value, where, longest=LONGEST_TEXT)
    elif key in _LISTS:
        checked = check_numbers(value, where)
        if not isinstance(checked, list) or isinstance(checked[0], list):
            raise RegistryError(f"{where} must be a list of numbers, got {shown(value)}")
    else:
        check_numbers(value, where)
    if key == "lyapunov_spectrum" and error is None:
        raise RegistryError(f"{where}.error must be a list of numbers, got {shown(error)}")
    if error is not None:
        errors = check_numbers(error, f"{where}.error")
        if _lengths(errors) != _lengths(value):
            raise RegistryError(f"{where}.error must have the shape of the value, got {shown(error)}")
    _settings(fields.get("settings", {}), f"{where}.settings")


def _settings(value: object, where: str) -> None:
    settings = check_settings(check_object(value, where), where)
    for key in ("outcomes", "afterwards"):
        if key in settings:
            for name, count in check_object(settings[key], f"{where}.{key}").items():
                check_number(count, f"{where}.{key}.{name}")
    if "on_set" in settings:
        check_text(settings["on_set"], f"{where}.on_set", longest=LONGEST_TEXT)
    if "mean_lifetime" in settings:
        check_object(settings, where, required={"mean_lifetime", "trajectories", "afterwards"}, optional=settings)
        check_number(settings["mean_lifetime"], f"{where}.mean_lifetime")
        check_number(settings["trajectories"], f"{where}.trajectories")


def _lengths(value: Any) -> Any:
    """Return the shape of checked numbers: nothing, a length, or the lengths of the rows."""
    if not isinstance(value, list | tuple):
        return ()
    return (len(value), *_lengths(value[0]))


def check_variant(value: object, name: str) -> FrozenMapping[str] | None:
    """Return which entry a system is a variant of, and why, if it is one.

    Raises
    ------
    RegistryError
    """
    if value is None:
        return None
    where = f"{name}: variant_of"
    fields = check_object(value, where, required={"name", "reason"})
    return FrozenMapping(
        {
            # Pages link to the entry of this name.
            "name": check_name(fields["name"], f"{where}.name"),
            "reason": check_text(fields["reason"], f"{where}.reason", longest=LONGEST_TEXT),
        }
    )
