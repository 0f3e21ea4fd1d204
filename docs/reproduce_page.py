"""Writes docs/how-to/reproduce-the-paper.md from the committed scores of the published methods, theirs and ours.

Usage: python docs/reproduce_page.py [--check]
"""

import runpy
import sys
from collections.abc import Mapping
from string import Template
from typing import Any

import numpy as np
import pandas as pd
import results_page
from pages import DOCS, reflowed, write_or_check
from pages import table as markdown
from results_sentences import listed
from scipy.stats import binomtest, spearmanr

from benchmark.export import read_export
from dysts import get_system

PROGRAM = DOCS.parent / "tests" / "performance" / "published_methods.py"
STANDARD = DOCS.parent / "results" / "standard.parquet"
SATURATION = DOCS / "data" / "published_saturation.csv"
ADAPTIVE = DOCS / "data" / "published_adaptive.csv"
NAMES = {"ESN": "ESN", "NVAR": "nVAR", "NeuralODE": "the neural ODE"}
TUNED = {"ESN": "leak_rate", "NVAR": "delays"}
"""The one setting that the paper chose for each method."""
SHOWN_CHOICES = {"ESN": (0.1, 0.2), "NVAR": (120,)}
WAYS = ("chosen on another series", "chosen on what is scored")
CLOSE = 5.0
"""Difference of two medians of smape that counts as agreement."""


def page() -> str:
    """Return the text of the page."""
    program = runpy.run_path(str(PROGRAM))
    theirs, rows = pd.Series(program["published"]()), pd.DataFrame(program["rows"]())
    few_data = results_page.published()
    forms = {key: own.set_index("system") for key, own in rows.groupby(["method", "form"])}
    ours = {name: forms[name, "published"] for name in NAMES}
    published = {
        name: pd.Series({system: float(line["smape"]) for (method, system), line in theirs.items() if method == name})
        for name in NAMES
    }
    node = pd.DataFrame({"theirs": published["NeuralODE"], "ours": ours["NeuralODE"]["smape"]}).dropna()
    medians = read_export(STANDARD).query("not reference").groupby("forecaster")["smape"].median()
    reproduced = medians.copy()
    for name in TUNED:
        reproduced[name] = ours[name]["smape"].median()
    saturation = pd.read_csv(SATURATION).set_index("system")["share"]
    quartiles = np.percentile(saturation, [25, 50, 75])
    text = Template((DOCS / "how-to" / "reproduce-the-paper.template.md").read_text()).substitute(
        table=program["table"](),
        few_data=", ".join(f"{few_data[name]:.1f} for {words}" for name, words in NAMES.items()),
        choice=" and ".join(f"{_choice(ours[name]):.0f} for {NAMES[name]}" for name in TUNED),
        both_choices=both_choices(ours, published, few_data),
        close=close_words(ours, published, few_data),
        choices="; ".join(choice_words(name, ours[name], theirs) for name in TUNED),
        node_systems=len(node),
        node_all=f"{published['NeuralODE'].median():.1f}",
        node_theirs=f"{node['theirs'].median():.1f}",
        node_ours=f"{node['ours'].median():.1f}",
        node_kinds=node_kinds(node),
        **adaptive_numbers(),
        saturated_lorenz=f"{100 * saturation['Lorenz']:.0f} %",
        saturated=", ".join(f"{100 * share:.2g} %" for share in quartiles[:2]) + f" and {100 * quartiles[2]:.2g} %",
        standardised=form_words(forms, "standardised"),
        fast=form_words(forms, "fast"),
        methods=len(few_data),
        order=f"{spearmanr(few_data, medians[few_data.index]).statistic:.2f}",
        order_published=f"{spearmanr(few_data, reproduced[few_data.index]).statistic:.2f}",
    )
    return reflowed(text)


