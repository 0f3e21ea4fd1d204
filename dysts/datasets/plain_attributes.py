"""Attributes of an opened data set in the few forms that every file format of xarray can hold."""

import json
from collections.abc import Mapping
from typing import Any

OPTIONAL = ("lyapunov_exponent", "lyapunov_exponent_error")
"""Attributes that are stored without a value where nothing is known, and left out of an opened data set."""
STRUCTURED = (
    "built_with",
    "components",
    "definitions",
    "equations",
    "invariants",
    "observables",
    "parameters",
    "references",
    "remarks",
    "variables",
)
"""Attributes that are stored as mappings or lists of texts, and are JSON text in an opened data set."""


def plain_attributes(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as numbers, texts and lists of numbers, which ``to_netcdf`` accepts: the rest as JSON text.

    Examples
    --------
    >>> plain_attributes({"equations": {"x": "-x"}, "period": 2.0, "lyapunov_exponent": None})
    {'equations': '{"x": "-x"}', 'period': 2.0}
    """
    return {
        name: json.dumps(value, ensure_ascii=False) if name in STRUCTURED else value
        for name, value in stored.items()
        if value is not None
    }


def structured_attributes(plain: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the attributes that `plain_attributes` was given; those that are no text are left as they are.

    Examples
    --------
    >>> structured_attributes({"equations": '{"x": "-x"}', "period": 2.0})["equations"]["x"]
    '-x'
    """
    values = {
        str(name): json.loads(value) if name in STRUCTURED and isinstance(value, str) else value
        for name, value in plain.items()
    }
    return {**dict.fromkeys(OPTIONAL), **values} if "system" in values else values
