"""Compares NVAR and ESN with reservoirpy, side by side in one run on the same 20 systems.

Usage: python tests/performance/forecasters_reservoirpy.py [--systems A,B,...] [--horizon N]

reservoirpy gets an environment of its own under ``build/``. Both sides see the same standardised series of 1000 points
and forecast the points that follow; both run on one thread; seconds are processor time of fit and forecast together.

- ``fixed``: reservoirpy at its defaults (an ESN of 500 units; an NVAR of two delays and degree two, which it has no
  defaults for) against ours with the same size and nothing to choose from.
- ``tuned``: reservoirpy chosen on the last sixth of the series from a grid around its tutorials' settings, then fitted
  to the whole series, against ours at its defaults, which choose by held-out windows.

The scores: symmetric mean absolute percentage error of the first 200 points, and the points until the error, root mean
square over components in standard deviations, exceeds 0.4.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ENVIRONMENT = HERE.parents[1] / "build" / "reservoirpy"
VERSION = "0.4.2"
SYSTEMS = (
    "Lorenz,Rossler,Thomas,Chua,Duffing,HastingsPowell,HindmarshRose,HyperRossler,Lorenz96,NuclearQuadrupole,"
    "ArnoldBeltramiChildress,MacArthur,Aizawa,Halvorsen,Sakarya,Chen,Dadras,Finance,RabinovichFabrikant,Rucklidge"
)
TRAIN = 1000
FIXED: dict[str, dict[str, Any]] = {
    "NVAR": {"candidates": ((2, 1, 2),), "ridges": (1e-14,)},
    "ESN": {
        "units": 500,
        "candidates": ((0.4, 1.0, 0.3),),
        "ridges": (1e-12,),
    },
}


def valid_points(truth: np.ndarray, forecast: np.ndarray) -> int:
    """Return the points before the error exceeds 0.4 standard deviations; both are in standard units."""
    errors = np.sqrt(((truth - forecast) ** 2).mean(axis=1))
    wrong = np.flatnonzero(~(errors <= 0.4))
    return int(wrong[0]) if len(wrong) else len(errors)


def smape(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Return the symmetric error in raw units; where it is not finite, the worst."""
    with np.errstate(all="ignore"):
        error = 200 * np.mean(np.abs(truth - forecast) / (np.abs(truth) + np.abs(forecast)))
    return float(error) if np.isfinite(error) else 200.0


def ours(name: str, config: dict[str, Any], train: np.ndarray, horizon: int) -> tuple[np.ndarray, float]:
    """Return the forecast and the seconds of fit and forecast."""
    from forecasters import get_forecaster

    begin = time.process_time()
    forecast = get_forecaster(name, config=config).fit(train).predict(horizon)
    return forecast, time.process_time() - begin


def theirs(data: Path) -> dict[str, Any]:
    """Run the other side in its own environment; it leaves its forecasts beside the data."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"reservoirpy=={VERSION}"], check=True)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    program = [python, "-I", HERE / "forecasters_reservoirpy_worker.py", data]
    output = subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout
    seconds: dict[str, Any] = json.loads(output)
    return seconds


def main() -> int:
    """Print both sides' medians, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=SYSTEMS)
    parser.add_argument("--horizon", type=int, default=1000)
    options = parser.parse_args()
    import dysts

    systems = options.systems.split(",")
    series = {
        name: dysts.integrate(name, TRAIN + options.horizon, points_per_period=100, predictability=False).values
        for name in systems
    }
    for name in ("NVAR", "ESN"):
        # Compiling and importing is paid for once, on both sides.
        ours(name, FIXED[name], series[systems[0]][:TRAIN], 10)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        scaled = {}
        for name, values in series.items():
            train = values[:TRAIN]
            scaled[name] = (values - train.mean(axis=0)) / train.std(axis=0)
        np.savez(path / "series.npz", **scaled)
        seconds = theirs(path)
        with np.load(path / "forecasts.npz") as other:
            for system in systems:
                values = series[system]
                train, truth = values[:TRAIN], values[TRAIN:]
                mean, deviation = train.mean(axis=0), train.std(axis=0)
                for method in ("NVAR", "ESN"):
                    for setting in ("fixed", "tuned"):
                        forecast, ours_seconds = ours(
                            method, FIXED[method] if setting == "fixed" else {}, train, options.horizon
                        )
                        key = f"{system}/{method}/{setting}"
                        other_forecast = other[key] * deviation + mean
                        rows.append(
                            {
                                "system": system,
                                "method": method,
                                "setting": setting,
                                "smape": (smape(truth[:200], forecast[:200]), smape(truth[:200], other_forecast[:200])),
                                "valid": (
                                    valid_points((truth - mean) / deviation, (forecast - mean) / deviation),
                                    valid_points((truth - mean) / deviation, other[key]),
                                ),
                                "seconds": (ours_seconds, seconds[key]),
                            }
                        )
    for row in rows:
        if row["setting"] == "tuned":
            pairs = [f"{row[name][0]:9.2f} {row[name][1]:9.2f}" for name in ("smape", "valid")]
            print(f"{row['system']:26}{row['method']:6} smape {pairs[0]}   valid points {pairs[1]}")
    print(f"\nmedians over {len(systems)} systems: ours, reservoirpy {VERSION}")
    for method in ("NVAR", "ESN"):
        for setting in ("fixed", "tuned"):
            chosen = [row for row in rows if (row["method"], row["setting"]) == (method, setting)]
            own, other_side = (
                {name: float(np.median([row[name][side] for row in chosen])) for name in ("smape", "valid", "seconds")}
                for side in (0, 1)
            )
            print(
                f"{method:5}{setting:6} smape {own['smape']:7.2f} {other_side['smape']:7.2f}   valid points "
                f"{own['valid']:6.0f} {other_side['valid']:6.0f}   seconds {own['seconds']:.4f} "
                f"{other_side['seconds']:.4f}: {other_side['seconds'] / own['seconds']:.1f} times as fast"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
