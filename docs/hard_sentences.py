"""Writes the sentences and small tables of docs/hard.md that depend on the results of the suite `hard`."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from pages import table

from benchmark.comparison.medians import median_of, resampled_medians
from benchmark.comparison.number_text import figures
from benchmark.comparison.skill import with_skill
from benchmark.comparison.worst_scores import with_worst_scores
from benchmark.results.manifest import suite_of
from benchmark.tasks.references import ORACLE, REFERENCES

OWN, REGRESSION = "PolynomialODE", "NVAR"
"""The forecaster made for noisy series, and the one that it is compared with first."""
LEVEL = 0.01
"""Noise at which the forecaster made for noisy series should double the regression."""
OBSERVED = {"": "all components"}
"""Words for an empty list of observed components; any other is one component."""


def observed_words(components: str) -> str:
    """Return the words for the observed components of a row."""
    return OBSERVED.get(components, "one component")


def coverage(results: pd.DataFrame, manifest: Mapping[str, Any]) -> str:
    """Return how many of the suite's cells the table has, and what there is of each rung where some are missing."""
    cells = suite_of(manifest).cells(seed=int(manifest["seed"]))
    asked = pd.DataFrame(
        {
            "task": [cell.task.digest for cell in cells],
            "forecaster": [cell.forecaster for cell in cells],
            "system": [cell.task.system for cell in cells],
            "observed": [observed_words(",".join(cell.task.components)) for cell in cells],
            "train_length": [cell.task.train_length for cell in cells],
        }
    )
    done = asked.merge(results[["task", "forecaster"]].assign(done=True), on=["task", "forecaster"], how="left")
    there = done["done"].notna()
    if there.all():
        return f"The run is whole: {len(done)} cells."
    rows = []
    for (observed, length), rung in done.groupby(["observed", "train_length"], sort=True):
        groups: dict[tuple[int, int, int], list[str]] = {}
        for name, own in rung.groupby("forecaster", sort=True):
            known = own[own["done"].notna()]
            groups.setdefault((known["system"].nunique(), len(known), len(own)), []).append(str(name))
        rows += [
            (str(observed), str(length), ", ".join(names), str(systems), f"{known} of {whole}")
            for (systems, known, whole), names in sorted(groups.items(), reverse=True)
        ]
    said = (
        f"The run is not finished: the table holds {int(there.sum())} of {len(done)} cells. They come in the order of "
        "the suite, one system after the other, so that every median below is over the systems done so far; a "
        "forecaster without a cell of a rung is missing there."
    )
    return f"{said}\n\n{table(('observed', 'points', 'forecasters', 'systems', 'cells'), rows)}"


def own_words(results: pd.DataFrame) -> str:
    """Return how the forecaster made for noisy series does beside the regression, at each level of noise."""
    rows = _rung(results)
    items = []
    for noise in sorted(rows["measurement_noise"].unique()):
        level = rows[rows["measurement_noise"] == noise]
        pair = _paired(level, OWN, REGRESSION)
        if pair is None:
            continue
        own, other = pair
        ratios = _ratio(own, other)
        longer = float((own["vpt"].to_numpy() > other["vpt"].to_numpy()).mean())
        others = [
            (median_of(cells, "vpt", resamples=1).value, str(name))
            for name, cells in level.groupby("forecaster")
            if name not in (OWN, *REFERENCES) and set(own["system"]) <= set(cells["system"])
        ]
        beside = f"; the best of the others is {max(others)[1]} with {max(others)[0]:.2f}" if others else ""
        items.append(
            f"- noise {noise:g}: median {_time(own)} beside {_time(other)} of {REGRESSION}, {ratios}; it lasts longer "
            f"on {100.0 * longer:.0f} % of {own['system'].nunique()} systems{beside}"
        )
    if not items:
        return "The table has no system with both forecasters yet."
    return "\n".join([f"{_verdict(rows)}\n", *items])


