"""How often the estimators from series are right where they call themselves reliable.

Usage: python tests/performance/estimators.py [--systems N] [--estimators NAME] [--groups NAME,...] [--page]

Twenty chaotic systems, on which the thresholds of the estimators were chosen, and twenty others, drawn by chance, in
five qualities of data: clean, short, rounded to a hundredth of the standard deviation,
quantised to 64 levels, and with 2 % of noise. For each estimator the table counts the estimates that are called
reliable, and those of them that lie within three errors of the true value: that of the registry, which comes from the
equations (exponents) or from clean trajectories, or that of a clean series of 200,000 points (entropy). The error is
the root of the sum of squares of both errors. ``--page`` writes both tables into docs/explanation/estimators.md.
"""

import argparse
import re
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts.invariants import (
    Estimate,
    autocorrelation_time,
    correlation_dimension,
    dominant_period,
    lyapunov_from_data,
    permutation_entropy,
)

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "estimators.md"
SYSTEMS = (
    "Aizawa",
    "AnishchenkoAstakhov",
    "BurkeShaw",
    "Chen",
    "Chua",
    "Dadras",
    "Finance",
    "GenesioTesi",
    "Hadley",
    "Halvorsen",
    "HyperRossler",
    "Lorenz",
    "Lorenz84",
    "NewtonLiepnik",
    "RabinovichFabrikant",
    "RikitakeDynamo",
    "Rossler",
    "Rucklidge",
    "SprottB",
    "Thomas",
)
HELD_OUT = (
    "AtmosphericRegime",
    "BeerRNN",
    "CellCycle",
    "CellularNeuralNetwork",
    "CoevolvingPredatorPrey",
    "Colpitts",
    "ForcedBrusselator",
    "HastingsPowell",
    "HyperLorenz",
    "IsothermalChemical",
    "LorenzCoupled",
    "LuChenCheng",
    "MooreSpiegel",
    "PehlivanWei",
    "SprottF",
    "SprottI",
    "SprottMore",
    "SprottP",
    "YuWang2",
    "ZhouChen",
)
"""Drawn from the other chaotic systems without delay (``random.Random(0)``); no threshold was chosen on them."""
POINTS_PER_PERIOD = 20
POINTS, FEW, LONG = 10_000, 1500, 200_000
"""Numbers of points of a series, of a short one, and of the one behind values that the registry does not hold."""
STEPS, THEILER = 10 * POINTS_PER_PERIOD, 2 * POINTS_PER_PERIOD
WITHIN = 3.0
"""Number of errors within which an estimate is right."""
WANTED = 0.95
"""Share of the reliable estimates that should be right."""


def clean(series: np.ndarray) -> np.ndarray:
    """Return 10,000 points as they were integrated."""
    return series


def short(series: np.ndarray) -> np.ndarray:
    """Return 1500 points."""
    return series[:FEW]


def rounded(series: np.ndarray) -> np.ndarray:
    """Return the series rounded to a hundredth of the standard deviation of each component."""
    unit = 0.01 * series.std(axis=0)
    return np.round(series / unit) * unit


def quantised(series: np.ndarray) -> np.ndarray:
    """Return the series on 64 levels, as from a converter of six bits."""
    low, extent = series.min(axis=0), np.ptp(series, axis=0)
    return low + extent * np.minimum(np.floor(64.0 * (series - low) / extent), 63.0) / 63.0


def noisy(series: np.ndarray) -> np.ndarray:
    """Return the series with white noise of 2 % of the standard deviation of each component."""
    return series + 0.02 * series.std(axis=0) * np.random.default_rng(1).standard_normal(series.shape)


QUALITIES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    made.__name__: made for made in (clean, short, rounded, quantised, noisy)
}


def exponent(method: Any, radius: float) -> Callable[[np.ndarray, float], Estimate]:
    """Return the estimator of the largest exponent by one of the two methods."""
    return lambda series, step: lyapunov_from_data(
        series, step=step, steps=STEPS, theiler=THEILER, method=method, radius=radius
    )


def period(series: np.ndarray, step: float) -> Estimate:
    """Return the dominant period."""
    found = dominant_period(series, step=step)
    return Estimate(found.period, found.error)


