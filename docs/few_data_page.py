"""Writes docs/explanation/few-data.md from published scores at six training lengths and from our results.

Ours are those of the suite `data-limited`, of which a part will do, and at 1000 points those of `standard` until then.

Usage: python docs/few_data_page.py [--check]
"""

import sys
from string import Template

import numpy as np
import pandas as pd
from pages import DOCS, reflowed, write_or_check
from pages import table as markdown
from results_sentences import listed
from scipy.stats import spearmanr

from benchmark.export import read_export
from benchmark.tasks.named_suites import get_suite

PUBLISHED = DOCS / "data" / "published_data_limited.parquet"
"""Published smape for each system, forecaster and training length, of 15 forecasters."""
OURS, SHORT = (DOCS.parent / "results" / f"{name}.parquet" for name in ("data-limited", "standard"))
MADE_FOR_DYNAMICS = ("ESN", "NVAR", "NeuralODE")
"""The forecasters that the paper calls physics-based, of those whose scores at several lengths are known."""
LENGTHS = tuple(sorted({task.train_length for task in get_suite("data-limited").narrowed(systems=["Lorenz"]).tasks()}))
RESAMPLES = 2000


def page() -> str:
    """Return the text of the page."""
    theirs = pd.read_parquet(PUBLISHED).astype({"system": str, "forecaster": str})
    whole = OURS.exists()
    ours = read_export(OURS if whole else SHORT).query("not reference")
    text = Template((DOCS / "few-data.template.md").read_text()).substitute(
        published=medians(theirs),
        ours=medians(ours),
        known=known_words(ours, whole=whole),
        orders=orders(theirs, ours),
        verdict_published=verdicts(theirs),
        verdict_ours=verdicts(ours),
        told_published=told(theirs),
        told_ours=told(ours),
    )
    return reflowed(text)


def medians(scores: pd.DataFrame) -> str:
    """Return the median smape over systems by forecaster and training length, the best of each length in bold."""
    values = scores.pivot_table(index="forecaster", columns="train_length", values="smape", aggfunc="median")
    values = values.sort_values(values.columns[-1])
    least = values.min()
    rows = [
        (
            str(name),
            *(f"**{value:.1f}**" if value == least[length] else f"{value:.1f}" for length, value in row.items()),
        )
        for name, row in values.iterrows()
    ]
    return markdown(("forecaster", *(f"{length}" for length in values.columns)), rows)


def known_words(ours: pd.DataFrame, *, whole: bool) -> str:
    """Return which of our cells are there."""
    if not whole:
        return (
            "No run of the suite `data-limited` is published yet: this is its column of 1000 points, "
            "which is the suite `standard`."
        )
    suite = get_suite("data-limited")
    wanted = len(suite.tasks()) * len(suite.forecasters)
    words = f"`results/data-limited.parquet` has {len(ours)} of the {wanted} cells of the suite"
    systems = ours["system"].nunique()
    return f"{words}, of {systems} systems and {ours['forecaster'].nunique()} forecasters."


def orders(theirs: pd.DataFrame, ours: pd.DataFrame) -> str:
    """Return how the orders of both agree at each length, over the forecasters and systems that both have."""
    rows = []
    for length in LENGTHS:
        both = [own[own["train_length"] == length] for own in (theirs, ours)]
        systems, names = (set(both[0][key]) & set(both[1][key]) for key in ("system", "forecaster"))
        if len(names) < 3:
            continue
        kept = [own[own["system"].isin(systems) & own["forecaster"].isin(names)] for own in both]
        ranked = [own.groupby("forecaster")["smape"].median().sort_index() for own in kept]
        others = [own.drop(["ESN", "NVAR"], errors="ignore") for own in ranked]
        found = [f"{spearmanr(*pair).statistic:.2f}" for pair in (ranked, others)]
        rows.append((str(length), str(len(systems)), str(len(names)), *found))
    return markdown(("points", "systems", "forecasters", "rank correlation", "without ESN and NVAR"), rows)


def compared(scores: pd.DataFrame) -> pd.DataFrame:
    """Return, for each length, the best forecaster of both kinds by its median and their paired difference.

    Returns
    -------
    pandas.DataFrame
        Columns ``length``, ``own``, ``other``, ``difference`` (smape of the method made for dynamics less that of the
        other, median over systems), ``low`` and ``high`` (95 % over resampled systems), ``wins`` and ``systems``.
    """
    rows = []
    for length, own in scores.groupby("train_length"):
        table = own.pivot_table(index="system", columns="forecaster", values="smape")
        middle = table.median()
        physical = [name for name in MADE_FOR_DYNAMICS if name in table]
        best = (middle[physical].idxmin(), middle.drop(physical).idxmin())
        pair = table[list(best)].dropna()
        apart = (pair[best[0]] - pair[best[1]]).to_numpy()
        chosen = np.random.default_rng(0).integers(len(apart), size=(RESAMPLES, len(apart)))
        low, high = np.percentile(np.median(apart[chosen], axis=1), [2.5, 97.5])
        rows.append((length, *best, float(np.median(apart)), low, high, int((apart < 0.0).sum()), len(apart)))
    return pd.DataFrame(rows, columns=["length", "own", "other", "difference", "low", "high", "wins", "systems"])


def verdicts(scores: pd.DataFrame) -> str:
    """Return the comparison of both kinds as a table."""
    rows = [
        (
            str(row["length"]),
            row["own"],
            row["other"],
            f"{row['difference']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f})",
            f"{row['wins']} of {row['systems']}",
        )
        for row in compared(scores).to_dict("records")
    ]
    return markdown(("points", "made for dynamics", "general", "difference of smape", "better on"), rows)


def told(scores: pd.DataFrame) -> str:
    """Return in one sentence at which lengths methods made for dynamics are ahead."""
    found = compared(scores)
    ahead = [str(length) for length in found.loc[found["high"] < 0.0, "length"]]
    behind = [str(length) for length in found.loc[found["low"] > 0.0, "length"]]
    open_ = [str(length) for length in found.loc[(found["low"] <= 0.0) & (found["high"] >= 0.0), "length"]]
    parts = [(ahead, "ahead"), (behind, "behind"), (open_, "not told apart from the best general one")]
    words = "; ".join(f"{state} at {listed(lengths)} points" for lengths, state in parts if lengths)
    return f"The best method made for dynamics is {words}."


if __name__ == "__main__":
    sys.exit(
        write_or_check(
            lambda: {"explanation/few-data.md": page()},
            source="docs/data/published_data_limited.parquet and results",
            target="few-data-page",
        )
    )
