"""Compares two builds of one system, and explains different numbers."""

import json
from collections.abc import Mapping
from typing import Any

from dysts.datasets.plain_attributes import structured_attributes

COMPARED = (
    "system",
    "sha256",
    "inputs",
    "format",
    "recipe",
    "definition",
    "period",
    "lyapunov_exponent",
    "lyapunov_exponent_error",
    "dysts_version",
    "built_with",
)
"""Attributes of a group that a catalogue holds as well."""


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Explain why the numbers of two groups differ, from their attributes.

    Parameters
    ----------
    here, there : mapping
        The attributes in `COMPARED`, as they are stored or as an opened data set has them.

    Returns
    -------
    list of str
        Empty if the numbers are the same; otherwise the reasons, one sentence part each.

    Examples
    --------
    >>> differences({"sha256": "a", "period": 1.0}, {"sha256": "b", "period": 2.0})
    ['the period is 1.0 here and 2.0 there']
    """
    here, there = structured_attributes(here), structured_attributes(there)
    if here.get("sha256") == there.get("sha256"):
        return []
    reasons = []
    recipe, other = (json.loads(attributes.get("recipe", "{}")) for attributes in (here, there))
    changed = sorted(name for name in {*recipe, *other} if recipe.get(name) != other.get(name))
    reasons += [f"the recipe has {name} {recipe.get(name)!r} here and {other.get(name)!r} there" for name in changed]
    if here.get("definition") != there.get("definition"):
        reasons.append("the registry defines the system in another way")
    for name in ("period", "lyapunov_exponent", "dysts_version", "format"):
        if here.get(name) != there.get(name):
            words = name.replace("_", " ")
            reasons.append(f"the {words} is {here.get(name)!r} here and {there.get(name)!r} there")
    tools, others = here.get("built_with") or {}, there.get("built_with") or {}
    for name in sorted({*tools, *others}):
        if tools.get(name) != others.get(name):
            reasons.append(f"they were computed with {name} {tools.get(name)} here and {others.get(name)} there")
    return reasons or ["nothing that is recorded explains it; one of them is damaged or was altered"]
