"""Writes docs/invariants.md from the registry, so that the page says what the registry says.

Usage: python docs/invariants_page.py [--check]
"""

import json
import math
import re
import sys
from collections import Counter
from string import Template
from typing import Any

from pages import DOCS, table, write_or_check

import dysts
from dysts.invariants.identities import check_identities
from dysts.invariants.regime import REGIMES, RULES
from dysts.systems.as_text import doi_address
from dysts.systems.properties import REGULAR
from dysts.systems.system import System

PRECISE, ACCEPTABLE = 0.01, 0.03
DIFFERENT = 0.1


def page() -> str:
    """Return the text of the page."""
    systems = {name: dysts.get_system(name) for name in dysts.list_systems(variants=True)}
    template = Template((DOCS / "invariants.template.md").read_text())
    return template.substitute(
        rules=RULES,
        summary=summary(systems),
        imprecise=imprecise(systems),
        unexpected=unexpected(systems),
        beside=beside(systems),
        literature=literature(systems),
        predecessor=predecessor(systems),
        table=whole_table(systems),
    )


def bracketed(value: float, error: float) -> str:
    """Return a number with its error in the last digits, such as 0.9034(21).

    Examples
    --------
    >>> bracketed(0.90341, 0.0021), bracketed(-14.5721, 0.35), bracketed(0.0, 0.0), bracketed(123.4, 25.0)
    ('0.9034(21)', '-14.57(35)', '0', '123(25)')
    """
    if not error > 0.0:
        return f"{value:.4g}"
    digits = max(0, 1 - math.floor(math.log10(error)))
    return f"{value:.{digits}f}({round(error * 10**digits)})"


def relative_error(system: System) -> float:
    """Return the relative standard error of the largest exponent."""
    return system.lyapunov_exponent_error / system.lyapunov_exponent


def chaotic(systems: dict[str, System]) -> dict[str, System]:
    """Return the systems that are chaotic, at least on the set that they are about."""
    return {name: system for name, system in systems.items() if on_set(system) not in (*REGULAR, "undecided")}


def on_set(system: System) -> str:
    """Return the regime on the set that the entry is about."""
    entry = system.properties_entry("regime")
    found = entry.get("settings", {}).get("on_set", entry["value"])
    return str(found)


def summary(systems: dict[str, System]) -> str:
    """Count regimes, errors and identities."""
    regimes = Counter(system.property_value("regime") for system in systems.values())
    errors = [relative_error(system) for system in chaotic(systems).values()]
    checked = [check_identities(system) for system in systems.values()]
    held = Counter(identity for one in checked for identity in one.held)
    broken = [violation for one in checked for violation in one.violations]
    lines = [
        f"- {len(systems)} entries (135 systems and {len(systems) - 135} variants): "
        + ", ".join(f"{regimes[regime]} {regime}" for regime in REGIMES if regimes[regime])
        + ".",
        f"- {len(errors)} chaotic ones: the largest exponent is known to 1 % or better for "
        f"{sum(error <= PRECISE for error in errors)}, to 3 % for {sum(error <= ACCEPTABLE for error in errors)}.",
        "- Identities (`dysts check`): " + ", ".join(f"{name} holds for {count}" for name, count in held.items()) + ".",
        f"- Violations: {len(broken)}." + "".join(f"\n  - {violation}" for violation in broken),
    ]
    return "\n".join(lines)


def imprecise(systems: dict[str, System]) -> str:
    """Name the chaotic systems whose largest exponent is known to no better than 1 %."""
    rows = sorted(
        ((relative_error(system), name) for name, system in chaotic(systems).items()),
        reverse=True,
    )
    reasons = {
        "conservative chaos": "orbits stick to islands of regular motion for long",
        "transient": "trajectories are cut to a quarter of the lifetime",
    }
    return table(
        ("system", "error of the largest exponent", "reason"),
        [
            (
                f"`{name}`",
                f"{100 * error:.1f} %",
                reasons.get(
                    str(systems[name].property_value("regime")),
                    "growth varies slowly along the orbit, or periods are costly: the limit on work was reached",
                ),
            )
            for error, name in rows
            if error > PRECISE
        ],
    )


def unexpected(systems: dict[str, System]) -> str:
    """List what is regular, undecided or transient, and sets beside others."""
    rows = []
    for name, system in systems.items():
        regime = str(system.property_value("regime"))
        survival = system.properties.get("survival", {})
        settings = survival.get("settings", {})
        leaves = bool(survival) and survival["value"] < 1.0
        if regime in (*REGULAR, "undecided"):
            what = f"largest exponent {exponent(system, 0)}"
        elif leaves:
            after = ", ".join(f"{count} {fate}" for fate, count in settings["afterwards"].items())
            what = (
                f"mean lifetime {settings['mean_lifetime']:.3g} periods; of {settings['trajectories']} orbits {after}"
            )
            if "exponent_afterwards" in settings:
                what += f" (largest exponent {settings['exponent_afterwards']:.2g})"
        elif regime == "transient":
            what = "no orbit was seen to leave within the time that it was followed"
        else:
            continue
        rows.append((f"`{name}`", regime, what))
    return table(("system", "regime", "what was found"), rows)


