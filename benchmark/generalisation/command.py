"""The commands ``dysts-benchmark run parameters`` and ``dysts-benchmark run basins``."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmark.generalisation.run import FORECASTERS, run_generalisation, summary
from dysts.cli.arguments import names
from dysts.cli.conventions import EXIT_DONE

TABLE = "table.parquet"
"""File in the results folder with a row for each forecast."""


def generalisation_command(options: argparse.Namespace) -> int:
    """Run one of the suites and print its medians."""
    folder = Path(options.output or Path("benchmark-results") / options.suite)
    table = run_generalisation(
        options.suite,
        folder,
        systems=names(options.systems),
        forecasters=names(options.forecasters) or FORECASTERS,
        seed=options.seed,
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit_mb=options.memory_limit_mb,
        retry_failed=options.retry_failed,
        say=None if options.quiet else lambda line: print(line, file=sys.stderr, flush=True),
    )
    table.to_parquet(folder / TABLE, index=False)
    print(summary_text(table))
    for reason in dict.fromkeys(table.loc[table["status"] == "unavailable", "error"]):
        print(f"left out: {reason}")
    failed = int((~table["status"].isin(("ok", "unavailable"))).sum())
    print(f"{failed} of {len(table)} forecasts failed and count with the worst scores")
    print(f"results: {folder / TABLE}")
    return EXIT_DONE


def summary_text(table: pd.DataFrame) -> str:
    """Return the medians of each forecaster and kind of place as a Markdown table.

    Parameters
    ----------
    table : pandas.DataFrame
        Of `benchmark.generalisation.run.run_generalisation`.
    """
    found = summary(table)
    columns = list(found.columns)
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    for _, row in found.iterrows():
        cells = [f"{value:.2f}" if isinstance(value, float) else str(value) for value in row]
        lines.append("| " + " | ".join("" if cell == "nan" else cell for cell in cells) + " |")
    return "\n".join(lines)
