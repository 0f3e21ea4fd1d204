"""A system as text for the terminal."""

import textwrap
from collections.abc import Iterator

from dysts.cli.terminal import printable
from dysts.systems.as_text import citation_text, value_text
from dysts.systems.kinds import MAP
from dysts.systems.system import System


def describe(system: System, *, width: int = 100) -> str:
    """Return equations, parameters, properties and citation of a system as lines of text."""
    return "\n".join(part for line in _lines(system) for part in _wrapped(printable(line), width))


def _lines(system: System) -> Iterator[str]:
    kind = "delay" if system.delay else "ordinary"
    yield f"{system.name}: {system.description}" if system.description else system.name
    variables = f"{system.dimension} variable{'s' if system.dimension > 1 else ''}"
    equations = "iterated map" if system.kind == MAP else f"{kind} differential equations"
    yield f"{variables}, {equations}" + (f", from {system.field}" if system.field else "")
    if system.variant_of:
        yield f"variant of {system.variant_of['name']}: {system.variant_of['reason']}"
    yield ""
    yield "equations"
    for name, text in system.definitions.items():
        yield f"  {name} = {text}"
    for name in system.variables:
        left = f"next {name}" if system.kind == MAP else f"d{name}/dt"
        yield f"  {left} = {system.equations[name]}"
    if system.delay:
        yield f"  with NAME_tau the value of NAME one delay ({system.delay}) ago"
    if system.driving_phase:
        period = system.driving_phase.period or "none: incommensurate frequencies"
        yield f"  {system.driving_phase.variable} is a driving phase; period {period}"
    if system.observables:
        yield f"  observables: {', '.join(system.observables.values())}"
    yield ""
    yield "parameters"
    for name, value in system.parameters.items():
        yield f"  {name} = {value!r}"
    if not system.parameters:
        yield "  none"
    yield f"  initial conditions: {', '.join(f'{x:.10g}' for x in system.initial_conditions)}"
    yield ""
    yield "properties"
    for name, entry in system.properties.items():
        yield f"  {name.replace('_', ' ')}: {value_text(entry)}"
    if not system.properties:
        yield "  none yet"
    for title, items in (("remarks", system.remarks), ("cite", tuple(map(citation_text, system.citations)))):
        if items:
            yield ""
            yield title
            for item in items:
                yield f"  {item}"


def _wrapped(line: str, width: int) -> list[str]:
    indent = "  " if line.startswith("  ") else ""
    further = indent + "    "
    return textwrap.wrap(line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False) or [""]