def beside(systems: dict[str, System]) -> str:
    """List what orbits from elsewhere do, where it is another motion or rest."""
    rows = []
    for name, system in systems.items():
        if "same_motion_from_elsewhere" not in system.properties or on_set(system) == "conservative chaos":
            continue
        settings = system.properties_entry("same_motion_from_elsewhere")["settings"]
        outcomes = settings["outcomes"]
        if not outcomes.keys() & {"other motion", "at rest"}:
            continue
        told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        others = settings.get("other_exponents", ())
        span = f"{min(others):.2g} to {max(others):.2g}" if others else ""
        rows.append((f"`{name}`", told, exponent(system, 0), span))
    return table(("system", "outcomes of 32 orbits", "exponent on the set", "exponents elsewhere"), rows)


def exponent(system: System, index: int) -> str:
    """Return one exponent with its error."""
    entry = system.properties_entry("lyapunov_spectrum")
    return bracketed(entry["value"][index], entry["error"][index])


def literature(systems: dict[str, System]) -> str:
    """Compare with published exponents."""
    known: dict[str, Any] = json.loads((DOCS / "data" / "literature.json").read_text())
    rows = []
    for name, entry in known.items():
        ours = ", ".join(exponent(systems[name], index) for index in range(len(entry["exponents"])))
        theirs = ", ".join(f"{value:g}" for value in entry["exponents"])
        source = linked(entry["source"], systems[name])
        rows.append((f"`{name}`", ours, theirs, source, "yes" if entry["looked_up"] else "no"))
    return table(("system", "here", "published", "source", "looked up"), rows)


def linked(source: str, system: System) -> str:
    """Return a source as a link, if the system cites it with its DOI.

    Examples
    --------
    >>> linked("Sprott 1994", dysts.get_system("SprottB"))
    '[Sprott 1994](https://doi.org/10.1103/PhysRevE.50.R647)'
    >>> linked("Sprott 2003", dysts.get_system("Lorenz"))
    'Sprott 2003'
    """
    for citation in system.citations:
        surname = str(citation["authors"]).partition(",")[0]
        if citation.get("doi") and surname in source and re.search(rf"\b{citation['year']}\b", source):
            address = doi_address(citation["doi"]).replace("(", "%28").replace(")", "%29")
            return f"[{source}]({address})"
    return source


def predecessor(systems: dict[str, System]) -> str:
    """List where the largest exponent of dysts 0.96 differs."""
    known: dict[str, dict[str, float]] = json.loads((DOCS / "data" / "predecessor.json").read_text())
    rows = []
    for name, theirs in known.items():
        same = f"{name}Predecessor" if f"{name}Predecessor" in systems else name
        system = systems[same]
        ours, reported = system.lyapunov_exponent, theirs["largest"]
        if abs(reported - ours) > DIFFERENT * abs(ours):
            rows.append(
                (f"`{same}`", exponent(system, 0), f"{reported:.4g}", f"{theirs['first_of_spectrum']:.4g}")
                if theirs["first_of_spectrum"] is not None
                else (f"`{same}`", exponent(system, 0), f"{reported:.4g}", "")
            )
    return f"{len(rows)} of {len(known)}:\n\n" + table(
        ("system", "here", "dysts 0.96", "first of its own spectrum"), rows
    )


def whole_table(systems: dict[str, System]) -> str:
    """Return regime, exponents, dimensions and entropy of every entry."""
    rows = []
    for name, system in systems.items():
        spectrum = system.properties_entry("lyapunov_spectrum")
        lost = ["-inf"] * spectrum.get("settings", {}).get("lost_directions", 0)
        rows.append(
            (
                f"`{name}`",
                str(system.property_value("regime")),
                f"{system.period:.4g}",
                ", ".join([exponent(system, index) for index in range(len(spectrum["value"]))] + lost),
                optional(system, "kaplan_yorke_dimension"),
                optional(system, "correlation_dimension"),
                optional(system, "pesin_entropy"),
                optional(system, "zero_one"),
            )
        )
    return table(("system", "regime", "period", "exponents", "D KY", "D 2", "entropy", "0-1 test"), rows)


def optional(system: System, name: str) -> str:
    """Return a property with its error, or nothing where the data did not determine it."""
    if name not in system.properties:
        return ""
    entry = system.properties_entry(name)
    return bracketed(float(entry["value"]), float(entry.get("error", 0.0)))


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {"invariants.md": page()}, source="the registry", target="invariants-page"))
