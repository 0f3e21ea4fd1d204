"""``dysts``: list, show and integrate systems, compute data sets and properties."""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from dysts.cli import atlas, commands, pictures
from dysts.cli.arguments import add_registry
from dysts.cli.completion import add_completion
from dysts.cli.conventions import (
    Commands,
    Parser,
    add_command,
    add_commands,
    examples_text,
    exit_codes_text,
    run_command,
)
from dysts.cli.dataset import add_build_arguments, add_dataset_parser
from dysts.integration.problem import SOLVERS
from dysts.integration.tolerances import DOUBLE, PRECISIONS
from dysts.systems.kinds import FLOW, KINDS
from dysts.version import __version__

_GROUPS = {
    "systems": ("list", "show", "integrate", "lyapunov", "plot", "gallery", "atlas", "nearest", "cite"),
    "precomputed series": ("dataset", "build"),
    "registry files": ("annotate", "categorise", "check"),
    "this installation": ("warm-up",),
}

_EXAMPLES = (
    "dysts list --field ecology",
    "dysts show Lorenz",
    "dysts integrate Lorenz -n 1000 --points-per-period 100 -o lorenz.zarr",
    "dysts plot Lorenz --kind space -o lorenz.svg",
    "dysts dataset build test-fine --systems Lorenz,Rossler",
)

_EXIT_CODES = exit_codes_text(done="done", in_part="done in part: something failed, is damaged or breaks an identity")


def parser() -> Parser:
    """Return the parser of the command line."""
    top = Parser(
        prog="dysts",
        description="135 chaotic systems: their equations, their invariants, their trajectories.",
        epilog=f"{examples_text(_EXAMPLES)}\n\n{_EXIT_CODES}\n\ndysts COMMAND --help tells more about a command.",
    )
    top.add_argument("--version", action="version", version=f"dysts {__version__}")
    add_completion(top, _completed())
    known = add_commands(top, _GROUPS)
    _add_reading(known)
    _add_integrate(known)
    _add_lyapunov(known)
    _add_pictures(known)
    atlas.add_atlas_commands(known)
    add_dataset_parser(known)
    add_build_arguments(add_command(known, "build", "short for: dataset build"))
    _add_registry_files(known)
    warm_up = add_command(known, "warm-up", "compile every loop now, so that no later call waits for it")
    warm_up.set_defaults(command=_warm_up)
    return top


def _warm_up(arguments: argparse.Namespace) -> int:
    # Imported here, as it imports numba.
    from dysts.cli.warming import warm_up_command

    return warm_up_command(arguments)


def _add_reading(known: Commands) -> None:
    listing = add_command(
        known,
        "list",
        "names of the systems, with one line about each",
        examples=("dysts list --field neuroscience", "dysts list --json | jq -r '.[].name'"),
    )
    listing.add_argument("--field", help="only systems from this field of science, such as ecology")
    listing.add_argument("--kind", choices=KINDS, help="flows, which are listed by default, or maps")
    listing.add_argument("--variants", action="store_true", help="also the predecessor's forms of corrected equations")
    _add_json(listing)
    add_registry(listing)
    listing.set_defaults(command=commands.list_command)

    show = add_command(
        known,
        "show",
        "equations, parameters, properties and citation of one system",
        examples=("dysts show Lorenz", "dysts show Lorenz --json", "dysts show Lorenz --as julia > lorenz.jl"),
    )
    show.add_argument("system", metavar="SYSTEM", help="a name, or FILE.json:NAME")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the registry entry as JSON")
    form.add_argument(
        "--as", dest="language", choices=("python", "c", "julia"), help="print the equations as source code"
    )
    add_registry(show)
    show.set_defaults(command=commands.show_command)

    citing = add_command(
        known,
        "cite",
        "sources of systems and methods as BibTeX",
        examples=("dysts cite Lorenz Rossler", "dysts cite --method lyapunov_spectrum", "dysts cite --all > dysts.bib"),
    )
    citing.add_argument("systems", metavar="SYSTEM", nargs="*")
    citing.add_argument("--method", action="append", default=[], metavar="NAME", help="such as lyapunov_spectrum")
    citing.add_argument("--all", action="store_true", help="all systems and methods")
    add_registry(citing)
    citing.set_defaults(command=commands.cite_command)


def _add_integrate(known: Commands) -> None:
    integrate = add_command(
        known,
        "integrate",
        "write a trajectory to a file",
        examples=(
            "dysts integrate Lorenz -n 1000 --points-per-period 100 -o lorenz.zarr",
            "dysts integrate Rossler -n 500 --set c=18 --step 0.05 -o rossler.csv",
        ),
    )
    integrate.add_argument("system", metavar="SYSTEM", help="a name, or FILE.json:NAME")
    add_registry(integrate)
    output = integrate.add_argument_group("output")
    output.add_argument("-o", "--output", required=True, metavar="FILE", help="FILE.zarr, FILE.csv or FILE.npz")
    output.add_argument("--overwrite", action="store_true", help="replace an existing file")
    output.add_argument("--observables", action="store_true", help="bounded observables instead of the state")
    sampling = integrate.add_argument_group("sampling")
    sampling.add_argument("-n", "--points", type=int, default=1000, metavar="N", help="how many (default 1000)")
    clock = sampling.add_mutually_exclusive_group()
    clock.add_argument("--points-per-period", type=float, metavar="P", help="spacing by the period (default 100)")
    clock.add_argument("--points-per-lyapunov-time", type=float, metavar="P", help="spacing by the Lyapunov time")
    clock.add_argument("--step", type=float, metavar="DT", help="spacing in the system's own time")
    what = integrate.add_argument_group("system")
    what.add_argument("--initial-conditions", metavar="X,Y,...", help="start here (or x=1,y=2,...) instead")
    what.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a parameter; may be repeated"
    )
    how = integrate.add_argument_group("solver")
    how.add_argument("--solver", choices=SOLVERS, default="auto", help="method (default auto)")
    how.add_argument(
        "--rtol", type=float, metavar="R", help="relative tolerance (default 1e-9, in extended precision 1e-25)"
    )
    how.add_argument(
        "--atol", type=float, metavar="A", help="absolute tolerance (default rtol/1e9, in extended precision rtol/1e40)"
    )
    how.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=DOUBLE,
        help="extended: 32 digits, for smooth equations (default double)",
    )
    integrate.set_defaults(command=commands.integrate_command)


