"""Computes the sentences of docs/results.md that quote numbers, so that no number on the page is written by hand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

import dysts
from benchmark.comparison import RankComparison, hardest_systems, invariant_correlations, rank_stability
from benchmark.comparison.blocks import censored_by_system, score_by_system
from benchmark.comparison.number_text import figures
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.scoring.table import at_column
from benchmark.tasks.references import ORACLE, PARROTING, REFERENCES
from dysts.systems.equation_class import EQUATION_CLASSES, equation_class

AT_ONE = at_column("nrmse", 1.0)
EXPONENT = "lyapunov_exponent_per_period"


def listed(names: Sequence[str]) -> str:
    """Return names as people list them.

    Examples
    --------
    >>> listed(["NVAR"]), listed(["NVAR", "ESN", "RNN"])
    ('NVAR', 'NVAR, ESN and RNN')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def own(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of forecasters, failed ones with the worst scores."""
    filled = with_worst_scores(results)
    return filled[~filled["forecaster"].isin(list(REFERENCES))]


def classes(results: pd.DataFrame) -> "pd.Series[str]":
    """Return the class of the equations of each system."""
    names = [str(name) for name in results["system"].unique()]
    return pd.Series({name: equation_class(dysts.get_system(name)) for name in names})


def medians_by_class(results: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return the median of a score of each forecaster over the systems of each class, with the number of systems."""
    rows = own(results)
    rows = rows[rows[score].notna()].assign(kind=lambda table: table["system"].map(classes(results)))
    medians = rows.groupby(["kind", "forecaster"])[score].median().unstack("forecaster")
    medians.insert(0, "systems", rows.groupby("kind")["system"].nunique())
    return medians.reindex([kind for kind in EQUATION_CLASSES if kind in medians.index])


def short_task(results: pd.DataFrame) -> str:
    """Return how long the horizon is in Lyapunov times."""
    horizons = results.drop_duplicates("system")["horizon_lyapunov"].dropna()
    low, middle, high = np.quantile(horizons, [0.25, 0.5, 0.75])
    return (
        f"{figures(middle)} Lyapunov times in the median of the {len(horizons)} systems that have one (quartiles "
        f"{figures(low)} and {figures(high)}); {int((horizons >= 5).sum())} of them reach 5 Lyapunov times"
    )


def truths(results: pd.DataFrame) -> str:
    """Return for how many windows the truth is known to its end."""
    windows = results.drop_duplicates("task")
    known = windows[windows["truth_end"].notna()]
    if known.empty:
        return "Nobody has examined until when the truths of these windows hold."
    whole = int(np.isinf(known["truth_end"]).sum())
    unknown = len(windows) - len(known)
    told = f" Of {unknown} it is not known, as their past is not stored between the points." if unknown else ""
    cut = int((results["censored_by"] == "truth").sum())
    return (
        f"Of {len(known)} windows the truth is known, by a second solution, to the end in {whole}.{told} "
        f"{cut} of {len(results)} valid times end with the truth."
    )


def by_class_words(results: pd.DataFrame) -> str:
    """Return who is ahead at one Lyapunov time in each class."""
    medians = medians_by_class(results, AT_ONE)
    parts = []
    for kind, row in medians.iterrows():
        best = row.drop("systems").sort_values(kind="stable").head(4)
        named = listed([f"{name} {figures(float(value))}" for name, value in best.items()])
        parts.append(f"{kind} ({int(row['systems'])} systems): {named}")
    return "; ".join(parts)


def to_the_end(results: pd.DataFrame) -> str:
    """Return on how many systems the forecasts of the longest are valid to the end."""
    rows = results[results["vpt"].notna() & (results["status"] != "unavailable")]
    counts = rows.groupby("forecaster")["vpt_censored"].sum().sort_values(ascending=False, kind="stable")
    systems = rows["system"].nunique()
    ranked = [(str(name), int(count)) for name, count in counts.items() if name not in REFERENCES]
    oracle = f", where the oracle, which has the true equations, reaches it on {int(counts[ORACLE])}"
    named = listed([f"{name} on {count}" for name, count in ranked[:5]])
    return f"{named} of {systems} systems{oracle if ORACLE in counts else ''}"


def reservoirs_words(results: pd.DataFrame) -> str:
    """Return how far the better reservoir method is ahead of the best other forecaster in each class."""
    medians = medians_by_class(results, AT_ONE).drop(columns="systems")
    ratios = medians.drop(columns=["NVAR", "ESN"]).min(axis=1) / medians[["NVAR", "ESN"]].min(axis=1)
    return listed([f"{figures(float(ratio))} times for {kind}" for kind, ratio in ratios.items()])


def leaders(results: pd.DataFrame, board: pd.DataFrame, ranks: RankComparison) -> str:
    """Return what separates the first two of the leaderboard, and on how many systems both outlast the horizon."""
    first, second = (str(name) for name in board.loc[~board["reference"], "forecaster"][:2])
    blocks = score_by_system(results, "vpt")
    censored = censored_by_system(results, blocks, "vpt")
    both = int((censored[first] & censored[second]).sum())
    ahead = int((blocks[first] > blocks[second]).sum())
    behind = int((blocks[first] < blocks[second]).sum())
    pair = ranks.pairs[ranks.pairs[["better", "worse"]].isin([first, second]).all(axis=1)].iloc[0]
    verdict = "tells the two apart" if pair["different"] else "does not tell the two apart"
    stability = rank_stability(results, "vpt").set_index("forecaster")["first"]
    return (
        f"{first} and {second} forecast longest. On {both} of {len(blocks)} systems both are valid to the end, so few "
        f"others decide: {first} is ahead on {ahead}, {second} on {behind}, and the paired test, corrected after Holm, "
        f"{verdict} (p = {figures(float(pair['p_holm']))}). {first} is first, or shares the first place, in "
        f"{100 * stability[first]:.0f} % of resampled sets of systems, {second} in {100 * stability[second]:.0f} %"
    )


def smape_words(results: pd.DataFrame) -> str:
    """Return how the valid time by cumulative smape compares with the valid prediction time."""
    rows = own(results)
    rows = rows[rows["vpt"].gt(0) & ~rows["vpt_censored"] & ~rows["vpt_smape_censored"]]
    ratio = rows["vpt_smape"] / rows["vpt"]
    low, middle, high = np.quantile(ratio, [0.25, 0.5, 0.75])
    return (
        f"where neither is censored, `vpt_smape` is {figures(middle)} times `vpt` in the median (quartiles "
        f"{figures(low)} and {figures(high)}), so the two must not be set side by side"
    )


def beside_the_floor(results: pd.DataFrame, board: pd.DataFrame) -> str:
    """Return which forecasters do no better than references that need no model."""
    medians = board.set_index("forecaster")["vpt"]
    ranked = [str(name) for name in board.loc[~board["reference"], "forecaster"]]
    told = []
    if PARROTING in medians:
        ahead = sum(medians[name] > medians[PARROTING] for name in ranked)
        told.append(
            f"Context parroting, which copies a piece of the past, is valid for {figures(medians[PARROTING])} Lyapunov "
            f"times in the median: {ahead} of {len(ranked)} forecasters are better"
        )
    below = [name for name in ranked if medians[name] <= medians["Persistence"]]
    if below:
        told.append(f"No better than persistence ({figures(medians['Persistence'])}) are {listed(below)}")
    held = own(results).assign(held=lambda rows: rows["diverged_at"].notna()).groupby("forecaster")["held"].mean()
    most = held.sort_values(ascending=False, kind="stable").head(3)
    named = listed([f"{name} ({100 * share:.0f} %)" for name, share in most.items()])
    told.append(f"Most rollouts that had to be held at their bounds are those of {named}")
    return ". ".join(told)


def oracle_words(results: pd.DataFrame) -> str:
    """Return where the oracle does not reach the end."""
    rows = results[(results["forecaster"] == ORACLE) & results["vpt"].notna() & ~results["vpt_censored"]]
    if rows.empty:
        return "The oracle reaches the end of every window."
    named = listed(
        [
            f"{row['system']} ({figures(row['vpt'])} of {figures(row['known_lyapunov'])} Lyapunov times)"
            for row in rows.sort_values("vpt").to_dict("records")
        ]
    )
    return f"The oracle falls short on {named}."


def published_words(results: pd.DataFrame, published: "pd.Series[float]") -> str:
    """Return how our order of the published forecasters agrees with the published one."""
    ours = own(results).groupby("forecaster")["smape"].median()[published.index]
    whole = spearmanr(published, ours).statistic
    without = [name for name in published.index if name not in ("ESN", "NVAR")]
    rest = spearmanr(published[without], ours[without]).statistic
    return (
        f"Spearman's correlation between the published and our medians is {whole:.2f} over {len(published)} "
        f"forecasters, and {rest:.2f} without ESN and NVAR"
    )


def hardest_words(results: pd.DataFrame) -> str:
    """Return how many systems nobody solves, and how many somebody follows to the end."""
    found = hardest_systems(results, "vpt")
    failing = int(found["everybody_fails"].sum())
    outlasted = int(found["censored"].sum())
    return (
        f"On {outlasted} of {len(found)} systems the best forecast is valid to the end of the window; the table leaves "
        f"them out. On {failing} no forecaster does better than the floor."
    )


def exponent_words(results: pd.DataFrame) -> str:
    """Return how the correlation with the exponent per period depends on the clock."""
    values = {}
    for score in ("vpt", "vpt_periods"):
        found = invariant_correlations(results, score)
        row = found[(found["forecaster"] == "(median)") & (found["invariant"] == EXPONENT)].iloc[0]
        values[score] = f"{row['correlation']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
    return f"{values['vpt']} in Lyapunov times and {values['vpt_periods']} in periods"


def seconds_words(results: pd.DataFrame) -> str:
    """Return the median seconds of fits of the two reservoir methods and of the slowest forecasters."""
    seconds = own(results).groupby("forecaster")["fit_seconds"].median()
    slow = seconds.sort_values(ascending=False, kind="stable").head(3)
    named = listed([f"{name} {figures(value)}" for name, value in slow.items()])
    return f"ESN takes {figures(seconds['ESN'])} s, NVAR {figures(seconds['NVAR'])} s, the slowest {named} s"
