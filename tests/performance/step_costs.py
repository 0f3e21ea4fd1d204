"""Times single optimisation steps of the networks of the suite `scale` in both sizes, one batch of 128 windows each.

Usage: python tests/performance/step_costs.py
"""

import time
import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from benchmark.running.building import build
from benchmark.running.presets import STEPS_A_SECOND

STEPS, POINTS = 8, 520
"""Steps and points of a rollout that are timed."""


def main() -> None:
    """Print processor milliseconds of a step and of a point of a rollout, beside the steps a second of the presets."""
    warnings.simplefilter("ignore")
    times = 0.06 * np.arange(1400)
    series = np.column_stack([np.sin(times), np.cos(1.3 * times), np.sin(0.7 * times)])
    print(
        f"{'network':12} {'preset':11} {'parameters':>10} {'ms a step':>9} {'ms a point':>10} {'preset, steps a s':>17}"
    )
    for preset, rates in STEPS_A_SECOND.items():
        for name, rate in rates.items():
            seconds = []
            for steps in (2, 2 + STEPS):
                model: Any = build(name, preset=preset, season_length=100, seed=0)
                model = type(model)(replace(model.config, most_steps=steps), seed=0)
                begin = time.process_time()
                model.fit(series)
                seconds.append(time.process_time() - begin)
            begin = time.process_time()
            model.predict(POINTS)
            point = 1e3 * (time.process_time() - begin) / POINTS
            parameters = sum(values.numel() for values in model._module.parameters())
            step = 1e3 * (seconds[1] - seconds[0]) / STEPS
            print(f"{name:12} {preset:11} {parameters:10d} {step:9.1f} {point:10.2f} {rate:17.0f}", flush=True)


if __name__ == "__main__":
    main()