def _add_lyapunov(known: Commands) -> None:
    spectrum = add_command(
        known,
        "lyapunov",
        "compute the Lyapunov exponents of one system",
        examples=("dysts lyapunov Lorenz --set rho=45", "dysts lyapunov mine.json:Brusselator --json"),
    )
    spectrum.add_argument("system", metavar="SYSTEM", help="a name, or FILE.json:NAME")
    add_registry(spectrum)
    spectrum.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a parameter; may be repeated"
    )
    spectrum.add_argument("--vectors", type=int, metavar="N", help="how many exponents (default: all)")
    spectrum.add_argument("--trajectories", type=int, default=32, metavar="N", help="for the errors (default 32)")
    spectrum.add_argument("--periods", type=float, metavar="P", help="length of each (400; of a map 20,000 iterates)")
    spectrum.add_argument("--seed", type=int, default=0, metavar="N", help="of the starting states (default 0)")
    _add_json(spectrum)
    spectrum.set_defaults(command=commands.lyapunov_command)


def _add_pictures(known: Commands) -> None:
    plot = add_command(
        known,
        "plot",
        "draw a system",
        examples=(
            "dysts plot Lorenz",
            "dysts plot mine.json:Brusselator --kind series -o b.svg",
            "dysts plot Rossler --kind bifurcation --vary c=2:6:2000",
        ),
    )
    plot.add_argument("system", metavar="SYSTEM", help="a name, FILE.json:NAME, or a series such as FILE.csv")
    add_registry(plot)
    plot.add_argument(
        "--kind",
        choices=("projection", "space", "series", "spectrum", "return-map", "bifurcation"),
        default="projection",
        help="what to draw (default projection)",
    )
    diagram = plot.add_argument_group("bifurcation diagram")
    diagram.add_argument("--vary", metavar="NAME=A:B[:N]", help="N values of a parameter from A to B (default N: 800)")
    diagram.add_argument("--section", metavar="EXPRESSION", help="the surface (default: maxima of the component)")
    diagram.add_argument("--direction", choices=("up", "down", "both"), help="which crossings count")
    diagram.add_argument("--component", metavar="NAME", help="what is drawn (default: the first one that varies)")
    plot.add_argument("-o", "--output", metavar="FILE", help=".png, .svg, .pdf or .webp (default SYSTEM.png)")
    plot.add_argument("--overwrite", action="store_true", help="replace an existing file")
    plot.set_defaults(command=pictures.plot_command)

    gallery = add_command(
        known,
        "gallery",
        "draw all attractors: pages and a poster",
        examples=("dysts gallery -o gallery", "dysts gallery --systems Lorenz,Thomas --no-poster"),
    )
    gallery.add_argument("-o", "--output", default="gallery", metavar="FOLDER", help="default: gallery")
    gallery.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")
    gallery.add_argument("--kind", choices=KINDS, default=FLOW, help="all flows (default) or all maps")
    add_registry(gallery)
    gallery.add_argument("--workers", type=int, default=_cores(), metavar="N", help="processes (default: one per core)")
    gallery.add_argument("--no-poster", action="store_true", help="leave the poster out")
    gallery.set_defaults(command=pictures.gallery_command)


def _add_registry_files(known: Commands) -> None:
    annotate = add_command(
        known,
        "annotate",
        "recompute the properties in a registry file",
        examples=("dysts annotate mine.json", "dysts annotate mine.json --systems MySystem --workers 1"),
    )
    annotate.add_argument("file", metavar="FILE", help="a systems.json; definitions stay as they are")
    annotate.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")
    annotate.add_argument(
        "--workers", type=int, default=_cores(), metavar="N", help="processes (default: one per core)"
    )
    annotate.set_defaults(command=commands.annotate_command)

    check = add_command(
        known,
        "check",
        "check the identities that stored exponents must obey",
        examples=("dysts check", "dysts check mine.json --json"),
    )
    check.add_argument("file", metavar="FILE", nargs="?", help="a systems.json (default: the packaged one)")
    check.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")
    _add_json(check)
    check.set_defaults(command=commands.check_command)


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _completed() -> Mapping[str, Callable[[], Iterable[str]]]:
    from dysts.systems.registry import list_systems

    return {"system": list_systems, "systems": list_systems, "datasets": _datasets, "method": _methods}


def _datasets() -> Iterable[str]:
    from dysts.datasets.named_recipes import RECIPES

    return [*RECIPES, "all"]


def _methods() -> Iterable[str]:
    from dysts.citations import list_methods

    return list_methods()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def run(arguments: Sequence[str] | None) -> int:
    """Parse the arguments, run the command, and return the exit code."""

    def command() -> int:
        chosen = parser().parse_args(arguments)
        return int(chosen.command(chosen))

    return run_command("dysts", command, interrupted="interrupted; finished parts are kept")
