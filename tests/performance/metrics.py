"""All 17 metrics of many series at once, beside one series after the other, and the divergence over state space.

Usage: python tests/performance/metrics.py [--series N] [--times N] [--components N]

CPU seconds of one process, after a first call of each that loads what it needs. The singles are timed on fifty series.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from dysts.metrics import METRICS, state_space_divergence

SINGLES = 50


def seconds(call: Callable[[], object]) -> float:
    """Return the CPU seconds of one call."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--components", type=int, default=3)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(arguments.series, arguments.times, arguments.components)).cumsum(axis=1)
    forecast = truth + rng.normal(size=truth.shape)
    totals, singles = [0.0, 0.0], min(SINGLES, arguments.series)
    print(f"{'':28}{'at once ms':>11}{'singly ms':>11}{'ratio':>7}")
    for name, metric in METRICS.items():
        metric(truth=truth, forecast=forecast)
        many = min(seconds(lambda metric=metric: metric(truth=truth, forecast=forecast)) for _ in range(3))
        one = seconds(lambda metric=metric: [metric(truth=truth[i], forecast=forecast[i]) for i in range(singles)])
        one *= arguments.series / singles
        totals = [totals[0] + many, totals[1] + one]
        print(f"{name:28}{1e3 * many:11.1f}{1e3 * one:11.1f}{one / many:7.1f}", flush=True)
    print(f"{'all':28}{1e3 * totals[0]:11.1f}{1e3 * totals[1]:11.1f}{totals[1] / totals[0]:7.1f}")
    states = rng.normal(size=(2, 1000, 3))
    took = min(seconds(lambda: state_space_divergence(truth=states[0], forecast=states[1])) for _ in range(9))
    print(f"\nstate_space_divergence of 1000 x 3: {1e3 * took:.1f} ms")


if __name__ == "__main__":
    main()