ESTIMATORS: dict[str, tuple[str, Callable[[np.ndarray, float], Estimate]]] = {
    "largest exponent (Rosenstein)": ("lyapunov_spectrum", exponent("rosenstein", 0.05)),
    "largest exponent (Kantz)": ("lyapunov_spectrum", exponent("kantz", 0.1)),
    "correlation dimension": (
        "correlation_dimension",
        lambda series, _: correlation_dimension(series, theiler=THEILER),
    ),
    "permutation entropy": (
        "",
        lambda series, _: permutation_entropy(series[:, 0], order=5, delay=POINTS_PER_PERIOD // 5),
    ),
    "dominant period": ("period", period),
    "autocorrelation time": ("autocorrelation_time", lambda series, step: autocorrelation_time(series, step=step)),
}
"""Each estimator with the property of the registry that holds its true value; without one, a long series gives it."""


def truth(system: dysts.System, label: str) -> tuple[float, float] | None:
    """Return a value of the registry with its error, or that of a clean long series; None where there is none."""
    name, estimator = ESTIMATORS[label]
    if not name:
        x = dysts.integrate(system, LONG, points_per_period=POINTS_PER_PERIOD, predictability=False, observables=True)
        found = estimator(x.values[LONG // 10 :], float(x.time[1] - x.time[0]))
        return found.value, found.error
    if name not in system.properties:
        return None
    entry = system.properties_entry(name)
    value, error = entry["value"], entry.get("error", 0.0)
    return (float(value[0]), float(error[0])) if np.ndim(value) else (float(value), float(error))


def outcome(estimate: Estimate, expected: tuple[float, float]) -> str:
    """Return ``right``, ``wrong`` or ``refused``."""
    # A value without an error claims nothing.
    if not (estimate.reliable and np.isfinite(estimate.error)):
        return "refused"
    error = float(np.hypot(estimate.error, expected[1]))
    return "right" if abs(estimate.value - expected[0]) <= WITHIN * error else "wrong"


def campaign(
    systems: tuple[str, ...], qualities: tuple[str, ...], labels: tuple[str, ...], *, verbose: bool = False
) -> dict[Any, list[str]]:
    """Return the outcomes by estimator and quality."""
    outcomes = defaultdict(list)
    for name in systems:
        system = dysts.get_system(name)
        x = dysts.integrate(system, POINTS, points_per_period=POINTS_PER_PERIOD, predictability=False, observables=True)
        step = float(x.time[1] - x.time[0])
        truths = {label: truth(system, label) for label in labels}
        for quality in qualities:
            series = QUALITIES[quality](x.values)
            for label in labels:
                estimator, expected = ESTIMATORS[label][1], truths[label]
                if expected is None:
                    continue
                try:
                    estimate = estimator(series, step)
                except dysts.errors.InvalidArgumentError as error:
                    estimate = Estimate(np.nan, np.nan, str(error))
                found = outcome(estimate, expected)
                outcomes[label, quality].append(found)
                if verbose and found != "right":
                    print(f"{name:20} {quality:10} {label:30} {found:8} {estimate} expected {expected}", flush=True)
    return outcomes


def table(outcomes: dict[Any, list[str]], qualities: tuple[str, ...]) -> str:
    """Return a Markdown table: right of reliable of tried, for each estimator and quality."""
    lines = [f"| estimator | {' | '.join(qualities)} | all |", "|---|" + "---|" * (len(qualities) + 1)]
    for label in dict.fromkeys(label for label, _ in outcomes):
        cells, total = [], [0, 0, 0]
        for quality in qualities:
            found = outcomes[label, quality]
            counts = found.count("right"), len(found) - found.count("refused"), len(found)
            total = [a + b for a, b in zip(total, counts, strict=True)]
            cells.append(f"{counts[0]} of {counts[1]} of {counts[2]}")
        share = f"{100 * total[0] / total[1]:.0f} % of {total[1]} of {total[2]}" if total[1] else f"0 of {total[2]}"
        lines.append(f"| {label} | {' | '.join(cells)} | {share} |")
    return "\n".join(lines)


def main() -> None:
    """Run the campaign and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int, default=len(SYSTEMS), help="number of systems")
    parser.add_argument("--estimators", default="", help="only those whose name contains this")
    parser.add_argument("--groups", default="counts,held out", help="of systems, with commas")
    parser.add_argument("--qualities", default=",".join(QUALITIES), help="qualities of the data, with commas")
    parser.add_argument("--verbose", action="store_true", help="print every estimate that is not right")
    parser.add_argument("--page", action="store_true", help="write the table into the page")
    options = parser.parse_args()
    begin, qualities = time.process_time(), tuple(options.qualities.split(","))
    labels = tuple(label for label in ESTIMATORS if options.estimators in label)
    groups = {"counts": SYSTEMS, "held out": HELD_OUT}
    for marker in options.groups.split(","):
        found = campaign(groups[marker][: options.systems], qualities, labels, verbose=options.verbose)
        text = table(found, qualities)
        print(f"{marker}\n{text}\n{time.process_time() - begin:.0f} s of processor time", flush=True)
        if options.page:
            pattern = rf"(<!-- {marker} -->\n).*?(\n<!-- end -->)"
            page = re.sub(pattern, lambda m, text=text: m[1] + text + m[2], PAGE.read_text(), flags=re.S)
            PAGE.write_text(page)


if __name__ == "__main__":
    main()
