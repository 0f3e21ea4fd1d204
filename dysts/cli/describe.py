"""A system as text for the terminal."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from dysts.system import System

WIDTH = 100


def describe(system: System) -> str:
    """Return equations, parameters, properties and citation of a system as lines of text."""
    return "\n".join(_lines(system))


def _lines(system: System) -> Iterator[str]:
    kind = "delay" if system.delay else "ordinary"
    yield f"{system.name}: {system.description}"
    yield f"{system.dimension} variables, {kind} differential equations, from {system.field}"
    if system.variant_of:
        yield from _wrapped(f"variant of {system.variant_of['name']}: {system.variant_of['reason']}", "")
    yield ""
    yield "equations"
    for name, text in system.definitions.items():
        yield from _wrapped(f"{name} = {text}", "  ")
    for name in system.variables:
        yield from _wrapped(f"d{name}/dt = {system.equations[name]}", "  ")
    if system.delay:
        yield f"  with NAME_tau the value of NAME one delay ({system.delay}) ago"
    if system.clock:
        period = system.clock.period or "none: incommensurate frequencies"
        yield f"  {system.clock.variable} is a driving phase; period {period}"
    if system.observables:
        yield from _wrapped("observables: " + ", ".join(system.observables.values()), "  ")
    yield ""
    yield "parameters"
    for name, value in system.parameters.items():
        yield from _wrapped(f"{name} = {value!r}", "  ")
    if not system.parameters:
        yield "  none"
    yield from _wrapped(f"initial conditions: {', '.join(f'{x:.10g}' for x in system.initial_conditions)}", "  ")
    yield ""
    yield "properties"
    for name, entry in system.properties.items():
        yield from _wrapped(f"{name.replace('_', ' ')}: {_value(entry)}", "  ")
    if not system.properties:
        yield "  none yet"
    for title, items in (("remarks", system.remarks), ("cite", tuple(map(_citation, system.citations)))):
        if items:
            yield ""
            yield title
            for item in items:
                yield from _wrapped(item, "  ")


def _value(entry: Mapping[str, Any]) -> str:
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


def _citation(citation: Mapping[str, Any]) -> str:
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


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "    ", break_long_words=False)
