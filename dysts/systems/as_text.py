"""Computed properties and citations as lines of text."""

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_TITLES = {
    "kaplan_yorke_dimension": "Kaplan-Yorke dimension",
    "lyapunov_exponent_per_period": "Lyapunov exponent per period",
    "lyapunov_spectrum": "Lyapunov spectrum",
    "same_motion_from_elsewhere": "Orbits from elsewhere, same motion",
    "survival": "Orbits that stay on the set",
    "zero_one": "0-1 test for chaos",
}
"""Titles of the properties whose names do not read as titles."""
_PLAIN = (1e-4, 1e7)
"""Range of the numbers that are written without a power of ten."""
_ONE_DIGIT = 19.5
"""First two digits of an error from which on one digit is enough, as rounding then changes it by a quarter at most."""
_MINUS = re.compile(r"(?<!\w)-(?=\d)|(?<=\de)-(?=\d)")


def value_text(entry: Mapping[str, Any]) -> str:
    """Return a computed property as text: its value, its error, and the counts in its settings."""
    value, error = entry["value"], entry.get("error")
    told = _value_text(value, error)
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
    >>> title_of("kaplan_yorke_dimension"), title_of("pesin_entropy"), title_of("zero_one")
    ('Kaplan-Yorke dimension', 'Pesin entropy', '0-1 test for chaos')
    """
    words = name.replace("_", " ")
    return _TITLES.get(name, words[:1].upper() + words[1:])


def value_on_page(entry: Mapping[str, Any]) -> str:
    """Return a computed property as `value_text` does, with the signs that terminals may lack."""
    return typographic(value_text(entry))


def typographic(text: str) -> str:
    """Return a text with true minus and plus-minus signs in its numbers.

    Examples
    --------
    >>> print(typographic("two-lobed, -14.575 +- 0.001, 2e-5"))
    two-lobed, −14.575 ± 0.001, 2e−5
    """
    return _MINUS.sub("\N{MINUS SIGN}", text.replace(" +- ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"))


def with_error(value: float, error: float | None) -> str:
    """Return a number that ends at the digit where its error begins, and the error.

    The error has one digit, or two where these are at most 19. A number without an error, or with the error zero of a
    quantity that does not vary, has six digits.

    Examples
    --------
    >>> with_error(0.760677, 0.00099), with_error(2.0623056, 0.000114), with_error(13.7593, 0.39)
    ('0.7607 +- 0.0010', '2.06231 +- 0.00011', '13.8 +- 0.4')
    >>> with_error(4.1236e-9, 2e-11), with_error(123456.0, 2100.0), with_error(-13.667, 0.0)
    ('(4.12 +- 0.02)e-9', '123000 +- 2000', '-13.667')
    """
    if error is None or not error > 0.0 or not (math.isfinite(error) and math.isfinite(value)):
        return f"{value:.6g}"
    largest = max(abs(value), error)
    if not _PLAIN[0] <= largest < _PLAIN[1]:
        power = math.floor(math.log10(largest))
        return f"({with_error(value / 10.0**power, error / 10.0**power)})e{power}"
    place = math.floor(math.log10(error))
    if error / 10.0 ** (place - 1) < _ONE_DIGIT:
        place -= 1
    decimals = max(0, -place)
    return f"{round(value, -place):.{decimals}f} +- {round(error, -place):.{decimals}f}"


def numbers_text(values: tuple[Any, ...], errors: Any) -> list[str]:
    """Return each number of a property with its error, if it has one."""
    spreads = errors if isinstance(errors, tuple) else (None,) * len(values)
    return [with_error(value, spread) for value, spread in zip(values, spreads, strict=True)]


def _value_text(value: Any, error: Any) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, tuple):
        return with_error(value, error)
    if value and isinstance(value[0], tuple):
        return "; ".join(_value_text(row, None) for row in value)
    return ", ".join(numbers_text(value, error))


def doi_address(doi: str) -> str:
    """Return the address at which a DOI is resolved.

    Examples
    --------
    >>> doi_address("10.1175/1520-0469(1963)020<0130:DNF>2.0.CO;2")
    'https://doi.org/10.1175/1520-0469(1963)020%3C0130%3ADNF%3E2.0.CO%3B2'
    """
    return "https://doi.org/" + quote(doi, safe="/().-_")


def citation_text(citation: Mapping[str, Any]) -> str:
    """Return a citation as one line, with the address of its DOI, which says so if the source was not looked up."""
    parts = [citation["authors"], citation["title"], citation.get("container"), citation.get("volume")]
    parts += [citation.get("pages"), f"({citation['year']})" if "year" in citation else None]
    text = ", ".join(str(part) for part in parts if part)
    if citation.get("doi"):
        text += f", {doi_address(citation['doi'])}"
    if not citation.get("checked", False):
        text += " [not looked up]"
    if citation.get("note"):
        text += f" -- {citation['note']}"
    return text