def node_kinds(node: pd.DataFrame) -> str:
    """Return the scores of the neural ODE for systems whose series have the same components there and here, and not."""
    # Components of ours that are no variables of the equations are the sine and cosine of an angle.
    angles = pd.Series({name: bool(get_system(str(name)).observables) for name in node.index})
    rows = []
    for words, own in (("the same components", node[~angles]), ("sine and cosine of an angle here", node[angles])):
        apart = (own["ours"] - own["theirs"]).to_numpy()
        better = int((apart < 0.0).sum())
        p = binomtest(better, len(own)).pvalue
        cells = (f"{own['theirs'].median():.1f}", f"{own['ours'].median():.1f}", f"{np.median(apart):+.1f}")
        rows.append((words, str(len(own)), *cells, f"{better} (p = {p:.2f})"))
    return markdown(("series", "systems", "published", "ours", "median difference", "better here"), rows)


def adaptive_numbers() -> dict[str, str]:
    """Return which systems were run with the paper's integrator too, and how far the scores are apart."""
    scores = pd.read_csv(ADAPTIVE)
    apart = (scores["fixed"] - scores["adaptive"]).abs().max()
    return {"adaptive_systems": listed(list(scores["system"])), "adaptive_apart": f"{apart:.2f}"}


def _choice(rows: pd.DataFrame) -> float:
    return float(rows["smape"].median() - rows["smape_of_best"].median())


def _medians(name: str, ours: Any, published: Any, few_data: Any) -> list[tuple[float, float]]:
    """Return the published median and ours where the setting is chosen on another series, and on what is scored."""
    return [
        (float(published[name].median()), float(ours[name]["smape"].median())),
        (float(few_data[name]), float(ours[name]["smape_of_best"].median())),
    ]


def both_choices(ours: Any, published: Any, few_data: Any) -> str:
    """Return the medians of both ways of choosing the setting beside the published ones."""
    rows = []
    for name in TUNED:
        for way, (their, our) in zip(WAYS, _medians(name, ours, published, few_data), strict=True):
            rows.append((NAMES[name], way, f"{their:.1f}", f"{our:.1f}", f"{our - their:+.1f}"))
    header = ("method", "setting", "published", "ours", "difference")
    return markdown(header, rows)


def close_words(ours: Any, published: Any, few_data: Any) -> str:
    """Return which of the medians agree with the published ones."""
    near, far = [], []
    for name in TUNED:
        for way, (their, our) in zip(WAYS, _medians(name, ours, published, few_data), strict=True):
            (near if abs(our - their) <= CLOSE else far).append(f"{NAMES[name]} {way}")
    told = f"Within {CLOSE:g} of the published median: {', '.join(near) or 'none'}."
    return f"{told} Further away: {', '.join(far)}." if far else told


def choice_words(name: str, rows: pd.DataFrame, theirs: "pd.Series[Any]") -> str:
    """Return how often both chose the same values."""
    field = TUNED[name]
    chosen = pd.Series([float(line["tuned_value"]) for (method, _), line in theirs.items() if method == name])
    parts = [
        f"{value:g} on {int(np.isclose(rows[field], value).sum())} systems here and "
        f"{int(np.isclose(chosen, value).sum())} there"
        for value in SHOWN_CHOICES[name]
    ]
    return f"{field.replace('_', ' ')} {', '.join(parts)}"


def form_words(forms: Mapping[Any, pd.DataFrame], form: str) -> str:
    """Return the medians of a form beside the published one, on the systems that both have."""
    parts = []
    for name in TUNED:
        both = {"form": forms[name, form]["smape"], "published": forms[name, "published"]["smape"]}
        pair = pd.DataFrame(both).dropna()
        better = int((pair["form"] < pair["published"]).sum())
        parts.append(
            f"{pair['form'].median():.3g} instead of {pair['published'].median():.3g} for {NAMES[name]}, better on "
            f"{better} of {len(pair)} systems"
        )
    return "; ".join(parts)


if __name__ == "__main__":
    sys.exit(
        write_or_check(
            lambda: {"how-to/reproduce-the-paper.md": page()},
            source="docs/data/published_methods.jsonl",
            target="reproduce-page",
        )
    )
