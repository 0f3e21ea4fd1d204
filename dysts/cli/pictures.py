"""The commands that draw: one picture of a system, or the gallery of all."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dysts.cache import replacing
from dysts.cli.arguments import names, system_of, values_of
from dysts.errors import InvalidArgumentError, StorageError
from dysts.series import read_series
from dysts.series.reader import SUFFIXES
from dysts.systems.kinds import MAP
from dysts.systems.registry import list_systems, registry_of

if TYPE_CHECKING:
    import xarray

    from dysts.systems.system import System

FORMATS = (".png", ".svg", ".pdf", ".webp")
RESOLUTION = 150


def plot_command(arguments: argparse.Namespace) -> int:
    """Draw one picture of a system, or of a series in a file."""
    from dysts.plotting import PLOTS
    from dysts.plotting.style import house_style

    drawn: System | xarray.DataArray
    file = Path(arguments.system)
    if arguments.system.endswith(SUFFIXES):
        drawn = _series(file)
    else:
        drawn = system_of(arguments.system, registry=arguments.registry)
    destination = Path(arguments.output or f"{drawn.name}.png")
    if destination.suffix not in FORMATS:
        raise InvalidArgumentError(f"--output must end in {', '.join(FORMATS)}, got {str(destination)!r}")
    if destination.exists() and not arguments.overwrite:
        raise StorageError(f"{destination} exists; --overwrite replaces it")
    figure = PLOTS[arguments.kind](drawn, **_diagram_options(arguments))
    # The style counts when the file is written as well: text in an SVG stays text.
    with house_style(), replacing(destination) as part:
        figure.savefig(part, dpi=RESOLUTION)
    print(f"{destination}: {arguments.kind} of {drawn.name}")
    return 0


def _series(file: Path) -> "xarray.DataArray":
    """Return the series in a file under its name, and print how its columns were read."""
    series = read_series(file)
    print(f"{file}: {series.attrs['read_as']}", file=sys.stderr)
    return series.rename(file.stem)


def _diagram_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments that only a bifurcation diagram has."""
    given = {name: getattr(arguments, name) for name in ("vary", "section", "direction", "component")}
    given = {name: value for name, value in given.items() if value is not None}
    if arguments.kind != "bifurcation":
        if given:
            raise InvalidArgumentError(f"--{next(iter(given))} must come with --kind bifurcation, got {arguments.kind}")
        return {}
    if "vary" not in given:
        raise InvalidArgumentError("--kind bifurcation must come with --vary, such as --vary c=2:6, got none")
    return {"parameters": values_of(given.pop("vary"), "--vary"), **given}


def gallery_command(arguments: argparse.Namespace) -> int:
    """Write the gallery; the exit code is 1 if a system could not be drawn."""
    from dysts.gallery import write_gallery

    chosen = names(arguments.systems)
    if chosen is None and arguments.registry is not None:
        chosen = list(registry_of(arguments.registry))
    if chosen is None and arguments.kind == MAP:
        chosen = list_systems(kind=MAP)
    failures = write_gallery(
        arguments.output,
        systems=None if chosen is None else [system_of(text, registry=arguments.registry) for text in chosen],
        workers=arguments.workers,
        poster=not arguments.no_poster,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    for name, reason in failures.items():
        print(f"failed: {name}: {reason}", file=sys.stderr)
    print(f"{Path(arguments.output) / 'index.html'}: written, {len(failures)} failed")
    return 1 if failures else 0
