"""The command ``dysts-benchmark run discovery``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmark.discovery.run import TABLE, TRACK, run_track
from benchmark.discovery.statuses import OK, STATUSES
from dysts.cli.arguments import names
from dysts.cli.conventions import EXIT_DONE
from dysts.errors import InvalidArgumentError

_REFUSED = {
    "registry": "--registry",
    "trajectories": "--trajectories",
    "against": "--against",
    "scheduler": "--scheduler",
    "again": "--again",
}
"""Options of a suite that the track does not have."""


def discovery_command(options: argparse.Namespace) -> int:
    """Run the track and print its tables.

    Raises
    ------
    InvalidArgumentError
        If an option is given that the track does not have.
    """
    for attribute, option in _REFUSED.items():
        if getattr(options, attribute) is not None:
            raise InvalidArgumentError(f"{option} must be left out for the track {TRACK}, got {option}")
    folder = Path(options.output or Path("benchmark-results") / TRACK)
    table = run_track(
        systems=names(options.systems),
        methods=names(options.forecasters),
        output=folder,
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit_mb=options.memory_limit_mb,
        retry_failed=options.retry_failed,
        progress=not options.quiet,
    )
    for given, title in (("derivatives", "states with exact derivatives"), ("states", "states only")):
        print(f"{title}\n{track_text(table[table['given'] == given])}\n")
    failed = table["status"][table["status"] != OK].value_counts()
    print(f"{failed.sum()} of {len(table)} cells failed and count as that")
    for status, count in failed.items():
        print(f"  {count} {status}: {STATUSES[str(status)]}")
    print(f"results: {folder / TABLE}")
    return EXIT_DONE


def track_text(table: pd.DataFrame) -> str:
    """Return medians and shares for each method, sampling and noise, as lines of text."""
    if table.empty:
        return "no cells"
    rows: list[Sequence[str]] = [
        ("method", "per period", "noise dB", "systems", "exact %", "F1", "symmetric error", "valid periods", "seconds")
    ]
    groups = table.groupby(["points_per_period", "noise_db", "method"], sort=True)
    for (sampling, noise, method), part in groups:
        rows.append(
            (
                str(method),
                str(sampling),
                f"{noise:g}",
                str(len(part)),
                f"{100.0 * part['exact'].mean():.0f}",
                f"{part['f1'].median():.2f}",
                f"{part['symmetric_error'].median():.2g}",
                f"{(part['valid_time'] / part['period']).median():.2f}",
                f"{part['fit_seconds'].median():.2g}",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
