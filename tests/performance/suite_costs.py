"""Measures single cells of a suite and projects the cost of the whole, without running it.

    python tests/performance/suite_costs.py scale --system Lorenz --longest 4000
    python tests/performance/suite_costs.py data-limited --forecasters NVAR,ESN

One cell of each forecaster, preset and number of points to fit is fitted and rolled out in this process, on one
thread, and its processor seconds are multiplied by the number of systems and trajectories. Series longer than
``--longest`` are not fitted: the cost of the fit is taken in proportion to the points from the longest that was, and is
marked with ``~``. What a run adds to that, such as starting workers, computing truths and scoring, is not in it.
"""

import argparse
import time
from typing import Any

import numpy as np

from benchmark.running.building import build
from benchmark.running.planning import task_data
from benchmark.tasks.named_suites import get_suite
from benchmark.tasks.references import REFERENCES
from dysts.errors import DystsError


def seconds_of(forecaster: str, preset: str, data: Any) -> tuple[float, float]:
    """Return the processor seconds of the fit and of the rollout."""
    begin = fitted = time.process_time()
    try:
        model = build(forecaster, preset=preset, season_length=data.season_length, seed=0).fit(np.array(data.train))
        fitted = time.process_time()
        model.predict(len(data.truth))
    except DystsError as error:
        print(f"  {forecaster} ({preset}), {len(data.train)} points: {error}", flush=True)
    return fitted - begin, time.process_time() - fitted


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("suite")
    parser.add_argument("--system", default="Lorenz", help="whose cells are run (default: %(default)s)")
    parser.add_argument("--longest", type=int, default=4000, metavar="POINTS", help="(default: %(default)s)")
    parser.add_argument("--forecasters", metavar="A,B,...", help="only these")
    options = parser.parse_args()
    whole = get_suite(options.suite)
    wanted = options.forecasters.split(",") if options.forecasters else None
    suite = whole.narrowed(systems=[options.system])
    data = task_data(suite)
    cells = [cell for cell in suite.cells(seed=0) if cell.forecaster not in REFERENCES and cell.task.trajectory == 0]
    cells = [cell for cell in cells if wanted is None or cell.forecaster in wanted]
    # The first fit of a network imports libraries, which a worker does once.
    if {cell.forecaster for cell in cells} - {"ESN", "NVAR"}:
        seconds_of("NLinear", "fast", data[cells[0].task])
    measured: dict[tuple[str, str, int], tuple[float, float]] = {}
    total = 0.0
    times = len(whole.systems) * whole.trajectories
    print(f"{'forecaster':24} {'points':>7} {'s a cell':>9} {'s of all':>9}")
    for cell in sorted(cells, key=lambda cell: (cell.forecaster, cell.preset, cell.task.train_length)):
        name, length = (cell.forecaster, cell.preset), cell.task.train_length
        known = [points for *shared, points in measured if tuple(shared) == name]
        if length > options.longest and known:
            (fit, rollout), mark = measured[*name, max(known)], "~"
            seconds = fit * length / max(known) + rollout
        else:
            measured[*name, length], mark = seconds_of(*name, data[cell.task]), " "
            seconds = sum(measured[*name, length])
        total += seconds * times
        print(
            f"{name[0] + ' (' + name[1] + ')':24} {length:7d} {mark}{seconds:8.1f} {seconds * times:9.0f}", flush=True
        )
    print(f"{times} times each: {total / 3600.0:.1f} processor hours, {total / 7200.0:.1f} hours on two cores")


if __name__ == "__main__":
    main()