def turns_words(results: pd.DataFrame) -> str:
    """Return which forecasters change places on the ladder of all components and the fewest points."""
    rows = _rung(results)
    names = sorted(set(rows["forecaster"]) - set(REFERENCES))
    noises = sorted(rows["measurement_noise"].unique())
    items = []
    for one, other in combinations(names, 2):
        signs = {}
        for noise in noises:
            pair = _paired(rows[rows["measurement_noise"] == noise], one, other)
            if pair is None:
                continue
            low, high = _span(pair[0], pair[1], lambda a, b: a - b)
            signs[noise] = 1 if low > 0.0 else -1 if high < 0.0 else 0
        above = [noise for noise, sign in signs.items() if sign > 0]
        below = [noise for noise, sign in signs.items() if sign < 0]
        if above and below:
            first, second = (one, other) if above[0] < below[0] else (other, one)
            before, after = (above, below) if first == one else (below, above)
            items.append(f"- {first} is above {second} at {_levels(before)}, and below at {_levels(after)}")
    if not items:
        return "No two forecasters change places with intervals that exclude a tie."
    return "\n".join(items)


def skill_table(results: pd.DataFrame) -> str:
    """Return the median skill between floor and ceiling of each forecaster and level of noise, with its interval."""
    framed = with_skill(with_worst_scores(results))
    framed = _rung(framed)
    noises = sorted(framed["measurement_noise"].unique())
    rows = []
    for name, own in framed.groupby("forecaster", sort=True):
        if name in REFERENCES:
            continue
        medians = [median_of(own[own["measurement_noise"] == noise], "skill") for noise in noises]
        texts = ["" if not m.cells else f"{m.value:.2f} ({m.low:.2f} to {m.high:.2f})" for m in medians]
        rows.append((str(name), max(m.value if m.cells else -np.inf for m in medians), texts))
    ordered = sorted(rows, key=lambda row: -row[1])
    return table(("forecaster", *(f"{noise:g}" for noise in noises)), [(name, *texts) for name, _, texts in ordered])


def above_words(results: pd.DataFrame) -> str:
    """Return noisy cells whose forecasts last longer than all that the oracle's ensemble predicts, with a reason."""
    known = with_worst_scores(results)
    known = known[known["vpt"].notna() & (known["measurement_noise"] > 0.0)]
    oracle = known[known["forecaster"] == ORACLE].set_index("task")
    rows = []
    for row in known[~known["forecaster"].isin(REFERENCES)].to_dict("records"):
        if row["task"] not in oracle.index:
            continue
        best = oracle.loc[row["task"]]
        highest = best["predicted_valid_high"] * best["lyapunov_exponent"]
        if not row["vpt"] > best["vpt"] or best["vpt_censored"] or row["vpt"] <= highest:
            continue
        why = (
            best["error"]
            or "the oracle's ensemble is too narrow, or the draw of the noise is one that it does not hold"
        )
        rows.append(
            (
                str(row["forecaster"]),
                f"{row['system']}, {observed_words(row['components'])}, {row['train_length']} points",
                f"{row['measurement_noise']:g}",
                f"{row['vpt']:.2f}",
                f"{best['vpt']:.2f}",
                "n/a" if np.isnan(highest) else f"{highest:.2f}",
                str(why).replace("|", "\\|")[:120],
            )
        )
    if not rows:
        return "No forecast of a noisy series lasts longer than all that the oracle's ensemble predicts."
    rows.sort(key=lambda row: (row[1], float(row[2]), row[0]))
    return table(("forecaster", "cell", "noise", "valid", "oracle", "its ensemble at most", "why"), rows)


def fallback_words(results: pd.DataFrame) -> str:
    """Return how often the oracle could not assimilate and started from the last observed point, and where."""
    noisy = results[
        (results["forecaster"] == ORACLE) & (results["status"] == "ok") & results["measurement_noise"].gt(0)
    ]
    fallen = noisy[noisy["error"] != ""]
    if noisy.empty:
        return "The table has no noisy cell of the oracle yet."
    if fallen.empty:
        return f"It assimilated in all of its {len(noisy)} noisy cells."
    counts = fallen.groupby("system").size().sort_values(ascending=False, kind="stable")
    where = ", ".join(f"{name} ({count})" for name, count in counts.items())
    reasons = fallen["error"].str.replace(r"^.*?: |^.*? as of the assimilation ", "", regex=True).value_counts()
    return (
        f"In {len(fallen)} of {len(noisy)} noisy cells it found no trajectory that agrees with the series, and started "
        f"from the last observed point: {where}. The reason is most often: {reasons.index[0]}."
    )


