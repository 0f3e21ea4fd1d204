"""Computed properties and citations as lines of text."""

from collections.abc import Mapping
from typing import Any


def value_text(entry: Mapping[str, Any]) -> str:
    """Return a computed property as text: its value, its error, and the counts in its settings."""
    value, error = entry["value"], entry.get("error")
    told = _numbers(value, error)
    settings = entry.get("settings", {})
    if "on_set" in settings:
        told += f" (before that {settings['on_set']})"
    if "mean_lifetime" in settings:
        after = ", ".join(f"{count} {fate}" for fate, count in settings["afterwards"].items())
        told += (
            f" of {settings['trajectories']} orbits; mean lifetime {settings['mean_lifetime']:g} periods, then {after}"
        )
    elif "outcomes" in settings:
        told += " (" + ", ".join(f"{count} {outcome}" for outcome, count in settings["outcomes"].items()) + ")"
    return told


def title_of(name: str) -> str:
    """Return the name of a computed property as pages head it.

    Examples
    --------
    >>> title_of("kaplan_yorke_dimension"), title_of("lyapunov_spectrum"), title_of("period")
    ('Kaplan-Yorke dimension', 'Lyapunov spectrum', 'Period')
    """
    words = name.replace("kaplan_yorke", "Kaplan-Yorke").replace("lyapunov", "Lyapunov").replace("_", " ")
    return words[:1].upper() + words[1:]


def value_on_page(entry: Mapping[str, Any]) -> str:
    """Return a computed property as `value_text` does, with the sign that terminals may lack."""
    return value_text(entry).replace("+-", "±")


def _numbers(value: Any, error: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, tuple):
        return f"{value:.6g}" + (f" +- {error:.2g}" if error is not None else "")
    if value and isinstance(value[0], tuple):
        return "; ".join(_numbers(row, None) for row in value)
    errors = error if isinstance(error, tuple) else (None,) * len(value)
    return ", ".join(
        f"{number:.5g}" + (f" +- {spread:.1g}" if spread is not None else "")
        for number, spread in zip(value, errors, strict=True)
    )


def citation_text(citation: Mapping[str, Any]) -> str:
    """Return a citation as one line, which says so if the source was not looked up."""
    parts = [citation["authors"], citation["title"], citation.get("container"), citation.get("volume")]
    parts += [citation.get("pages"), f"({citation['year']})" if "year" in citation else None]
    text = ", ".join(str(part) for part in parts if part)
    if citation.get("doi"):
        text += f", doi:{citation['doi']}"
    if not citation.get("checked", False):
        text += " [not looked up]"
    if citation.get("note"):
        text += f" -- {citation['note']}"
    return text
