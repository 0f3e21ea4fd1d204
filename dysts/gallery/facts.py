"""The facts about a system as its pages show them: equations, parameters, computed properties, sources."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dysts.equations.formulas import as_mathml
from dysts.errors import DystsError
from dysts.systems.as_text import doi_address, numbers_text, title_of, typographic, value_on_page
from dysts.systems.kinds import MAP
from dysts.systems.system import System

PROPERTIES = (
    "category",
    "regime",
    "period",
    "lyapunov_spectrum",
    "kaplan_yorke_dimension",
    "correlation_dimension",
    "survival",
)
"""Computed properties that pages show, in their order."""
MOST_NUMBERS = 6
"""Largest number of numbers of one property that are shown; the rest is folded."""
UNITS = {"period": "units of time", "lyapunov_spectrum": "per unit of time"}
"""Units of the properties that have one, of systems with a time."""


@dataclass(frozen=True, kw_only=True)
class Property:
    """A computed property in words.

    Attributes
    ----------
    title : str
    text : str
        The value with its error.
    rest : str
        What is folded: the later numbers of a long spectrum.
    count : int
        How many numbers are folded.
    """

    title: str
    text: str
    rest: str = ""
    count: int = 0


def system_facts(system: System) -> dict[str, Any]:
    """Return what the macros of ``facts.html`` need: equations, parameters, properties, and sources of a system."""
    return {
        "equations": _equations(system),
        "parameters": [
            (_name_as_mathml(name), typographic(f"{value:.10g}")) for name, value in system.flat_parameters.items()
        ],
        "properties": [_property(system, name) for name in PROPERTIES if name in system.properties],
        "sources": [_source(citation) for citation in system.citations],
    }


def breakable(name: str) -> Any:
    """Return a name as HTML that a browser may break before a capital letter, and not within a word.

    Examples
    --------
    >>> str(breakable("PomeauMannevilleMap"))
    'Pomeau<wbr>Manneville<wbr>Map'
    """
    from markupsafe import Markup, escape

    # Safe because each part is escaped.
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[a-z0-9])(?=[A-Z])", name))


def _equations(system: System) -> list[Any]:
    from markupsafe import Markup

    try:
        # Safe because the formulas come from expressions whose names are checked.
        return [Markup(each) for each in as_mathml(system.vector_field, next_values=system.kind == MAP)]
    except DystsError:
        return [f"{variable}' = {equation}" for variable, equation in system.equations.items()]


def _name_as_mathml(name: str) -> Any:
    import sympy
    from markupsafe import Markup
    from sympy.printing.mathml import MathMLPresentationPrinter

    # A name in flat_parameters may carry an index in brackets, which no symbol of an equation has.
    if not name.isidentifier():
        return name
    return Markup(f"<math>{MathMLPresentationPrinter().doprint(sympy.Symbol(name))}</math>")


def _property(system: System, name: str) -> Property:
    entry = system.properties_entry(name)
    value, title = entry["value"], title_of(name)
    if name in UNITS:
        unit = UNITS[name].replace("unit of time", "iterate") if system.kind == MAP else UNITS[name]
        title = f"{title}, {unit}"
    if name == "survival" and {"trajectories", "periods"} <= entry.get("settings", {}).keys():
        return Property(title=title, text=_survival(value, entry["settings"], system.kind))
    if isinstance(value, tuple) and len(value) > MOST_NUMBERS and not isinstance(value[0], tuple):
        parts = [typographic(part) for part in numbers_text(value, entry.get("error"))]
        return Property(
            title=title,
            text=", ".join(parts[:MOST_NUMBERS]),
            rest=", ".join(parts[MOST_NUMBERS:]),
            count=len(parts) - MOST_NUMBERS,
        )
    return Property(title=title, text=value_on_page(entry))


def _survival(share: float, settings: Mapping[str, Any], kind: str) -> str:
    unit = "iterates" if kind == MAP else "periods"
    orbits = settings["trajectories"]
    told = f"{round(share * orbits)} of {orbits}, over {settings['periods']:,.0f} {unit}"
    if "mean_lifetime" in settings:
        after = ", ".join(f"{fate} ({count})" for fate, count in settings.get("afterwards", {}).items())
        told += f"; mean lifetime {settings['mean_lifetime']:,.0f} {unit}, then {after or 'unknown'}"
    return told


def _source(citation: Mapping[str, Any]) -> dict[str, Any]:
    where = " ".join(str(citation[part]) for part in ("container", "volume") if citation.get(part))
    doi = citation.get("doi")
    return {
        "authors": citation["authors"],
        "title": citation["title"],
        "where": ", ".join(part for part in (where, citation.get("pages")) if part),
        "year": citation.get("year"),
        "doi": doi,
        "address": doi_address(doi) if doi else "",
        "checked": citation.get("checked", False),
        "note": citation.get("note"),
    }
