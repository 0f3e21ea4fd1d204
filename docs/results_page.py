"""Writes docs/results.md from the committed table of results, so that the page says what the table says.

Usage: python docs/results_page.py [--check]
"""

import sys
from string import Template
from typing import Any

import numpy as np
import pandas as pd
from pages import DOCS, table, write_or_check

from benchmark.comparison import compare_ranks, hardest_systems, invariant_correlations, pareto_front, rank_stability
from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.number_text import figures, interval_text, median_text
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.export import exported_manifest, read_export
from benchmark.running.progress import clock_text
from benchmark.scoring.table import LYAPUNOV_TIMES, at_column
from benchmark.tasks.references import REFERENCES

TABLE = DOCS.parent / "results" / "standard.parquet"
HARDEST = 12
SHOWN_TIMES = LYAPUNOV_TIMES[:3]
SHOWN_INVARIANTS = 8
PUBLISHED_SMAPE = {"ESN": 102.0, "NeuralODE": 73.0, "NVAR": 84.0}
"""Medians of the short multivariate task of Gilpin (2023), as far as they are printed."""


def page() -> str:
    """Return the text of the page."""
    results = read_export(TABLE)
    manifest = exported_manifest(TABLE)
    board = leaderboard(results)
    template = Template((DOCS / "results.template.md").read_text())
    return template.substitute(
        run=run(results, manifest),
        leaderboard=board_table(board),
        ranks=ranks(results),
        at_times=at_times(results),
        longest=longest(results),
        published=published(results),
        cost=cost(results),
        hardest=hardest(results),
        invariants=invariants(results),
        failures=failures(results),
    )


def span(low: float, high: float) -> str:
    """Return an interval for people."""
    return interval_text(low, high, between=" to ")


def run(results: pd.DataFrame, manifest: Any) -> str:
    """Return what was run, where, and how long it took."""
    sessions = "\n".join(
        f"- `{session['command']}`: {session['cells_to_run']} cells, {session['workers']} workers, "
        f"{clock_text(session['wall_seconds']) if 'wall_seconds' in session else 'stopped'}"
        for session in manifest["sessions"]
    )
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    cells = f"{len(results)} cells on {results['system'].nunique()} systems"
    work = f"{clock_text(results['cell_seconds'].sum())} of work in all"
    memory = f"at most {results['peak_memory_mb'].max():.0f} MB in one process"
    machine = f"{manifest['machine']['processor']}, {manifest['machine']['cores']} cores"
    return f"{cells}, {work}, {memory}; {machine}.\n\n{sessions}\n\nCommit `{manifest['commit'][:12]}`; {versions}."


def board_table(board: pd.DataFrame) -> str:
    """Return the leaderboard."""
    rows = []
    rank = 0
    for row in board.to_dict("records"):
        rank += not row["reference"]
        rows.append(
            (
                "" if row["reference"] else str(rank),
                f"*{row['forecaster']}*" if row["reference"] else row["forecaster"],
                median_text(row["vpt"], row["vpt_end"]),
                span(row["vpt_low"], row["vpt_high"]),
                figures(row["skill"]),
                figures(row["smape"]),
                figures(row["nrmse"]),
                f"{row['censored']}/{row['vpt_cells']}",
                str(row["failed"]),
                f"{row['seconds']:.0f}",
            )
        )
    header = ("#", "forecaster", "valid time", "95 % interval", "skill", "smape", "nrmse", "to the end", "failed", "s")
    return table(header, rows)


def ranks(results: pd.DataFrame) -> str:
    """Return what the tests of the mean ranks say."""
    found = compare_ranks(results, "vpt")
    stability = rank_stability(results, "vpt").set_index("forecaster")
    rows = [
        (
            str(name),
            f"{mean:.2f}",
            span(stability.loc[name, "rank_low"], stability.loc[name, "rank_high"]),
            f"{100 * stability.loc[name, 'first']:.0f} %",
        )
        for name, mean in found.mean_ranks.items()
    ]
    different = int(found.pairs["different"].sum())
    told = (
        f"Over {found.systems} systems. Friedman: statistic {figures(found.friedman_statistic)}, p = "
        f"{figures(found.friedman_p)}. Nemenyi's critical difference at {found.alpha:g}: "
        f"{found.critical_difference:.2f}. The paired Prentice-Wilcoxon test, corrected after Holm, tells "
        f"{different} of {len(found.pairs)} pairs apart."
    )
    header = ("forecaster", "mean rank", "95 % interval of the rank", "first place over resampled systems")
    return f"{told}\n\n{table(header, rows)}"


