"""Compares the oracle with forecasters over draws of the noise of one task of the suite hard.

Usage: python tests/performance/ceiling_draws.py [--system GenesioTesi] [--noise 0.001] [--draws 6]
[--forecasters NVAR,ESN] [--samples 20]

All cells of a system share one draw of the noise. This program draws it again and again: for each draw the valid times
of the oracle and of the forecasters in Lyapunov times, the least and greatest that the oracle's ensemble predicts, and
the oracle's error along the least known direction of its state, in standard deviations of its posterior.
"""

import argparse
from dataclasses import replace

import numpy as np

import benchmark
import dysts
from benchmark.scoring.table import VPT_THRESHOLD
from benchmark.tasks.assimilating_oracle import AssimilatingOracle
from benchmark.tasks.data import TaskData, cut
from forecasters import get_forecaster


def valid_times(data: TaskData, forecasts: np.ndarray, truth: np.ndarray) -> np.ndarray:
    errors = np.sqrt((((forecasts - truth) / data.scale) ** 2).mean(axis=-1))
    beyond = ~(errors <= VPT_THRESHOLD)
    points = np.where(beyond.any(axis=-1), beyond.argmax(axis=-1), errors.shape[-1])
    return points * data.step * data.lyapunov_exponent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--system", default="GenesioTesi")
    parser.add_argument("--noise", type=float, default=0.001)
    parser.add_argument("--draws", type=int, default=6)
    parser.add_argument("--forecasters", default="NVAR,ESN")
    parser.add_argument("--samples", type=int, default=20)
    chosen = parser.parse_args()
    names = [name for name in chosen.forecasters.split(",") if name]
    tasks = benchmark.get_suite("hard").narrowed(systems=[chosen.system]).tasks()
    task = replace(next(task for task in tasks if not task.components), measurement_noise=chosen.noise)
    dataset = dysts.open_dataset(task.recipe, systems=[chosen.system])[chosen.system]
    states = dataset["state" if "state" in dataset else "series"].values[task.trajectory]
    print("draw  oracle  predicted      error  " + "  ".join(names))
    exceeding, beyond = np.zeros(len(names), dtype=int), np.zeros(len(names), dtype=int)
    for draw in range(chosen.draws):
        data = cut(replace(task, noise_seed=draw), dataset)
        oracle = AssimilatingOracle(data.oracle.known).fit(data.train)
        found, horizon = oracle._found, len(data.truth)
        forecast = oracle.predict(horizon)
        own = float(valid_times(data, forecast, data.truth))
        predicted = valid_times(data, oracle.predict(horizon, samples=chosen.samples), forecast)
        least_known = np.linalg.eigh(found.covariance)[1][:, -1]
        error = (least_known @ (found.state - states[task.train_length - 1])) / np.sqrt(
            least_known @ found.covariance @ least_known
        )
        times = np.array(
            [
                valid_times(data, get_forecaster(name, season_length=100).fit(data.train).predict(horizon), data.truth)
                for name in names
            ]
        )
        exceeding += times > own
        beyond += (times > own) & (times > predicted.max())
        print(
            f"{draw:4}  {own:6.2f}  {predicted.min():5.2f} to {predicted.max():5.2f}  {abs(error):5.1f}  "
            + "  ".join(f"{time:.2f}" for time in times),
            flush=True,
        )
    for name, count, far in zip(names, exceeding, beyond, strict=True):
        print(f"{name} exceeds the oracle in {count} of {chosen.draws} draws, and all predicted times in {far}")


if __name__ == "__main__":
    main()
