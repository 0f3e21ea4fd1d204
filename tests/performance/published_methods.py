"""Runs the reservoir, the autoregression and the neural ODE of the 2023 paper on its task, beside its scores.

    python tests/performance/published_methods.py run                            # resumes; about 15 processor minutes
    python tests/performance/published_methods.py run --methods NeuralODE --every 5 --window published
    python tests/performance/published_methods.py table                  # as in docs/how-to/reproduce-the-paper.md

Series are those of the data sets ``train-paper`` and ``test-paper``: 100 points per published period, 12 periods, of
which 1000 points are fitted and 200 predicted. The setting is chosen in two ways: on the train series (the published
scores of 2023), and on the very points that are scored (as its scripts for few data did). ``--window published``
takes the published choice instead, as choosing among six neural ODEs takes minutes for each system. Rows go to
``docs/data/published_methods.jsonl`` one by one; a run goes on behind the last of them.
"""

import argparse
import csv
import json
import math
import statistics
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from benchmark.running.building import build
from dysts import metrics
from dysts.errors import DystsError
from forecasters.published import PUBLISHED, get_published, list_published

DATA = Path(__file__).parents[2] / "docs" / "data"
ROWS = DATA / "published_methods.jsonl"
SCORES = DATA / "published_multivariate.csv"
"""The published smape of each system and method, with the setting that was chosen."""
FITTED, PREDICTED = 1000, 200
FAILED = 200.0
"""Score of a forecast that is not finite, the largest that smape has."""


def scored(method: str, config: dict[str, Any], series: np.ndarray) -> float:
    try:
        model = build(method, preset=PUBLISHED, season_length=100, seed=0, config=config)
        forecast = model.fit(series[:FITTED]).predict(PREDICTED)
    except DystsError:
        return FAILED
    return float(metrics.smape(truth=series[FITTED:], forecast=forecast))


def row_of(method: str, system: str, train: np.ndarray, test: np.ndarray, fixed: Any) -> dict[str, Any]:
    ((field, values),) = get_published(method).grid.items()
    begin = time.process_time()
    row: dict[str, Any] = {"method": method, "system": system, "field": field}
    if fixed is not None:
        chosen = min(values, key=lambda value: abs(value - fixed))
        row |= {"chosen_by": "published", "chosen": chosen, "smape": scored(method, {field: chosen}, test)}
    else:
        on_train = {value: scored(method, {field: value}, train) for value in values}
        on_test = {value: scored(method, {field: value}, test) for value in values}
        chosen = min(on_train, key=lambda value: on_train[value])
        row |= {
            "chosen_by": "train",
            "chosen": chosen,
            "smape": on_test[chosen],
            "smape_of_best": min(on_test.values()),
        }
    return row | {"cpu_seconds": round(time.process_time() - begin, 2)}


def published() -> dict[tuple[str, str], dict[str, str]]:
    with SCORES.open(encoding="utf-8") as file:
        return {(line["forecaster"], line["system"]): line for line in csv.DictReader(file)}


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()] if ROWS.exists() else []


def run(methods: Iterable[str], every: int, fixed: bool) -> None:
    known = {(row["method"], row["system"]) for row in rows()}
    theirs = published()
    names = sorted({system for _, system in theirs})[::every]
    train, test = (dysts.open_dataset(name, systems=names) for name in ("train-paper", "test-paper"))
    with ROWS.open("a", encoding="utf-8") as file:
        for system in names:
            for method in methods:
                if (method, system) in known or (method, system) not in theirs:
                    continue
                given = float(theirs[method, system]["tuned_value"]) if fixed else None
                both = (np.asarray(data[system]["series"].values[0], dtype=np.float64) for data in (train, test))
                row = row_of(method, system, *both, given)
                print(json.dumps(row), file=file, flush=True)


def table() -> str:
    """Return medians beside the published ones, on the systems that both have, and the correlation over systems."""
    from scipy.stats import spearmanr

    theirs = published()
    lines = [
        "| method | systems | published median | ours | chosen on the scored points | rank correlation over systems |"
    ]
    lines.append("|---|---|---|---|---|---|")
    for method in list_published():
        mine = [row for row in rows() if row["method"] == method]
        if not mine:
            continue
        pairs = [(float(theirs[method, row["system"]]["smape"]), row["smape"]) for row in mine]
        best = [row["smape_of_best"] for row in mine if "smape_of_best" in row]
        correlation = spearmanr(*zip(*pairs, strict=True)).statistic if len(pairs) > 2 else math.nan
        lines.append(
            f"| {method} | {len(mine)} | {statistics.median(a for a, _ in pairs):.1f} | "
            f"{statistics.median(b for _, b in pairs):.1f} | {statistics.median(best) if best else math.nan:.1f} | "
            f"{correlation:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", choices=("run", "table"))
    parser.add_argument("--methods", default="ESN,NVAR", help="comma-separated (default: %(default)s)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th system (default: %(default)s)")
    parser.add_argument("--window", choices=("tuned", "published"), default="tuned")
    options = parser.parse_args()
    if options.action == "run":
        run(options.methods.split(","), options.every, options.window == "published")
    print(table())


if __name__ == "__main__":
    main()
