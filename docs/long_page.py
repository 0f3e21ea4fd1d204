"""Writes docs/long.md from the committed results of the suite `long`.

Usage: python docs/long_page.py [--check]
"""

import sys
from pathlib import Path
from string import Template

import long_sentences as sentences
import numpy as np
import pandas as pd
import results_page
import results_settings as settings
from pages import DOCS, reflowed, table, write_or_check
from results_sentences import classes, listed, medians_by_class

from benchmark.comparison import curve_correlations, invariants_of, median_over_forecasters, step_limits, valid_shares
from benchmark.comparison.correlations import MEDIAN
from benchmark.comparison.leaderboard import leaderboard
from benchmark.comparison.number_text import figures
from benchmark.comparison.valid_shares import MILESTONES
from benchmark.export import exported_manifest, read_export
from benchmark.results.scores_over_time import TIMES, read_scores_over_time
from benchmark.tasks.references import ORACLE, REFERENCES
from dysts.systems.equation_class import EQUATION_CLASSES

TABLE = DOCS.parent / "results" / "long.parquet"
PAPER_PERIODS = DOCS.parent / "results" / "long-paper.parquet"
OVER_TIME = DOCS.parent / "results" / "over-time" / "long.parquet"
SHOWN_FORECASTERS = 8
SHOWN_TIMES = tuple(time for time in TIMES if time in (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0))


def page(path: Path = TABLE, over_time: Path = OVER_TIME, paper: Path = PAPER_PERIODS) -> str:
    """Return the text of the page from the tables of the suites `long` and `long-paper`."""
    results, manifest = read_export(path), exported_manifest(path)
    curves = read_scores_over_time(over_time)
    board = leaderboard(results)
    # The first point of the true equations is exact, so that nothing limits them in this sense.
    limits = step_limits(results[results["forecaster"] != ORACLE])
    best = [str(name) for name in board.loc[~board["reference"], "forecaster"]][:SHOWN_FORECASTERS]
    text = Template((DOCS / "long.template.md").read_text()).substitute(
        long_task=sentences.long_task(results),
        run=results_page.run(results, manifest),
        two_dozen=sentences.two_dozen_words(results),
        paper_periods=sentences.paper_periods_words(read_export(paper)),
        groups=sentences.groups_words(results),
        decorrelated=sentences.decorrelated_words(results, curves),
        periods=settings.periods_apart(),
        hidden=sentences.hidden_words(results, MILESTONES),
        shares=shares_table(results, "vpt"),
        smape_shares=shares_table(results, "vpt_smape"),
        class_shares=class_shares(results, best),
        fixed_time=f"{sentences.LATE:g}",
        correlations=correlations(results, curves),
        limits=sentences.limits_words(results, limits, best),
        step_limits=limits_table(limits),
        first_errors=first_errors(results, best),
        leaderboard=results_page.board_table(board),
        slow=sentences.slow_words(results),
        seconds=seconds(results, board),
        failures=results_page.failures(results),
    )
    return reflowed(text)


def shares_table(results: pd.DataFrame, score: str) -> str:
    """Return the shares of systems on which each forecaster lasts, the longest first."""
    found = valid_shares(results, MILESTONES, score=score)
    shares = found.pivot_table(index="forecaster", columns="time", values="share", dropna=False)
    order = shares.sort_values(list(MILESTONES), ascending=False, kind="stable").index
    cells = found.set_index(["forecaster", "time"])
    rows, none = [], []
    for name in order:
        row = cells.loc[str(name)]
        if row["reaching"].max() == 0:
            none.append(str(name))
            continue
        texts = [sentences.share_text(cell) for cell in row.to_dict("records")]
        rows.append((_named(str(name)), *texts))
    told = ""
    if none:
        first = MILESTONES[0]
        end = cells.loc[none]["high"].xs(first, level="time").max()
        told = (
            f"On no system valid for {first:g} Lyapunov times: {listed(none)}; the intervals of their shares end at "
            f"{sentences.percent(end)}."
        )
    shown = table(("forecaster", *(f"{time:g} Lyapunov times" for time in MILESTONES)), rows)
    return f"{shown}\n\n{told}" if told else shown


