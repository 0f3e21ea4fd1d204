"""Measures how long forecasts of noisy series are valid, in Lyapunov times, for forecasters that fit within seconds.

Usage: python tests/performance/noisy_forecasts.py [--systems A,B] [--noise 0.01,0.1] [--forecasters NVAR,PolynomialODE]

Medians over windows of 1000 points, 100 in a period, all components observed with noise in standard deviations of each;
a forecast is valid until its normalised error exceeds 0.4. Seconds are those of the processor.
"""

import argparse
import time

import numpy as np

import dysts
from forecasters import get_forecaster

TRAIN, BETWEEN, MOST_POINTS, LYAPUNOV_TIMES, THRESHOLD = 1000, 1500, 2000, 14.0, 0.4


def measured(name: str, noise: float, forecasters: list[str], windows: int) -> dict[str, tuple[float, float]]:
    system = dysts.get_system(name)
    step, exponent = system.period / 100.0, system.lyapunov_exponent
    horizon = int(min(LYAPUNOV_TIMES / exponent / step, MOST_POINTS))
    points = 500 + BETWEEN * windows + TRAIN + horizon
    series = system.observe(dysts.integrate(system, points, step=step, rtol=1e-11, predictability=False).values)
    found: dict[str, list[tuple[float, float]]] = {forecaster: [] for forecaster in forecasters}
    for window in range(windows):
        first = 500 + BETWEEN * window
        clean, future = series[first : first + TRAIN], series[first + TRAIN : first + TRAIN + horizon]
        scale = clean.std(axis=0)
        noisy = clean + noise * scale * np.random.default_rng(window).standard_normal(clean.shape)
        for forecaster in forecasters:
            begin = time.process_time()
            forecast = get_forecaster(forecaster, season_length=100).fit(noisy).predict(horizon)
            seconds = time.process_time() - begin
            errors = np.sqrt((((forecast - future) / scale) ** 2).mean(axis=1))
            beyond = np.flatnonzero(~(errors <= THRESHOLD))
            valid = (beyond[0] if len(beyond) else horizon) * step * exponent
            found[forecaster].append((float(valid), seconds))
    return {forecaster: tuple(np.median(rows, axis=0)) for forecaster, rows in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", default="Lorenz,Rossler")
    parser.add_argument("--noise", default="0,0.0001,0.001,0.01,0.1")
    parser.add_argument("--forecasters", default="NVAR,ESN,PolynomialODE")
    parser.add_argument("--windows", type=int, default=3)
    chosen = parser.parse_args()
    forecasters = chosen.forecasters.split(",")
    print("system  noise  " + "  ".join(f"{name} (seconds)" for name in forecasters))
    for name in chosen.systems.split(","):
        for noise in map(float, chosen.noise.split(",")):
            rows = measured(name, noise, forecasters, chosen.windows)
            print(
                f"{name}  {noise:g}  " + "  ".join(f"{valid:.1f} ({seconds:.1f})" for valid, seconds in rows.values()),
                flush=True,
            )


if __name__ == "__main__":
    main()