def at_times(results: pd.DataFrame) -> str:
    """Return the median errors of all forecasters up to some Lyapunov times, best first at one Lyapunov time."""
    filled = with_worst_scores(results)
    filled = filled[filled["status"] != "unavailable"]
    columns = [at_column("nrmse", time) for time in SHOWN_TIMES]
    medians = filled.groupby("forecaster")[columns].median()
    counts = {column: int(results.loc[results[column].notna(), "system"].nunique()) for column in columns}
    rows = []
    for name, row in medians.sort_values(at_column("nrmse", 1.0), kind="stable").iterrows():
        own = filled[(filled["forecaster"] == name) & filled[at_column("nrmse", 1.0)].notna()]
        values = own[at_column("nrmse", 1.0)].to_numpy(dtype=np.float64)
        _, low, high = bootstrap_median(values, own["system"].to_numpy())
        rows.append(
            (
                f"*{name}*" if name in REFERENCES else str(name),
                *(figures(row[column]) for column in columns),
                span(low, high),
            )
        )
    header = (
        "forecaster",
        *(f"{time:g} ({counts[column]} systems)" for time, column in zip(SHOWN_TIMES, columns, strict=True)),
        "95 % interval at 1",
    )
    return table(header, rows)


def longest(results: pd.DataFrame) -> str:
    """Return how many systems each forecaster follows to the end, and its longest times."""
    filled = with_worst_scores(results)
    filled = filled[filled["vpt"].notna() & (filled["status"] != "unavailable")]
    rows = []
    for name, cells in filled.groupby("forecaster"):
        values = cells["vpt"].to_numpy(dtype=np.float64)
        quarter, tenth = np.quantile(values, (0.75, 0.9))
        rows.append(
            (
                values.mean(),
                f"*{name}*" if name in REFERENCES else str(name),
                f"{100 * cells['vpt_censored'].mean():.0f} %",
                f"{100 * (values >= 1.0).mean():.0f} %",
                figures(float(quarter)),
                figures(float(tenth)),
                figures(float(values.max())),
            )
        )
    rows.sort(key=lambda row: -row[0])
    header = ("forecaster", "valid to the end", "valid for one Lyapunov time", "best quarter", "best tenth", "longest")
    return table(header, [row[1:] for row in rows])


def published(results: pd.DataFrame) -> str:
    """Return our medians of smape beside the published ones."""
    medians = with_worst_scores(results).groupby("forecaster")["smape"].median()
    rows = [(name, figures(value), figures(medians[name])) for name, value in PUBLISHED_SMAPE.items()]
    return table(("forecaster", "published median smape", "ours"), rows)


def cost(results: pd.DataFrame) -> str:
    """Return the forecasters that are not beaten at their cost."""
    front = pareto_front(results, "vpt")
    rows = [
        (str(row["forecaster"]), figures(row["seconds"]), figures(row["score"]))
        for row in front[front["on_front"]].to_dict("records")
    ]
    return table(("forecaster", "median seconds", "median valid time"), rows)


def hardest(results: pd.DataFrame) -> str:
    """Return the systems on which the best forecast is shortest."""
    found = hardest_systems(results, "vpt")
    failing = int(found["everybody_fails"].sum())
    rows = [
        (str(row["system"]), str(row["best"]), figures(row["score"]), figures(row["floor"]), figures(row["oracle"]))
        for row in found.head(HARDEST).to_dict("records")
    ]
    told = f"On {failing} of {len(found)} systems no forecaster does better than the floor."
    return f"{told}\n\n{table(('system', 'best forecaster', 'valid time', 'floor', 'oracle'), rows)}"


def invariants(results: pd.DataFrame) -> str:
    """Return how the median valid time over forecasters is correlated with invariants."""
    found = invariant_correlations(results, "vpt")
    found = found[(found["forecaster"] == "(median)") & found["correlation"].notna()]
    found = found.iloc[found["correlation"].abs().argsort(kind="stable")[::-1]].head(SHOWN_INVARIANTS)
    rows = [
        (
            str(row["invariant"]).replace("_", " "),
            f"{row['correlation']:+.2f}",
            f"{row['low']:+.2f} to {row['high']:+.2f}",
            str(row["systems"]),
        )
        for row in found.to_dict("records")
    ]
    return table(("invariant", "rank correlation", "95 % interval", "systems"), rows)


def failures(results: pd.DataFrame) -> str:
    """Return the cells without a forecast."""
    failed = results[~results["status"].isin(("ok", "unavailable"))]
    if failed.empty:
        return "Every cell ended with a forecast."
    rows = [
        (str(row["forecaster"]), str(row["system"]), str(row["status"]), str(row["error"]).replace("|", "\\|")[:160])
        for row in failed.to_dict("records")
    ]
    return table(("forecaster", "system", "status", "error"), rows)


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {"results.md": page()}, source="results/standard.parquet", target="results-page"))
