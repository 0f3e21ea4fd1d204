"""Systems and ensembles as HTML, which notebooks show in place of their text."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dysts.equations.formulas import as_mathml
from dysts.equations.vector_field import VectorField
from dysts.systems.as_text import citation_text, doi_address, value_on_page

MOST_EQUATIONS = 12
"""Largest number of equations that are typeset; of more, their number is said."""
MOST_PARAMETERS = 24
"""Largest number of parameters that are listed."""
MOST_MEMBERS = 8
"""Largest number of members of an ensemble whose values are listed."""
MOST_SOURCES = 6
"""Largest number of citations that are listed."""
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
    citations: Sequence[Mapping[str, Any]],
    *,
    next_values: bool = False,
) -> str:
    """Return what is known about a system, escaped, without scripts; the citations are links."""
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
    parts += [f"<div>{_linked(citation)}</div>" for citation in citations[:MOST_SOURCES]]
    return f"<div>{''.join(parts)}</div>"


def ensemble_html(base: str, varied: Mapping[str, Sequence[Any]]) -> str:
    """Return the base of an ensemble, already HTML, and a table of the parameters that vary, escaped.

    Examples
    --------
    >>> print(ensemble_html("<div>base</div>", {"rho": (24.0, 28.0)}).partition("<tr>")[2])
    <th>rho</th><td>24</td><td>28</td></tr></table></div>
    """
    members = max(map(len, varied.values()), default=0)
    more = members - MOST_MEMBERS
    rows = "".join(
        f"<tr><th>{escape(name)}</th>"
        + "".join(f"<td>{escape(_short(value))}</td>" for value in values[:MOST_MEMBERS])
        + "</tr>"
        for name, values in varied.items()
    )
    told = f"{members} systems that differ in {', '.join(map(escape, varied))}"
    rest = f"<div>and {more} more</div>" if more > 0 else ""
    return f"<div>{base}<div>{told}:</div><table>{rows}</table>{rest}</div>"


def _linked(citation: Mapping[str, Any]) -> str:
    text = escape(citation_text(citation))
    if not citation.get("doi"):
        return text
    address = escape(doi_address(citation["doi"]))
    return text.replace(address, f'<a href="{address}">{address}</a>', 1)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "an array"
