"""Trains the published neural ODE with the adaptive method of the paper's script, beside ours of one step per sample.

    python tests/performance/published_neural_ode.py Duffing,Bouali,Aizawa

Needs the package torchdiffeq, which is no dependency of this one. The windows are the published ones; rows go to
``docs/data/published_adaptive.csv``. About 35 processor seconds for a system with windows of two samples.
"""

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torchdiffeq import odeint

import dysts
from dysts import metrics
from forecasters.published.neural_ode import PublishedNeuralODE, PublishedNeuralODEConfig

DATA = Path(__file__).parents[2] / "docs" / "data"
ROWS = DATA / "published_adaptive.csv"
FITTED, PREDICTED = 1000, 200


class AdaptiveNeuralODE(PublishedNeuralODE):
    """The published neural ODE with torchdiffeq's default, a method of order five with relative tolerance 1e-7."""

    def _solved(self, start: Any, count: int) -> Any:
        return odeint(lambda _, state: self._field(state), start, torch.arange(count, dtype=torch.float32))

    def _train(self, windows: Any) -> None:
        config = self.config
        optimizer = torch.optim.Adam(self._field.parameters(), lr=config.learning_rate)
        for _ in range(config.steps):
            truth = windows[:, torch.randperm(windows.shape[1])[: config.batch_size]]
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.mse_loss(self._solved(truth[0], len(truth)), truth).backward()
            optimizer.step()

    def _roll_out(self, horizon: int) -> np.ndarray:
        with torch.inference_mode():
            path = self._solved(torch.from_numpy(self._last.astype(np.float32)), horizon)
            return np.asarray(path.numpy(), dtype=np.float64)


def main() -> None:
    """Write the smape of both methods for each system."""
    names = sys.argv[1].split(",")
    with (DATA / "published_multivariate.csv").open(encoding="utf-8") as file:
        windows = {
            row["system"]: row["tuned_value"] for row in csv.DictReader(file) if row["forecaster"] == "NeuralODE"
        }
    torch.set_num_threads(1)
    data = dysts.open_dataset("test-paper", systems=names)
    with ROWS.open("w", encoding="utf-8") as file:
        print("system,window,fixed,adaptive", file=file)
        for name in names:
            series = np.asarray(data[name]["series"].values[0], dtype=np.float64)
            config = PublishedNeuralODEConfig(window=int(float(windows[name])))
            scores = []
            for method in (PublishedNeuralODE, AdaptiveNeuralODE):
                forecast = method(config).fit(series[:FITTED]).predict(PREDICTED)
                scores.append(float(metrics.smape(truth=series[FITTED:], forecast=forecast)))
            print(f"{name},{config.window},{scores[0]:.2f},{scores[1]:.2f}", file=file, flush=True)


if __name__ == "__main__":
    main()
