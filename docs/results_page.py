"""Writes docs/results.md from the committed table of results, so that the page says what the table says.

Usage: python docs/results_page.py [--check]
"""

import json
import sys
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import pandas as pd
import results_sentences as sentences
import results_settings as settings
from pages import DOCS, reflowed, table, write_or_check

from benchmark.comparison import (
    RankComparison,
    compare_ranks,
    hardest_systems,
    invariant_correlations,
    pareto_front,
    rank_stability,
)
from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.medians import median_of
from benchmark.comparison.number_text import figures, interval_text, median_text
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.export import exported_manifest, read_export
from benchmark.running.progress import clock_text
from benchmark.scoring.table import LYAPUNOV_TIMES, at_column, within_column
from benchmark.tasks.references import REFERENCES

TABLE = DOCS.parent / "results" / "standard.parquet"
HARDEST = 12
SHOWN_TIMES = LYAPUNOV_TIMES[:3]
SHOWN_INVARIANTS = 8
SHOWN_THRESHOLDS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
SHOWN_FORECASTERS = 8
PUBLISHED = DOCS / "data" / "published_smape.json"


def page(path: Path = TABLE) -> str:
    """Return the text of the page from a table."""
    results = read_export(path)
    manifest = exported_manifest(path)
    board = leaderboard(results)
    tested = compare_ranks(results, "vpt")
    template = Template((DOCS / "results.template.md").read_text())
    known = published()
    text = template.substitute(
        run=run(results, manifest),
        short_task=sentences.short_task(results),
        truths=sentences.truths(results),
        classes=sentences.by_class_words(results),
        to_the_end=sentences.to_the_end(results),
        leaders=sentences.leaders(results, board, tested),
        reservoirs=sentences.reservoirs_words(results),
        smape=sentences.smape_words(results),
        floor=sentences.beside_the_floor(results, board),
        oracle=sentences.oracle_words(results),
        leaderboard=board_table(board),
        by_class=by_class(results),
        ranks=ranks(results, tested),
        at_times=at_times(results),
        longest=longest(results),
        thresholds=thresholds(results, board),
        choices=settings.reservoir_choices(),
        networks=settings.network_size(),
        periods=settings.periods_apart(),
        agreement=sentences.published_words(results, known),
        published=published_table(results, known),
        cost=cost(results),
        seconds=sentences.seconds_words(results),
        hard=sentences.hardest_words(results),
        hardest=hardest(results),
        exponent=sentences.exponent_words(results),
        invariants=invariants(results),
        failures=failures(results),
    )
    return reflowed(text)


def published() -> "pd.Series[float]":
    """Return the published medians of smape by forecaster."""
    return pd.Series(json.loads(PUBLISHED.read_text())["multivariate"]["values"])


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


def by_class(results: pd.DataFrame) -> str:
    """Return the median errors at one Lyapunov time by class of equations."""
    medians = sentences.medians_by_class(results, sentences.AT_ONE)
    order = medians.drop(columns="systems").iloc[0].sort_values(kind="stable").index[:SHOWN_FORECASTERS]
    rows = [
        (f"{kind} ({int(row['systems'])} systems)", *(figures(float(row[name])) for name in order))
        for kind, row in medians.iterrows()
    ]
    return table(("equations", *(str(name) for name in order)), rows)


def thresholds(results: pd.DataFrame, board: pd.DataFrame) -> str:
    """Return the median valid times with different thresholds."""
    columns = [within_column(value) for value in SHOWN_THRESHOLDS]
    if results[columns].isna().all().any():
        return "This table holds valid times with the thresholds 0.4 and 0.5 only."
    filled = with_worst_scores(results)
    names = [str(name) for name in board.loc[~board["reference"], "forecaster"]][:SHOWN_FORECASTERS]
    rows = []
    for name in names:
        found = [median_of(filled[filled["forecaster"] == name], column, resamples=1) for column in columns]
        rows.append((name, *(median_text(each.value, each.end) for each in found)))
    return table(("forecaster", *(f"{value:g}" for value in SHOWN_THRESHOLDS)), rows)


def ranks(results: pd.DataFrame, found: RankComparison) -> str:
    """Return what the tests of the mean ranks say."""
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


def published_table(results: pd.DataFrame, known: "pd.Series[float]") -> str:
    """Return our medians of smape beside the published ones."""
    medians = with_worst_scores(results).groupby("forecaster")["smape"].median()
    rows = [(str(name), figures(value), figures(medians[name])) for name, value in known.items()]
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
    """Return the systems on which the best forecast has the least skill."""
    found = hardest_systems(results, "vpt")
    rows = [
        (
            str(row["system"]),
            str(row["best"]),
            figures(row["skill"]),
            *(figures(row[name]) for name in ("score", "floor", "oracle")),
        )
        for row in found[~found["censored"]].head(HARDEST).to_dict("records")
    ]
    return table(("system", "best forecaster", "skill", "valid time", "floor", "oracle"), rows)


def invariants(results: pd.DataFrame) -> str:
    """Return how the median over forecasters of three scores is correlated with invariants."""
    found = {}
    for score in ("vpt_periods", "vpt", "nrmse"):
        every = invariant_correlations(results, score)
        found[score] = every[every["forecaster"] == "(median)"].set_index("invariant")
    order = found["vpt_periods"]["correlation"].abs().sort_values(ascending=False, kind="stable").dropna().index
    rows = []
    for name in order[:SHOWN_INVARIANTS]:
        cells = [
            f"{row['correlation']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
            for row in (found[score].loc[name] for score in found)
        ]
        rows.append((str(name).replace("_", " "), *cells, str(int(found["vpt_periods"].loc[name, "systems"]))))
    header = ("invariant", "valid time in periods", "valid time in Lyapunov times", "nrmse of two periods", "systems")
    return table(header, rows)


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
