"""Writes docs/hard.md from the committed results of the suite `hard`.

Usage: python docs/hard_page.py [--check]
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import hard_sentences as sentences
import numpy as np
import pandas as pd
import results_page
from pages import DOCS, reflowed, table, write_or_check

from benchmark.comparison import ladder_text, noise_ladders
from benchmark.export import exported_manifest, read_export
from benchmark.tasks.references import ORACLE, REFERENCES

TABLE = DOCS.parent / "results" / "hard.parquet"
OBSERVED = {"all": "all components", "some": "one component"}
"""Words for what is observed."""


def page(path: Path = TABLE) -> str:
    """Return the text of the page from the table."""
    results, manifest = read_export(path), exported_manifest(path)
    ladders = noise_ladders(results)
    text = Template((DOCS / "hard.template.md").read_text()).substitute(
        run=results_page.run(results, _without_folder(manifest)),
        coverage=sentences.coverage(results, manifest),
        own=sentences.own_words(results),
        turns=sentences.turns_words(results),
        skill=sentences.skill_table(results),
        ceiling=sentences.ceiling_table(results),
        fallbacks=sentences.fallback_words(results),
        each=sentences.above_words(results),
        seconds=seconds_table(results),
        failures=results_page.failures(results),
        ladders=all_ladders(ladders),
        best=best_table(ladders),
        above=above_table(ladders),
        members=members_table(results),
        denoising=denoising_table(results),
    )
    return reflowed(text)


def all_ladders(ladders: pd.DataFrame) -> str:
    """Return a ladder with its heading for each kind of observation and each length of training."""
    parts = []
    for observed, words in OBSERVED.items():
        for length in sorted(ladders.loc[ladders["observed"] == observed, "train_length"].unique()):
            heading = f"## {words.capitalize()}, {length} points"
            parts.append(f"{heading}\n\n{ladder_text(ladders, observed=observed, train_length=int(length))}")
    return "\n\n".join(parts)


def best_table(ladders: pd.DataFrame) -> str:
    """Return the forecaster with the largest median of each rung beside the oracle, and its part of that median."""
    rows = []
    for (observed, length, noise), rung in ladders.groupby(["observed", "train_length", "noise"], sort=True):
        own = rung[~rung["forecaster"].isin(REFERENCES) & rung["median"].notna()]
        ceiling = rung.loc[rung["forecaster"] == ORACLE, "median"]
        if own.empty or ceiling.empty:
            continue
        best, top = own.loc[own["median"].idxmax()], float(ceiling.iloc[0])
        part = (
            f"{100.0 * best['median'] / top:.0f} %"
            if np.isfinite([best["median"], top]).all() and top > 0.0
            else "open"
        )
        rows.append(
            (
                OBSERVED[str(observed)],
                str(length),
                f"{noise:g}",
                best["forecaster"],
                _time(best["median"]),
                _time(top),
                part,
            )
        )
    return table(("observed", "points", "noise", "best", "its median", "oracle", "part of it"), rows)


def above_table(ladders: pd.DataFrame) -> str:
    """Return for each forecaster the shares of its noisy cells above and beyond the oracle, and their number."""
    rows = []
    noisy = ladders[(ladders["noise"] > 0.0) & ~ladders["forecaster"].isin(REFERENCES) & (ladders["compared"] > 0)]
    for name, own in noisy.groupby("forecaster", sort=True):
        counts = own["compared"].to_numpy(dtype=float)
        shares = [
            float((own[column].to_numpy(dtype=float) * counts).sum() / counts.sum()) for column in ("above", "beyond")
        ]
        rows.append((str(name), *(_percent(share) for share in shares), f"{counts.sum():.0f}"))
    return table(("forecaster", "above", "beyond", "cells compared"), rows)


def members_table(results: pd.DataFrame) -> str:
    """Return medians of the scores of ensembles for each forecaster and level of noise."""
    known = results[(results["status"] == "ok") & (results["members"] > 1)]
    rows = [
        (
            str(name),
            f"{noise:g}",
            *(f"{own[score].median():.3g}" for score in ("crps", "energy_score", "spread_skill")),
            str(len(own)),
        )
        for (name, noise), own in known.groupby(["forecaster", "measurement_noise"], sort=True)
    ]
    return table(("forecaster", "noise", "CRPS", "energy score", "spread-skill", "cells"), rows)


def denoising_table(results: pd.DataFrame) -> str:
    """Return medians of the score of denoising for each forecaster and level of noise."""
    known = results[results["denoising"].notna()]
    rows = [
        (str(name), f"{noise:g}", f"{own['denoising'].median():.2f}", str(len(own)))
        for (name, noise), own in known.groupby(["forecaster", "measurement_noise"], sort=True)
    ]
    return table(("forecaster", "noise", "score", "cells"), rows)


def seconds_table(results: pd.DataFrame) -> str:
    """Return the median seconds of fit and forecast for each forecaster and number of points."""
    known = results[results["status"] == "ok"]
    rows = [
        (str(name), str(length), *(f"{own[column].median():.2g}" for column in ("fit_seconds", "predict_seconds")))
        for (name, length), own in known.groupby(["forecaster", "train_length"], sort=True)
    ]
    return table(("forecaster", "points", "fit", "forecast"), rows)


def _without_folder(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest whose commands do not say where the results were written, which is of no use to a reader."""
    sessions = [
        {**session, "command": re.sub(r" (-o|--output)[ =]\S+", "", session["command"])}
        for session in manifest["sessions"]
    ]
    return {**manifest, "sessions": sessions}


def _time(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "open"


def _percent(share: float) -> str:
    return "n/a" if np.isnan(share) else f"{100.0 * share:.1f} %"


if __name__ == "__main__":
    sys.exit(write_or_check(lambda: {"hard.md": page()}, source=TABLE, target="hard-page"))
