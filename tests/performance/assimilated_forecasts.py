"""Measures how long forecasts of the true equations are valid after assimilation of a noisy series.

Usage: python tests/performance/assimilated_forecasts.py [--systems A,B] [--windows N] [--noise 0.01,0.1] [--first]

Three starts are compared for each window: the last observed point, the assimilated state, and a state that differs from
the truth by as much as the posterior of the assimilation allows. Times are medians, in Lyapunov times; with --first the
assimilation sees the first component only. Seconds are those of the processor, compilation apart.
"""

import argparse
import time

import numpy as np

import dysts
from dysts.assimilation import Assimilation
from dysts.systems.system import System

SYSTEMS = "Lorenz,Rossler,Chua,Duffing,DoublePendulum,HyperRossler,Lorenz96,HastingsPowell,HindmarshRose,Halvorsen"
TRAIN, THRESHOLD, MOST_POINTS = 1000, 0.4, 4000
LYAPUNOV_TIMES = 14.0


def valid_time(errors: np.ndarray, step: float, exponent: float) -> float:
    beyond = np.flatnonzero(~(errors <= THRESHOLD))
    return float((beyond[0] if len(beyond) else len(errors)) * step * exponent)


def forecast(system: System, state: np.ndarray, first: int, points: int, step: float) -> np.ndarray:
    times = step * np.arange(first, first + points + 1)
    run = dysts.integrate(
        system, times=times, start=float(times[0]), initial_conditions=state, rtol=1e-12, predictability=False
    )
    values: np.ndarray = system.observe(run.values)[1:]
    return values


def rows(system: System, noise: float, windows: int, *, only_first: bool) -> list[tuple[float, ...]]:
    step, exponent = system.period / 100.0, system.lyapunov_exponent
    horizon = int(min(LYAPUNOV_TIMES / exponent / step, MOST_POINTS))
    stride = (TRAIN + horizon) // 2
    states = dysts.integrate(
        system, 500 + stride * windows + TRAIN + horizon, step=step, rtol=1e-12, predictability=False
    ).values
    everything = system.observe(states)
    scale = everything.std(axis=0)
    columns = [0] if only_first else list(range(everything.shape[1]))
    names = [system.observable_names[column] for column in columns]
    found = []
    for window in range(windows):
        first = 500 + stride * window
        last = first + TRAIN - 1
        generator = np.random.default_rng(window)
        series = everything[first : last + 1] + noise * scale * generator.standard_normal((TRAIN, len(scale)))
        phase = None
        if system.driving_phase is not None:
            phase = float(states[first, system.variables.index(system.driving_phase.variable)])
        begin = time.process_time()
        result: Assimilation = dysts.assimilate(
            system,
            series[:, columns],
            step=step,
            noise=noise * scale[columns],
            components=names,
            start=first * step,
            phase=phase,
        )
        seconds = time.process_time() - begin
        free = states.std(axis=0)
        if phase is not None:
            free[system.variables.index(str(system.driving_phase and system.driving_phase.variable))] = 0.0
        naive = states[last] + noise * free * generator.standard_normal(system.dimension)
        allowed = states[last] + result.spreads[0] @ generator.standard_normal(result.spreads.shape[2])
        future = everything[last + 1 : last + 1 + horizon]
        times = [
            valid_time(
                np.sqrt((((forecast(system, start, last, horizon, step) - future) / scale) ** 2).mean(axis=1)),
                step,
                exponent,
            )
            for start in (naive, result.state, allowed)
        ]
        found.append((*times, seconds, float(result.status == "converged")))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", default=SYSTEMS)
    parser.add_argument("--windows", type=int, default=12)
    parser.add_argument("--noise", default="0.001,0.01,0.1")
    parser.add_argument("--first", action="store_true")
    chosen = parser.parse_args()
    print("system            noise  last point  assimilated  allowed  seconds (most)  converged")
    for name in chosen.systems.split(","):
        for noise in map(float, chosen.noise.split(",")):
            table = np.array(rows(dysts.get_system(name), noise, chosen.windows, only_first=chosen.first))
            naive, assimilated, allowed, seconds, converged = table.T
            print(
                f"{name:16} {noise:6g}  {np.median(naive):10.1f}  {np.median(assimilated):11.1f}  "
                f"{np.median(allowed):7.1f}  {np.median(seconds):7.2f} ({seconds.max():.2f})  "
                f"{int(converged.sum())} of {len(table)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
