"""The command ``dysts-benchmark check``: whether a forecaster keeps the contract of `forecasters.contract`."""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dysts.checks import check_count
from dysts.cli.conventions import EXIT_DONE, EXIT_FAILED_IN_PART, Commands, add_command
from dysts.cli.terminal import columns, json_text
from dysts.errors import DystsError, RunError

if TYPE_CHECKING:
    from forecasters.contract import Checked

SYSTEM = "Lorenz"
"""System whose series the forecaster is checked on."""
POINTS_PER_PERIOD = 100
"""Number of points in a period, which the factory receives as the season length."""
POINTS = 300
"""Number of points of the series by default: three periods, which all forecasters of the package accept."""
_NOTES = """\
The same functions check the forecasters of the package in its tests. The
benchmark relies on the first seven properties; the others are advice. Every
property takes two to six fits on a short series.
"""


def add_check(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands,
        "check",
        "check a forecaster: repeatable, consistent, without side effects",
        examples=("dysts-benchmark check my_models:Wavelets", "dysts-benchmark check NVAR --json"),
    )
    parser.epilog = f"{_NOTES}\n{parser.epilog}"
    parser.add_argument("forecaster", metavar="FORECASTER", help="module:factory, or a name from list")
    parser.add_argument("--preset", default="fast", metavar="NAME", help="preset to build (default: %(default)s)")
    parser.add_argument(
        "--points", type=int, default=POINTS, metavar="N", help="points of the series (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def check_command(options: argparse.Namespace) -> int:
    """Check a forecaster, and print each property with the outcome."""
    from benchmark.running.building import build
    from benchmark.running.entry_points import whole_names
    from benchmark.running.job import one_line
    from dysts.integration.integrate import integrate

    # As for python -m: a forecaster of one's own may lie in the current folder.
    if ":" in options.forecaster and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())

    (forecaster,) = whole_names([options.forecaster])

    def model() -> Any:
        return build(forecaster, preset=options.preset, season_length=POINTS_PER_PERIOD, seed=0)

    points = check_count("points", options.points)
    try:
        model()
    except DystsError:
        raise
    except Exception as error:
        raise RunError(f"forecaster {forecaster!r} cannot be built: {one_line(error)}") from error
    series = integrate(
        SYSTEM, 2 * POINTS_PER_PERIOD + points, points_per_period=POINTS_PER_PERIOD, predictability=False
    ).values[2 * POINTS_PER_PERIOD :]
    from forecasters.contract import check_forecaster

    outcomes = check_forecaster(model, series)
    if options.json:
        print(json_text([asdict(outcome) | {"holds": outcome.holds} for outcome in outcomes]))
    else:
        print(outcomes_text(outcomes))
    return EXIT_FAILED_IN_PART if any(one.required and not one.holds for one in outcomes) else EXIT_DONE


def outcomes_text(outcomes: "Sequence[Checked]") -> str:
    """Return a paragraph for each property, and the number of those that hold.

    Examples
    --------
    >>> from forecasters.contract import Checked
    >>> print(outcomes_text([Checked("needs_a_fit", "Predict raises before fit", False, "it must raise, got 3")]))
    advice  Predict raises before fit
            it must raise, got 3
    0 of 1 properties hold; 0 of 0 the benchmark relies on
    """
    lines = []
    for outcome in outcomes:
        word = "ok" if outcome.holds else ("FAILED" if outcome.required else "advice")
        for indent, text in ((f"{word:8}", outcome.demand), (" " * 8, outcome.problem)):
            lines += textwrap.wrap(text, columns() - 2, initial_indent=indent, subsequent_indent=" " * 8)
    held = sum(outcome.holds for outcome in outcomes)
    broken = sum(outcome.required and not outcome.holds for outcome in outcomes)
    needed = sum(outcome.required for outcome in outcomes)
    lines.append(f"{held} of {len(outcomes)} properties hold; {needed - broken} of {needed} the benchmark relies on")
    return "\n".join(lines)
