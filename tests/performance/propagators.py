"""Measures for how long forecasts of noise-free Lorenz are valid, beside the published polynomial propagators.

    python tests/performance/propagators.py [--starts N] [--json FILE]      # a minute or two of processor time
    python tests/performance/propagators.py --table FILE            # the table of docs/explanation/clean-lorenz.md

1024 points at steps of 1/64 and 1/128 are fitted and what follows is predicted, from starts on the attractor that lie
20 time units apart. Series and truth are one solution in extended precision at a relative tolerance of 1e-28, rounded
to double precision; the truth ends where a second one at 1e-26 differs by one per cent of a standard deviation, and
no time beyond that is counted. Forecasters have their preset ``fast``, chosen on the 1024 points alone. *Solver*
integrates the true equations from the last of these points, in double precision at 1e-14.

A forecast is valid until its error exceeds 0.5 (and 0.4) of the spread of the attractor, both as Euclidean norms, in
one unit for all components, as in C. Schötz, N. Boers, arXiv:2507.09652 (2025). Their numbers are the best of several
degrees of polynomials."""

import argparse
import json
import math
import statistics
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts import metrics
from dysts.integration.truth import points_of_agreement
from forecasters import get_forecaster

FITTED = 1024
STEPS = {6: 2.0**-6, 7: 2.0**-7}
"""Time between two points, by the negative power of two."""
APART = 20.0
LYAPUNOV_TIMES = 38.0
"""Length of a forecast, more than double precision holds."""
TOLERANCES = (1e-28, 1e-26)
THRESHOLDS = (0.5, 0.4)
FORECASTERS = ("NVAR", "ESN")
SOLVER = "Solver"
PUBLISHED = {6: 17.4, 7: 16.3}
"""Lyapunov times of the published propagators in double precision, threshold 0.5."""


def rows(starts: int) -> list[dict[str, Any]]:
    system = dysts.get_system("Lorenz")
    exponent = system.lyapunov_exponent
    spread = metrics.norm_scale("spread", standard_deviation=system.properties["standard_deviation"]["value"])
    begins = dysts.integrate(system, times=APART * np.arange(1, starts + 1), predictability=False).values
    found = []
    for power, step in STEPS.items():
        points = FITTED + math.ceil(LYAPUNOV_TIMES / exponent / step)
        times = step * np.arange(points)
        for start, state in enumerate(begins):
            solution, other = (
                dysts.integrate(
                    system,
                    times=times,
                    initial_conditions=state,
                    precision="extended",
                    rtol=rtol,
                    predictability=False,
                ).values
                for rtol in TOLERANCES
            )
            known = points_of_agreement(solution, other, np.asarray(spread) / math.sqrt(len(state)))
            series, truth = solution[:FITTED], solution[FITTED:known]
            for name in (*FORECASTERS, SOLVER):
                forecast = forecast_of(name, system, series, step, len(truth))
                first = metrics.normalised_error(truth=truth[:1], forecast=forecast[:1], scale=spread)[0]
                row = {"power": power, "start": start, "forecaster": name, "first_error": float(first)}
                for threshold in THRESHOLDS:
                    valid = metrics.valid_prediction_time(
                        truth=truth, forecast=forecast, step=step, threshold=threshold, scale=spread
                    )
                    row |= {f"valid_{threshold}": valid.time * exponent, f"censored_{threshold}": valid.censored}
                found.append(row | {"known": len(truth) * step * exponent})
    return found


def forecast_of(name: str, system: Any, series: np.ndarray, step: float, horizon: int) -> np.ndarray:
    if name == SOLVER:
        times = step * np.arange(horizon + 1)
        run = dysts.integrate(system, times=times, initial_conditions=series[-1], rtol=1e-14, predictability=False)
        return np.asarray(run.values[1:])
    return np.asarray(get_forecaster(name).fit(series).predict(horizon))


def table(found: list[dict[str, Any]]) -> str:
    """Return the table of the page: means with standard errors, medians and extremes, in Lyapunov times."""
    lines = [
        "| step | forecast | error of the first step | valid, 0.5: mean | median | least and most | valid, 0.4: mean |",
        "|---|---|---|---|---|---|---|",
    ]
    for power in STEPS:
        for name in (*FORECASTERS, SOLVER):
            mine = [row for row in found if (row["power"], row["forecaster"]) == (power, name)]
            half, less = ([row[f"valid_{threshold}"] for row in mine] for threshold in THRESHOLDS)
            error = statistics.stdev(half) / math.sqrt(len(half))
            bound = "≥ " if any(row["censored_0.5"] for row in mine) else ""
            lines.append(
                f"| 2^-{power} | {name} | {statistics.median(row['first_error'] for row in mine):.0e} | "
                f"{bound}{statistics.mean(half):.1f} ± {error:.1f} | {statistics.median(half):.1f} | "
                f"{min(half):.1f}, {max(half):.1f} | {bound}{statistics.mean(less):.1f} |"
            )
        lines.append(f"| 2^-{power} | polynomial propagator, published | | {PUBLISHED[power]} | | | |")
    known = min(row["known"] for row in found)
    starts = 1 + max(row["start"] for row in found)
    return "\n".join([*lines, "", f"{starts} starts; the truth is known for at least {known:.1f} Lyapunov times."])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--starts", type=int, default=20, help="starts at each step (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the rows go")
    parser.add_argument("--table", type=Path, metavar="FILE", help="print the table of rows that were written before")
    options = parser.parse_args()
    found = json.loads(options.table.read_text()) if options.table else rows(options.starts)
    if options.json:
        options.json.write_text("[\n" + ",\n".join(json.dumps(row) for row in found) + "\n]\n")
    print(table(found))


if __name__ == "__main__":
    main()