def class_shares(results: pd.DataFrame, best: list[str]) -> str:
    """Return the shares for each class of equations, of the forecasters that last longest."""
    kinds = results["system"].map(classes(results))
    rows = []
    for kind in EQUATION_CLASSES:
        own = results[(kinds == kind) & results["forecaster"].isin(best)]
        if own["vpt"].notna().sum() == 0:
            continue
        found = valid_shares(own, MILESTONES, resamples=1).set_index(["forecaster", "time"])
        count = int(found["cells"].max())
        texts = [
            _three(found.loc[name]["share"]) if name in found.index.get_level_values(0) else "n/a" for name in best
        ]
        rows.append((f"{kind} ({count} systems)", *texts))
    return table(("equations", *best), rows)


def _three(shares: "pd.Series[float]") -> str:
    return " / ".join("n/a" if np.isnan(share) else f"{100 * share:.0f}" for share in shares) + " %"


def correlations(results: pd.DataFrame, curves: pd.DataFrame) -> str:
    """Return the correlation of the median error with the exponent along the forecast, for all systems and one set."""
    found = exponent_correlations(results, curves)
    rows = []
    for time in SHOWN_TIMES:
        cells = []
        for score, fixed in (("nrmse", False), ("nrmse", True), ("smape", True)):
            row = found[(found["score"] == score) & (found["fixed"] == fixed) & (found["time"] == time)].iloc[0]
            count = "" if fixed else f", {int(row['systems'])} systems"
            span = f"{row['correlation']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f}{count})"
            cells.append("n/a" if np.isnan(row["correlation"]) else span)
        rows.append((f"{time:g}", *cells))
    count = len(sentences.fixed_systems(curves))
    header = ("Lyapunov times", "nrmse, all that last", f"nrmse, the same {count}", f"smape, the same {count}")
    return table(header, rows)


def exponent_correlations(results: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """Return the correlations of the median error with the exponent by time, score, and set of systems."""
    exponents = invariants_of(sorted(results["system"].unique()))[sentences.EXPONENT]
    kept = sentences.fixed_systems(curves)
    tables = []
    for score in ("nrmse", "smape"):
        errors = median_over_forecasters(curves[curves["score"] == score]).reset_index()
        errors.insert(0, "forecaster", MEDIAN)
        for fixed in (False, True):
            own = errors[errors["system"].isin(kept)] if fixed else errors
            times = [time for time in TIMES if not fixed or time <= sentences.LATE]
            found = curve_correlations(own[["forecaster", "system", *times]], exponents)
            if fixed:
                later = [time for time in TIMES if time > sentences.LATE]
                found = pd.concat([found, pd.DataFrame({"time": later, "correlation": np.nan})], ignore_index=True)
            tables.append(found.assign(score=score, fixed=fixed))
    return pd.concat(tables, ignore_index=True)


def limits_table(limits: pd.DataFrame) -> str:
    """Return what the first error allows, beside the valid times."""
    rows = [
        (
            _named(str(row["forecaster"])),
            *(figures(row[name]) for name in ("first_error", "allowed", "vpt_share", "correlation")),
            str(row["cells"]),
        )
        for row in limits.to_dict("records")
    ]
    header = ("forecaster", "first error", "allows", "valid time as a part of it", "correlation", "systems")
    return table(header, rows)


def first_errors(results: pd.DataFrame, best: list[str]) -> str:
    """Return the median first errors by class of equations."""
    medians = medians_by_class(results, "first_error")
    rows = [
        (f"{kind} ({int(row['systems'])} systems)", *(figures(float(row[name])) for name in best))
        for kind, row in medians.iterrows()
    ]
    return table(("equations", *best), rows)


def seconds(results: pd.DataFrame, board: pd.DataFrame) -> str:
    """Return the median seconds of fits and forecasts, in the order of the leaderboard."""
    medians = results.groupby("forecaster")[["fit_seconds", "predict_seconds"]].median()
    names = [str(name) for name in board.loc[~board["reference"], "forecaster"]]
    rows = [(name, *(figures(float(value)) for value in medians.loc[name])) for name in names]
    return table(("forecaster", "fit", "forecast of 5000 points"), rows)


def _named(name: str) -> str:
    return f"*{name}*" if name in REFERENCES else name


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {"long.md": page()}, source=TABLE, target="long-page"))
