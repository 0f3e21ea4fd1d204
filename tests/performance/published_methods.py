"""Runs the reservoir, the autoregression and the neural ODE of the 2023 paper on its task, beside its scores.

    python tests/performance/published_methods.py run                            # resumes; about 15 processor minutes
    python tests/performance/published_methods.py run --methods NeuralODE --window published --most 5
    python tests/performance/published_methods.py run --form fast                # this package's own ESN and NVAR
    python tests/performance/published_methods.py run --form standardised --every 3
    python tests/performance/published_methods.py saturation                     # of the published reservoir's units
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
from forecasters.published.reservoir import PublishedESNConfig, input_weights

DATA = Path(__file__).parents[2] / "docs" / "data"
ROWS = DATA / "published_methods.jsonl"
SATURATION = DATA / "published_saturation.csv"
"""The share of the units that the input reaches, in the published reservoir, which it drives beyond `SATURATED`."""
SATURATED = 0.99
SCORES = DATA / "published_multivariate.csv"
"""The published smape of each system and method, with the setting that was chosen."""
FITTED, PREDICTED = 1000, 200
FAST, STANDARDISED = "fast", "standardised"
"""Forms beside the published one: this package's own, and the published one on series of mean 0 and deviation 1."""
FAILED = 200.0
"""Score of a forecast that is not finite, the largest that smape has."""


def scored(method: str, form: str, config: dict[str, Any], series: np.ndarray) -> float:
    preset = FAST if form == FAST else PUBLISHED
    center, scale = np.zeros(series.shape[1]), np.ones(series.shape[1])
    if form == STANDARDISED:
        center, scale = series[:FITTED].mean(axis=0), series[:FITTED].std(axis=0)
        # A component that stands still has no unit of its own.
        scale[scale == 0.0] = 1.0
    try:
        model = build(method, preset=preset, season_length=100, seed=0, config=config)
        forecast = model.fit((series[:FITTED] - center) / scale).predict(PREDICTED) * scale + center
    except DystsError:
        return FAILED
    return float(metrics.smape(truth=series[FITTED:], forecast=forecast))


def row_of(method: str, form: str, system: str, train: np.ndarray, test: np.ndarray, fixed: Any) -> dict[str, Any]:
    ((field, values),) = get_published(method).grid.items()
    begin = time.process_time()
    row: dict[str, Any] = {"method": method, "form": form, "system": system}
    if form == FAST:
        row |= {"chosen_by": "the method itself", "smape": scored(method, form, {}, test)}
    elif fixed is not None:
        chosen = min(values, key=lambda value: abs(value - fixed))
        row |= {"chosen_by": "the paper", field: chosen, "smape": scored(method, form, {field: chosen}, test)}
    else:
        on_train, on_test = (
            [round(scored(method, form, {field: value}, series), 3) for value in values] for series in (train, test)
        )
        chosen = on_train.index(min(on_train))
        row |= {"chosen_by": "train", field: values[chosen], "smape": on_test[chosen]}
        row |= {"smape_of_best": min(on_test), "on_train": on_train, "on_test": on_test}
    return row | {"cpu_seconds": round(time.process_time() - begin, 2)}


def saturation() -> None:
    """Write for each system the share of saturated units over the points that are fitted, where the input is all."""
    names = sorted({system for _, system in published()})
    data = dysts.open_dataset("test-paper", systems=names)
    with SATURATION.open("w", encoding="utf-8") as file:
        file.write("system,share\n")
        for system in names:
            series = np.asarray(data[system]["series"].values[0], dtype=np.float64)[:FITTED]
            inputs, biases = input_weights(PublishedESNConfig(), series.shape[1], seed=0)
            reached = inputs.any(axis=1)
            share = np.mean(np.abs(np.tanh(series @ inputs[reached].T + biases[reached])) > SATURATED)
            file.write(f"{system},{share:.4f}\n")


def published() -> dict[tuple[str, str], dict[str, str]]:
    with SCORES.open(encoding="utf-8") as file:
        return {(line["forecaster"], line["system"]): line for line in csv.DictReader(file)}


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()] if ROWS.exists() else []


def run(methods: Iterable[str], form: str, every: int, fixed: bool, most: float) -> None:
    known = {(row["method"], row["form"], row["system"]) for row in rows()}
    theirs = published()
    names = sorted({system for _, system in theirs})[::every]
    train, test = (dysts.open_dataset(name, systems=names) for name in ("train-paper", "test-paper"))
    with ROWS.open("a", encoding="utf-8") as file:
        for system in names:
            for method in methods:
                if (method, form, system) in known or (method, system) not in theirs:
                    continue
                given = float(theirs[method, system]["tuned_value"])
                if given > most:
                    continue
                both = (np.asarray(data[system]["series"].values[0], dtype=np.float64) for data in (train, test))
                print(json.dumps(row_of(method, form, system, *both, given if fixed else None)), file=file, flush=True)


def table() -> str:
    """Return medians beside the published ones, on the systems that both have, with intervals of resampled systems."""
    from scipy.stats import spearmanr

    theirs = published()
    lines = [
        "| method | form | systems | published | ours | difference | other series | chosen on what is scored | rank |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for method in list_published():
        for form in (PUBLISHED, STANDARDISED, FAST):
            mine = [row for row in rows() if (row["method"], row["form"]) == (method, form)]
            if not mine:
                continue
            pairs = np.array([(float(theirs[method, row["system"]]["smape"]), row["smape"]) for row in mine])
            other, best = "", ""
            if all("on_test" in row for row in mine):
                # The series change their roles: chosen on the test series, scored on the train series.
                swapped = [row["on_train"][row["on_test"].index(min(row["on_test"]))] for row in mine]
                other = f"{np.median(swapped):.1f}"
            if all("smape_of_best" in row for row in mine):
                best = f"{np.median([row['smape_of_best'] for row in mine]):.1f}"
            low, high = np.percentile(_differences(pairs), [2.5, 97.5])
            their, our = np.median(pairs, axis=0)
            lines.append(
                f"| {method} | {form} | {len(mine)} | {their:.1f} | {our:.1f} | {low:+.0f} to {high:+.0f} | {other} | "
                f"{best} | {spearmanr(pairs[:, 0], pairs[:, 1]).statistic:.2f} |"
            )
    return "\n".join(lines)


def _differences(pairs: np.ndarray) -> np.ndarray:
    """Return our median less the published one in resampled sets of systems."""
    rng = np.random.default_rng(0)
    chosen = rng.integers(len(pairs), size=(2000, len(pairs)))
    return np.asarray(np.diff(np.median(pairs[chosen], axis=1), axis=1)[:, 0])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", choices=("run", "table", "saturation"))
    parser.add_argument("--methods", default="ESN,NVAR", help="comma-separated (default: %(default)s)")
    parser.add_argument("--form", choices=(PUBLISHED, FAST, STANDARDISED), default=PUBLISHED)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th system (default: %(default)s)")
    parser.add_argument("--window", choices=("tuned", "published"), default="tuned")
    parser.add_argument(
        "--most", type=float, default=math.inf, help="only systems whose published setting is at most this"
    )
    options = parser.parse_args()
    if options.action == "saturation":
        saturation()
        return
    if options.action == "run":
        run(options.methods.split(","), options.form, options.every, options.window == "published", options.most)
    print(table())


if __name__ == "__main__":
    main()
