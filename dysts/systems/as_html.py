"""A system as HTML, which notebooks show in place of its text."""

from collections.abc import Mapping
from html import escape
from typing import Any

from dysts.equations.formulas import as_mathml
from dysts.equations.vector_field import VectorField
from dysts.systems.as_text import value_on_page

MOST_EQUATIONS = 12
"""Largest number of equations that are typeset; of more, their number is said."""
MOST_PARAMETERS = 24
"""Largest number of parameters that are listed."""
SHOWN = (
    ("period", "period"),
    ("lyapunov_spectrum", "Lyapunov exponents"),
    ("kaplan_yorke_dimension", "Kaplan-Yorke dimension"),
    ("regime", "regime"),
)
"""Computed properties that are shown, each with its name for people."""


def system_html(
    name: str,
    description: str,
    field: VectorField,
    parameters: Mapping[str, Any],
    properties: Mapping[str, Any],
    *,
    next_values: bool = False,
) -> str:
    """Return the description, equations, parameters and computed properties of a system, escaped, without scripts."""
    parts = [f"<strong>{escape(name)}</strong>{': ' if description else ''}{escape(description)}"]
    if len(field.variables) <= MOST_EQUATIONS:
        parts += [f"<div>{line}</div>" for line in as_mathml(field, next_values=next_values)]
    else:
        parts.append(f"<div>{len(field.variables)} equations</div>")
    if parameters:
        shown = [
            f"{escape(key)} = {escape(_short(value))}" for key, value in list(parameters.items())[:MOST_PARAMETERS]
        ]
        more = len(parameters) - len(shown)
        parts.append(f"<div>{', '.join(shown)}{f' and {more} more' if more else ''}</div>")
    parts += [
        f"<div>{title}: {escape(value_on_page(properties[key]))}</div>" for key, title in SHOWN if key in properties
    ]
    return f"<div>{''.join(parts)}</div>"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "an array"