def ceiling_table(results: pd.DataFrame, count: int = 10) -> str:
    """Return the oracle's valid times on the first systems for each choice of components and each level of noise."""
    oracle = results[(results["forecaster"] == ORACLE) & (results["status"] == "ok")]
    oracle = oracle[oracle["train_length"] == oracle["train_length"].min()]
    noises = sorted(oracle["measurement_noise"].unique())
    rows = []
    for system in list(dict.fromkeys(oracle["system"]))[:count]:
        for components, own in oracle[oracle["system"] == system].groupby("components", sort=True):
            by_noise = own.set_index("measurement_noise")
            texts = [_valid(by_noise.loc[noise]) if noise in by_noise.index else "" for noise in noises]
            rows.append((str(system), str(components) or "all", *texts))
    return table(("system", "observed", *(f"{noise:g}" for noise in noises)), rows)


def _valid(row: "pd.Series[Any]") -> str:
    text = f"{row['vpt']:.1f}{'+' if row['vpt_censored'] else ''}"
    low, high = (row[name] * row["lyapunov_exponent"] for name in ("predicted_valid_low", "predicted_valid_high"))
    return text if np.isnan(low) else f"{text} ({low:.1f} to {high:.1f})"


def _rung(results: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with all components and the fewest points, failed ones with the worst scores."""
    known = with_worst_scores(results)
    known = known[known["vpt"].notna() & (known["components"] == "")]
    return known[known["train_length"] == known["train_length"].min()]


def _paired(rows: pd.DataFrame, one: str, other: str) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the rows of two forecasters on the systems that both have, in the same order; None without three."""
    pair = [rows[rows["forecaster"] == name].set_index("system", drop=False) for name in (one, other)]
    shared = pair[0].index.intersection(pair[1].index)
    return (pair[0].loc[shared], pair[1].loc[shared]) if len(shared) > 2 else None


def _span(one: pd.DataFrame, other: pd.DataFrame, compare: Any) -> tuple[float, float]:
    """Return the 95 % interval of a comparison of two medians over the same resampled systems."""
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = compare(resampled_medians(one, "vpt"), resampled_medians(other, "vpt"))
    # Two medians that are both open are a tie.
    drawn = np.where(np.isnan(drawn), compare(1.0, 1.0), drawn)
    low, high = np.percentile(drawn, [2.5, 97.5], method="nearest")
    return float(low), float(high)


def _ratio(own: pd.DataFrame, other: pd.DataFrame) -> str:
    low, high = _span(own, other, lambda a, b: a / b)
    value = median_of(own, "vpt", resamples=1).value / median_of(other, "vpt", resamples=1).value
    told = "open" if not np.isfinite(value) else f"{value:.2f}"
    return f"{told} times as long ({_end(low)} to {_end(high)})"


def _verdict(rows: pd.DataFrame) -> str:
    pair = _paired(rows[rows["measurement_noise"] == LEVEL], OWN, REGRESSION)
    if pair is None:
        return f"The table has no noise of {LEVEL:g} yet."
    low, high = _span(*pair, lambda a, b: a / b)
    judged = "which includes twice" if low <= 2.0 <= high else "above twice" if low > 2.0 else "below twice"
    return (
        f"The goal was twice the valid time of {REGRESSION} at a noise of {LEVEL:g}. Over {len(pair[0])} systems it is "
        f"{_ratio(*pair)}, {judged}."
    )


def _time(cells: pd.DataFrame) -> str:
    value = median_of(cells, "vpt", resamples=1).value
    return "open" if not np.isfinite(value) else f"{value:.2f}"


def _end(value: float) -> str:
    return figures(value) if np.isfinite(value) else "open"


def _levels(noises: list[float]) -> str:
    return ", ".join(f"{noise:g}" for noise in noises)
