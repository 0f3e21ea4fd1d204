"""Times ``make_trajectory_ensemble`` beside that of dysts 0.96, in turn in one run.

Usage: python tests/performance/predecessor_ensemble.py [--systems A,B,...] [--points N] [--rounds N]
    [--predecessor PYTHON]

The same call on both sides, with its defaults: N points of each system at 1e-12, in one process. The least CPU seconds
of the rounds count; compilation, of numba there and of the equations here, is not in them. 0.96 needs an environment of
its own, which `tests/performance/engine.py` makes, or `--predecessor`; the first line says whether that has numba.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

from dysts.predecessor import use_published_values
from dysts.systems import make_trajectory_ensemble

ROOT = Path(__file__).parents[2]
SYSTEMS = "Lorenz,Rossler,Thomas,Halvorsen,Chua,HastingsPowell,SprottB,Duffing"
WORKER = """
import importlib.util, json, sys, time, warnings
warnings.simplefilter("ignore")
from dysts.systems import make_trajectory_ensemble
points, names = json.loads(sys.argv[1])
options = {"subset": names, "use_tqdm": False}
make_trajectory_ensemble(3, **options)
print(json.dumps(importlib.util.find_spec("numba") is not None), flush=True)
for _ in sys.stdin:
    begin = time.process_time()
    found = make_trajectory_ensemble(points, **options)
    seconds = time.process_time() - begin
    print(json.dumps([seconds, {name: list(one.shape) for name, one in found.items()}]), flush=True)
"""


def main() -> None:
    """Run both in turn and print their CPU seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=SYSTEMS)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--predecessor", type=Path, default=ROOT / "build" / "predecessor" / "bin" / "python")
    arguments = parser.parse_args()
    names = arguments.systems.split(",")
    use_published_values()
    ours = {"subset": names, "use_tqdm": False}
    make_trajectory_ensemble(arguments.points, **ours)
    least = [float("inf"), float("inf")]
    command = [str(arguments.predecessor), "-I", "-c", WORKER, json.dumps([arguments.points, names])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        print(f"dysts 0.96 {'with' if json.loads(other.stdout.readline()) else 'without'} numba")
        for _ in range(arguments.rounds):
            print("go", file=other.stdin, flush=True)
            seconds, shapes = json.loads(other.stdout.readline())
            least[1] = min(least[1], seconds)
            for _ in range(5):
                begin = time.process_time()
                found = make_trajectory_ensemble(arguments.points, **ours)
                least[0] = min(least[0], time.process_time() - begin)
            assert {name: list(one.shape) for name, one in found.items() if one is not None} == shapes
        other.stdin.close()
    print(
        f"{len(names)} systems, {arguments.points} points each: {least[1]:.2f} CPU seconds by 0.96, {least[0]:.5f} here"
    )
    print(f"ratio {least[1] / least[0]:.0f}")


if __name__ == "__main__":
    main()
