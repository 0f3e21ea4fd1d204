"""Writes docs/maps.md from the registry of maps.

Usage: python docs/maps_page.py [--check]
"""

import json
import math
import sys
from collections.abc import Callable, Mapping
from string import Template
from typing import Any

from invariants_page import bracketed
from pages import DOCS, table, write_or_check

import dysts
from dysts.systems.system import System

GOLDEN = (1.0 + math.sqrt(5.0)) / 2.0
ROUNDING = 1e-9
"""Errors up to this one are those of rounding: each piece of the orbit has the same exponent."""
CLOSED = {
    "ArnoldCatMap": ("2 ln((1 + sqrt 5)/2)", 2.0 * math.log(GOLDEN)),
    "BakerMap": ("ln 2", math.log(2.0)),
    "BetaMap": ("ln 1.9", math.log(1.9)),
    "ChebyshevMap": ("ln 6", math.log(6.0)),
    "ContinuedFractionMap": ("pi^2/(6 ln 2)", math.pi**2 / (6.0 * math.log(2.0))),
    "CuspMap": ("1/2", 0.5),
    "KaplanYorkeMap": ("ln 2", math.log(2.0)),
    "TentMap": ("ln 1.9", math.log(1.9)),
    "UlamMap": ("ln 2", math.log(2.0)),
}
"""Largest exponents with a closed form."""
ELSEWHERE = json.loads((DOCS / "data" / "map_exponents.json").read_text())
"""Largest exponents from elsewhere, at the registry's parameters or at others, with their sources."""
SUMS: dict[str, tuple[str, Callable[[Mapping[str, Any]], float]]] = {
    "ArnoldCatMap": ("0", lambda _: 0.0),
    "BogdanovMap": ("0", lambda _: 0.0),
    "ChirikovMap": ("0", lambda _: 0.0),
    "DissipativeStandardMap": ("ln b", lambda p: math.log(p["b"])),
    "DuffingMap": ("ln b", lambda p: math.log(p["b"])),
    "GingerbreadmanMap": ("0", lambda _: 0.0),
    "GumowskiMiraMap": ("ln abs(b)", lambda p: math.log(abs(p["b"]))),
    "HenonMap": ("ln b", lambda p: math.log(p["b"])),
    "HolmesCubicMap": ("ln b", lambda p: math.log(p["b"])),
    "HopalongMap": ("0", lambda _: 0.0),
    "IkedaMap": ("2 ln u", lambda p: 2.0 * math.log(p["u"])),
    "KaplanYorkeMap": ("ln 2 + ln alpha", lambda p: math.log(2.0 * p["alpha"])),
    "LoziMap": ("ln b", lambda p: math.log(p["b"])),
    "ZaslavskiiMap": ("-r", lambda p: -p["r"]),
}
"""Sums of all exponents of maps whose Jacobian has a constant determinant, as functions of the parameters."""


def pages() -> dict[str, str]:
    """Return the text of the page by its path."""
    maps = [dysts.get_system(name) for name in dysts.list_systems(kind="map")]
    template = Template((DOCS / "maps.template.md").read_text())
    sources = ELSEWHERE["sources"]["sprott"]
    text = template.substitute(
        count=len(maps),
        known=known(maps),
        sums=sums(),
        table=whole_table(maps),
        citation=sources["citation"],
        checked=sources["checked"],
    )
    return {"maps.md": text}


def with_error(value: float, error: float) -> str:
    """Return a number with its error in the last digits, if it is more than rounding."""
    return bracketed(value, error if error > ROUNDING else 0.0)


def errors_of(system: System) -> list[float]:
    """Return the standard errors of the exponents; 0 where there is none."""
    spectrum = system.properties["lyapunov_spectrum"]
    return list(spectrum.get("error", [0.0] * system.dimension))


def known(maps: list[System]) -> str:
    """Return the table of exponents that are known from elsewhere."""
    rows = []
    for system in maps:
        found, error = system.lyapunov_exponent, errors_of(system)[0]
        if system.name in CLOSED:
            words, value = CLOSED[system.name]
            rows.append(_row(system.name, "", (found, error), f"{words} = {value:.6f}", (value, 0.0)))
        for entry in ELSEWHERE["values"]:
            if entry["map"] == system.name:
                value, place = entry["value"], entry["place"]
                measured = (entry["computed"], entry["error"]) if "parameters" in entry else (found, error)
                words = f"{place} = {value:.6f}"
                if entry["source"] in ELSEWHERE["sources"]:
                    words = f"{value:.{entry['decimals']}f}, {ELSEWHERE['sources'][entry['source']]['short']}, {place}"
                # The last digit of a printed value is rounded.
                rounding = 0.5 * 10.0 ** -entry["decimals"] / math.sqrt(3.0)
                at = ", ".join(f"{key} = {number:.6g}" for key, number in entry.get("parameters", {}).items())
                rows.append(_row(system.name, at, measured, words, (value, rounding)))
    return table(("map", "other parameters", "computed", "known", "difference in standard errors"), rows)


def _row(
    name: str, at: str, found: tuple[float, float], words: str, known_value: tuple[float, float]
) -> tuple[str, str, str, str, str]:
    error = math.hypot(found[1], known_value[1])
    distance = f"{(found[0] - known_value[0]) / error:+.1f}" if error > ROUNDING else "exact"
    return name, at, with_error(*found), words, distance


def sums() -> str:
    """Return the table of sums of exponents that are known in closed form."""
    rows = []
    for name, (words, closed) in SUMS.items():
        system = dysts.get_system(name)
        total, value = sum(system.property_value("lyapunov_spectrum")), closed(system.parameters)
        # A sum of zero has no minus.
        rows.append((name, f"{total + 0.0:.6f}".replace("-0.000000", "0.000000"), f"{words} = {value:.6f}"))
    return table(("map", "sum of the exponents", "closed form"), rows)


def whole_table(maps: list[System]) -> str:
    """Return the table of all maps."""
    rows = []
    for system in maps:
        properties = system.properties
        spectrum = zip(properties["lyapunov_spectrum"]["value"], errors_of(system), strict=True)
        exponents = ", ".join(with_error(value, error) for value, error in spectrum)
        dimensions = [
            with_error(properties[name]["value"], properties[name].get("error", 0.0)) if name in properties else ""
            for name in ("kaplan_yorke_dimension", "correlation_dimension")
        ]
        rows.append((system.name, system.description, properties["regime"]["value"], exponents, *dimensions))
    header = ("map", "description", "regime", "exponents per iterate", "Kaplan-Yorke", "correlation dimension")
    return table(header, rows)


if __name__ == "__main__":
    sys.exit(write_or_check(pages, source="the registry of maps", target="maps-page"))
