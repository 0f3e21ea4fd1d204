"""Writes docs/explanation/sampling.md and transfer.md from published scores and the committed tables of our runs.

Usage: python docs/experiments_page.py [--check]
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd
from pages import DOCS, reflowed, table, write_or_check
from scipy.stats import wilcoxon

from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.sampling.settings import SCORES, Settings
from benchmark.sampling.verdict import Difference, complete, curves, differences, final_errors, learning
from benchmark.sampling.verdict import verdict as sampling_verdict
from benchmark.transfer.archive import PUBLISHED_HERE
from benchmark.transfer.verdict import Gain, accuracies, gains, number_curve
from benchmark.transfer.verdict import verdict as transfer_verdict

SAMPLING = DOCS.parent / "results" / "sampling.parquet"
TRANSFER = DOCS.parent / "results" / "transfer.parquet"
PUBLISHED_ARMS = {"base_score": "uniform", "random_score": "random", "importance_score": "importance"}
"""Columns of the published scores by the names of our samplings; the full training on the series is the baseline."""
SHOWN = ("train", "rounds", "starts", "length", "layers", "hidden", "window", "steps", "horizon", "origins", "future")
"""Fields of the settings of a run that its page tells."""
NO_RUN = "No run of ours is published yet."


def pages() -> dict[str, str]:
    """Return the text of both pages by their paths."""
    return {"explanation/sampling.md": sampling_page(), "explanation/transfer.md": transfer_page()}


def sampling_page(results: Path = SAMPLING) -> str:
    """Return the page on importance sampling."""
    published = pd.read_csv(DOCS / "data" / "published_importance.csv").dropna().set_index("system")
    scores = published[list(PUBLISHED_ARMS)].rename(columns=PUBLISHED_ARMS)
    found = {each.sampling: each for each in differences(scores)}
    between = (scores["importance"] - scores["random"]).to_numpy()
    settings = Settings()
    return _filled(
        "sampling",
        systems=len(scores),
        scores=table(
            ("median over systems", "full training", "random starts", "importance"),
            [
                ("symmetric MAPE", *(f"{value:.3f}" for value in scores.median())),
                ("seconds", *(f"{published[f'{arm}_time'].median():.0f}" for arm in ("base", "random", "importance"))),
            ],
        ),
        published=_difference_table(found.values(), "full training"),
        wins=found["importance"].wins,
        p=f"{found['importance'].p:.2g}",
        wins_random=int((between < 0.0).sum()),
        p_random=f"{wilcoxon(between).pvalue:.2g}",
        own=_own_sampling(pd.read_parquet(results)) if results.exists() else NO_RUN,
        ppp=settings.points_per_period,
        every=settings.steps // settings.checkpoints,
        **{name: getattr(settings, name) for name in SHOWN},
    )


def _own_sampling(rows: pd.DataFrame) -> str:
    finals = final_errors(rows)
    whole = complete(rows)
    names = ", ".join(f"`{name}`" for name in finals.columns)
    seeds = whole.groupby("system")["seed"].nunique()
    counted = f"{seeds.min()} to {seeds.max()} seeds" if seeds.min() < seeds.max() else f"{seeds.max()} seeds"
    failed = int((rows["status"] != "ok").sum())
    parts = [
        f"`results/sampling.parquet` has {len(finals)} systems with the samplings {names}, each with {counted}; "
        f"{failed or 'none'} of its {len(rows)} cells failed. A cell took {rows['seconds'].median():.1f} seconds in "
        f"the median, all of them {rows['seconds'].sum() / 60.0:.0f} minutes. Errors against steps are medians over "
        "systems with their intervals."
    ]
    for score, words in SCORES.items():
        found = differences(final_errors(rows, score=score))
        parts += [
            f"### {words[0].upper()}{words[1:]}",
            _curve_table(whole, score),
            "After all steps, beside `uniform`, paired by system:",
            _difference_table(found, "uniform"),
            f"**{sampling_verdict(found, learnt=learning(rows, score=score))}**",
        ]
    return "\n\n".join(parts)


def _curve_table(rows: pd.DataFrame, score: str) -> str:
    steps = curves(rows).index
    lines = []
    for place, step in enumerate(steps):
        line = [str(step)]
        for sampling in curves(rows).columns:
            part = rows[rows["sampling"] == sampling]
            means = part.assign(error=[errors[place] for errors in part[score]]).groupby("system")["error"].mean()
            middle, low, high = bootstrap_median(means.to_numpy(), means.index.to_numpy())
            line.append(f"{middle:.3g} ({low:.3g} to {high:.3g})")
        lines.append(tuple(line))
    return table(("steps", *(str(name) for name in curves(rows).columns)), lines)


def _difference_table(found: Iterable[Difference], baseline: str) -> str:
    rows = [
        (
            each.sampling,
            f"{each.mean:+.3f} ({each.low:+.3f} to {each.high:+.3f})",
            f"{each.wins} of {each.systems}",
            f"{each.p:.2g}",
        )
        for each in found
    ]
    return table(("sampling", f"mean difference from {baseline}", "better on", "p (Wilcoxon)"), rows)


def transfer_page(results: Path = TRANSFER) -> str:
    """Return the page on surrogate transfer learning."""
    published = pd.read_csv(DOCS / "data" / "published_transfer.csv").set_index("set")
    scores = published.rename(columns={"tsfresh": "raw"})[["raw", "random", "matched"]]
    found = gains(scores)
    own = pd.read_parquet(results) if results.exists() else None
    return _filled(
        "transfer",
        sets=len(scores),
        **{name: f"{scores[name].median():.3f}" for name in scores.columns},
        published=_gain_table(found),
        verdict=transfer_verdict(found),
        six=_set_table(scores.loc[list(PUBLISHED_HERE)], own),
        six_verdict=_six(gains(scores.loc[list(PUBLISHED_HERE)])),
        own=NO_RUN if own is None else _own_transfer(own),
    )


def _six(found: list[Gain]) -> str:
    return "; ".join(
        f"beside {each.way} {each.mean:+.3f}, better on {each.wins} of {each.sets}, p = {each.p:.2g}" for each in found
    )


def _own_transfer(rows: pd.DataFrame) -> str:
    means = accuracies(rows)
    found = gains(means)
    failed, seeds = int((rows["status"] != "ok").sum()), rows["seed"].nunique()
    parts = [
        f"`results/transfer.parquet` has {rows['set'].nunique()} sets and {seeds} {'seed' if seeds == 1 else 'seeds'}; "
        f"{failed or 'none'} of its {len(rows)} cells failed. Accuracy with matched time scales beside the other ways, "
        "paired by set:",
        _gain_table(found),
        f"**{transfer_verdict(found)}**",
    ]
    if {"untrained", "raw"} <= set(means.columns):
        gap = (means["untrained"] - means["raw"]).dropna()
        parts.append(
            "An encoder with random weights, which has learnt nothing from any system, differs from raw features by "
            f"{gap.mean():+.3f} in mean and is better on {int((gap > 0.0).sum())} of {len(gap)} sets: a gain of "
            "matched time scales on raw features counts only beyond that."
        )
    curve = number_curve(rows)
    if len(curve) > 1:
        lines = [(str(count), *(f"{value:.3f}" for value in row.to_numpy())) for count, row in curve.iterrows()]
        parts += ["Accuracy by the number of systems:", table(("systems", *curve.columns), lines)]
    return "\n\n".join(parts)


def _gain_table(found: list[Gain]) -> str:
    rows = [
        (each.way, f"{each.mean:+.3f}", f"{each.wins} of {each.sets}", str(each.ties), f"{each.p:.2g}")
        for each in found
    ]
    return table(("beside", "mean gain of matched", "better on", "equal", "p (Wilcoxon)"), rows)


def _set_table(published: pd.DataFrame, own: pd.DataFrame | None) -> str:
    ours = pd.DataFrame(index=published.index) if own is None else accuracies(own).reindex(published.index)
    header = ("set", *(f"{way}, published" for way in published.columns), *(f"{way}, ours" for way in ours.columns))
    rows = []
    for name in published.index:
        values = np.concatenate([published.loc[name].to_numpy(), ours.loc[name].to_numpy()])
        rows.append((name, *("" if np.isnan(value) else f"{value:.2f}" for value in values)))
    return table(header, rows)


def _filled(name: str, **values: object) -> str:
    template = (DOCS / "explanation" / f"{name}.template.md").read_text(encoding="utf-8")
    return reflowed(Template(template).substitute(values))


if __name__ == "__main__":
    sys.exit(write_or_check(pages, source="published scores and the tables of our runs", target="experiments-page"))
