"""Times rollouts of 5000 points of every network: with Python around each operation, and recorded.

Usage: python tests/performance/rollouts.py [--steps 5000]
"""

import argparse
import time
import warnings
from dataclasses import replace

import numpy as np

import dysts
from forecasters import get_forecaster, neural_ode
from forecasters.libraries import network
from forecasters.libraries.recording import WORTHWHILE

NETWORKS = ("NBEATS", "NHiTS", "TCN", "RNN", "LSTM", "NeuralODE", "DLinear", "NLinear", "Transformer")
NEVER = 10**9


def main() -> None:
    """Print CPU seconds of both ways, the better of two turns each, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5000, help="points of a rollout (default: 5000)")
    steps = parser.parse_args().steps
    warnings.simplefilter("ignore")
    series = dysts.integrate("Lorenz", 1000, points_per_period=100).to_numpy()
    print(f"{'network':<12} {'plain, s':>9} {'recorded, s':>12} {'ratio':>6}")
    for name in NETWORKS:
        model = get_forecaster(name, preset="fast")
        # Speed does not depend on how well the weights are chosen.
        short = {"steps": 30} if name == "NeuralODE" else {"epochs": 5}
        model = type(model)(replace(model.config, **short), seed=0).fit(series)
        seconds = {NEVER: np.inf, WORTHWHILE: np.inf}
        forecasts = {}
        for least in (NEVER, WORTHWHILE) * 2:
            network.WORTHWHILE = neural_ode.WORTHWHILE = least
            start = time.process_time()
            forecasts[least] = model.predict(steps)
            seconds[least] = min(seconds[least], time.process_time() - start)
        if not np.array_equal(forecasts[NEVER], forecasts[WORTHWHILE]):
            raise SystemExit(f"{name}: the two forecasts differ")
        plain, recorded = seconds[NEVER], seconds[WORTHWHILE]
        print(f"{name:<12} {plain:9.2f} {recorded:12.2f} {plain / recorded:6.2f}", flush=True)


if __name__ == "__main__":
    main()
