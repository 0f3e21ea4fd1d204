"""A system as text for the terminal."""

import textwrap
from collections.abc import Iterator

from dysts.system import System
from dysts.wording import citation_text, value_text

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
        yield from _wrapped(f"{name.replace('_', ' ')}: {value_text(entry)}", "  ")
    if not system.properties:
        yield "  none yet"
    for title, items in (("remarks", system.remarks), ("cite", tuple(map(citation_text, system.citations)))):
        if items:
            yield ""
            yield title
            for item in items:
                yield from _wrapped(item, "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "    ", break_long_words=False)
