"""``dysts``: list, show and integrate systems, compute data sets and properties.

Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 a part failed,
2 the request cannot be met as it stands, 130 interrupted.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import TextIO

import dysts
from dysts.cli import cite, commands, pictures
from dysts.cli.dataset import add_build_arguments, add_dataset_parser
from dysts.errors import DystsError, DystsWarning

EXIT_FAILED_IN_PART = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

_EXAMPLES = """\
examples:
  dysts list --field ecology
  dysts show Lorenz
  dysts integrate Lorenz -n 1000 --points-per-period 100 -o lorenz.zarr
  dysts integrate Rossler -n 500 --set c=18 --step 0.05 -o rossler.csv
  dysts dataset build test-fine --systems Lorenz,Rossler
  dysts dataset download test-fine --systems Lorenz --source https://example.org/series
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="dysts",
        description="135 chaotic systems: their equations, their invariants, their trajectories.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"dysts {dysts.__version__}")
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listing = subparsers.add_parser("list", help="names of the systems, with one line about each")
    listing.add_argument("--field", help="only systems from this field of science, such as ecology")
    listing.add_argument("--variants", action="store_true", help="also the predecessor's forms of corrected equations")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.set_defaults(command=commands.list_command)

    show = subparsers.add_parser("show", help="equations, parameters, properties and citation of one system")
    show.add_argument("system", metavar="SYSTEM")
    show.add_argument("--json", action="store_true", help="print the registry entry")
    show.set_defaults(command=commands.show_command)

    integrate = subparsers.add_parser("integrate", help="write a trajectory to a file")
    integrate.add_argument("system", metavar="SYSTEM")
    integrate.add_argument("-n", "--points", type=int, default=1000, help="number of points (default 1000)")
    clock = integrate.add_mutually_exclusive_group()
    clock.add_argument("--points-per-period", type=float, metavar="P", help="spacing by the period (default 100)")
    clock.add_argument("--points-per-lyapunov-time", type=float, metavar="P", help="spacing by the Lyapunov time")
    clock.add_argument("--step", type=float, metavar="DT", help="spacing in the system's own time")
    integrate.add_argument("--initial-conditions", metavar="X,Y,...", help="start here instead of the stored state")
    integrate.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a parameter; may be repeated"
    )
    integrate.add_argument("--rtol", type=float, default=1e-9, help="relative tolerance (default 1e-9)")
    integrate.add_argument("--atol", type=float, help="absolute tolerance (default rtol/1e9)")
    integrate.add_argument(
        "--solver", choices=("auto", "dop853", "radau"), default="auto", help="method (default auto)"
    )
    integrate.add_argument("--observables", action="store_true", help="bounded observables instead of the state")
    integrate.add_argument("-o", "--output", required=True, metavar="FILE", help="FILE.zarr, FILE.csv or FILE.npz")
    integrate.add_argument("--overwrite", action="store_true", help="replace an existing file")
    integrate.set_defaults(command=commands.integrate_command)

    add_dataset_parser(subparsers)
    add_build_arguments(subparsers.add_parser("build", help="short for: dataset build"))

    annotate = subparsers.add_parser("annotate", help="recompute the properties in a registry file")
    annotate.add_argument("file", metavar="FILE", help="a systems.json; definitions stay as they are")
    annotate.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")
    annotate.add_argument("--workers", type=int, default=_cores(), help="processes (default: one per core)")
    annotate.set_defaults(command=commands.annotate_command)

    check = subparsers.add_parser("check", help="check the identities that stored exponents must obey")
    check.add_argument("file", metavar="FILE", nargs="?", help="a systems.json (default: the packaged one)")
    check.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")
    check.set_defaults(command=commands.check_command)

    plot = subparsers.add_parser("plot", help="draw a system")
    plot.add_argument("system", metavar="SYSTEM")
    plot.add_argument(
        "--kind",
        choices=("projection", "space", "series", "spectrum", "return-map"),
        default="projection",
        help="what to draw (default projection)",
    )
    plot.add_argument("-o", "--output", metavar="FILE", help=".png, .svg, .pdf or .webp (default SYSTEM.png)")
    plot.add_argument("--overwrite", action="store_true", help="replace an existing file")
    plot.set_defaults(command=pictures.plot_command)

    gallery = subparsers.add_parser("gallery", help="draw all attractors: pages and a poster")
    gallery.add_argument("-o", "--output", default="gallery", metavar="FOLDER", help="default: gallery")
    gallery.add_argument("--systems", nargs="+", metavar="A,B", help="only these (default: all)")
    gallery.add_argument("--workers", type=int, default=_cores(), help="processes (default: one per core)")
    gallery.add_argument("--no-poster", action="store_true", help="leave the poster out")
    gallery.set_defaults(command=pictures.gallery_command)

    citing = subparsers.add_parser("cite", help="print the sources of systems and methods as BibTeX")
    citing.add_argument("systems", metavar="SYSTEM", nargs="*")
    citing.add_argument("--method", action="append", default=[], metavar="NAME", help="such as lyapunov_spectrum")
    citing.add_argument("--all", action="store_true", help="all systems and methods")
    citing.set_defaults(command=cite.cite_command)
    return top


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        The exit code.
    """
    chosen = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    with warnings.catch_warnings():
        warnings.simplefilter("always", DystsWarning)
        warnings.showwarning = _show_warning
        try:
            code = command(chosen)
            sys.stdout.flush()
            return code
        except DystsError as error:
            print(f"dysts: error: {error}", file=sys.stderr)
            return EXIT_USAGE
        except KeyboardInterrupt:
            print("dysts: interrupted; finished parts are kept", file=sys.stderr)
            return EXIT_INTERRUPTED
        except BrokenPipeError:
            # The reader, such as `head`, has seen enough; keep Python from complaining when it closes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,  # noqa: ARG001
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    if issubclass(category, DystsWarning):
        print(f"dysts: warning: {message}", file=sys.stderr)
