"""Print a row for every forecaster: seconds to fit and predict, memory, scores, on ten systems, for both presets.

    python tests/performance/forecasters_table.py --presets fast paper --systems Lorenz Rossler

Every cell runs in a fresh worker of the benchmark's own, one after another, so that the memory is that of the
forecaster and its libraries, and the seconds are the processor time of the worker: they do not depend on what else
runs. A cell that fails scores the worst: a symmetric error of 200 and a valid time of 0. The rows are appended to a
file as they come, and read from there the next time.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

SYSTEMS = (
    "Lorenz",
    "Rossler",
    "Thomas",
    "Chua",
    "HastingsPowell",
    "HindmarshRose",
    "HyperRossler",
    "Lorenz96",
    "NuclearQuadrupole",
    "MacArthur",
)


def measure(forecaster: str, preset: str, systems: list[str], horizon: int) -> Iterator[dict[str, Any]]:
    """Fit and predict in this process, which first pays for imports and compilation with a short series."""
    from benchmark.running.memory import peak_memory_mb
    from benchmark.scoring.compute import score
    from benchmark.tasks.data import cut
    from benchmark.tasks.task import Task
    from dysts import open_dataset
    from dysts.errors import DystsError
    from forecasters import get_forecaster

    datasets = open_dataset("test-fine", systems=systems)
    _warm_up(forecaster, preset)
    for system in systems:
        data = cut(Task(system=system, horizon=horizon), datasets[system])
        begin, error, forecast = time.process_time(), "", None
        fitted = begin
        try:
            model = get_forecaster(forecaster, preset=preset, season_length=data.season_length).fit(data.train)
            fitted = time.process_time()
            forecast = model.predict(horizon)
        except DystsError as problem:
            error = str(problem)
        end = time.process_time()
        scores = score(data, forecast)
        yield {
            "forecaster": forecaster,
            "preset": preset,
            "system": system,
            "fit": fitted - begin,
            "predict": end - fitted,
            "memory": peak_memory_mb(),
            "smape": scores["smape"],
            "vpt": scores["vpt"],
            "error": error,
        }


def _warm_up(forecaster: str, preset: str) -> None:
    from forecasters import get_forecaster

    model = get_forecaster(forecaster, preset=preset, season_length=20)
    wave = np.sin(0.3 * np.arange(max(150, model.minimum_length)))[:, None]
    model.fit(wave).predict(5)


def _median_valid_time(group: list[dict[str, Any]]) -> float:
    """Without the systems whose exponent gives no Lyapunov time."""
    times = [row["vpt"] for row in group if math.isfinite(row["vpt"])]
    return median(times) if times else math.nan


def table(rows: list[dict[str, Any]], presets: list[str]) -> str:
    """Return the table as text, the best median of each preset first."""
    lines = []
    for preset in presets:
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            if row["preset"] == preset:
                groups.setdefault(row["forecaster"], []).append(row)
        lines.append(f"\npreset {preset}")
        lines.append(
            f"{'forecaster':22}{'systems':>8}{'fit s':>9}{'predict s':>11}{'MiB':>7}{'smape':>8}{'vpt':>7}{'failed':>8}"
        )
        ranked = sorted(groups.items(), key=lambda item: median(row["smape"] for row in item[1]))
        for name, group in ranked:
            lines.append(
                f"{name:22}{len(group):8d}{median(row['fit'] for row in group):9.2f}"
                f"{median(row['predict'] for row in group):11.3f}{max(row['memory'] for row in group):7.0f}"
                f"{median(row['smape'] for row in group):8.1f}{_median_valid_time(group):7.2f}"
                f"{sum(bool(row['error']) for row in group):8d}"
            )
        total = sum(sum(row["fit"] + row["predict"] for row in group) / len(group) for group in groups.values())
        lines.append(
            f"all {len(groups)}: {total:.1f} processor seconds a system; 135 systems on two cores: "
            f"{total * 135 / 2 / 60:.0f} minutes"
        )
    return "\n".join(lines)


def _follow(command: list[str], environment: dict[str, str], path: Path) -> Iterator[dict[str, Any]]:
    """Run a worker, and keep each of its rows in the file as soon as it comes."""
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as worker,
        path.open("a") as file,
    ):
        assert worker.stdout is not None
        for line in worker.stdout:
            file.write(line)
            file.flush()
            yield json.loads(line)
    if worker.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {worker.returncode}")


def main() -> None:
    """Measure what the file of rows lacks, and print the table."""
    from forecasters import list_forecasters

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["fast"])
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS))
    parser.add_argument("--forecasters", nargs="+", default=list_forecasters())
    parser.add_argument("--horizon", type=int, default=200)
    parser.add_argument("--rows", type=Path, default=Path("build/forecasters.jsonl"))
    parser.add_argument("--worker", nargs=2, metavar=("FORECASTER", "PRESET"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for row in measure(*options.worker, options.systems, options.horizon):
            print(json.dumps(row), flush=True)
        return
    options.rows.parent.mkdir(parents=True, exist_ok=True)
    known = [json.loads(line) for line in options.rows.read_text().splitlines()] if options.rows.exists() else []
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    for preset in options.presets:
        for forecaster in options.forecasters:
            done = {row["system"] for row in known if (row["forecaster"], row["preset"]) == (forecaster, preset)}
            missing = [system for system in options.systems if system not in done]
            if not missing:
                continue
            command = [sys.executable, __file__, "--worker", forecaster, preset, "--horizon", str(options.horizon)]
            rows = list(_follow([*command, "--systems", *missing], environment, options.rows))
            known += rows
            print(f"{forecaster} {preset}: {sum(row['fit'] + row['predict'] for row in rows):.1f} s", flush=True)
    print(table([row for row in known if row["system"] in options.systems], options.presets))


if __name__ == "__main__":
    main()
