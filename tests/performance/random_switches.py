"""Counts, for each kind, how many random systems with switches are integrated wrong, refused or right.

Usage: python tests/performance/random_switches.py [--systems 2000] [--first 0]

Each system has one to six switches in time, in a clock that is a state, or in an oscillator, at places that are known,
so that its solution is piecewise closed. An error of more than 100 tolerances counts as wrong.
"""

import argparse
import collections
import sys
import time
from pathlib import Path

import dysts
from dysts.errors import DystsError

sys.path.insert(0, str(Path(__file__).parents[1] / "dysts"))

from switched_systems import END, random_case

LIMIT = 100.0
"""Largest error that counts as right, in units of the tolerance."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    begin = time.process_time()
    for seed in range(arguments.first, arguments.first + arguments.systems):
        case = random_case(seed)
        rtol = (1e-6, 1e-9)[seed % 2]
        solver = ("auto", "dop853")[seed // 2 % 2]
        try:
            y = dysts.integrate(case.system, times=[END], rtol=rtol, solver=solver, predictability=False).values[0, 0]
        except DystsError as error:
            outcome = "refused"
            print(f"seed {seed} ({case.kind}): {error}")
        else:
            wrong = not abs(y - case.exact) <= LIMIT * rtol * case.largest
            outcome = "wrong" if wrong else "right"
            if wrong:
                print(f"seed {seed} ({case.kind}): {y} instead of {case.exact} at rtol {rtol:g}")
        clock, pieces = case.kind.split(": ")
        for piece in pieces.split("+"):
            counts[f"{piece} in {clock}"][outcome] += 1
        counts["all"][outcome] += 1
    for kind, count in sorted(counts.items()):
        print(f"{kind:26} right {count['right']:5}  wrong {count['wrong']:4}  refused {count['refused']:4}")
    print(f"{time.process_time() - begin:.0f} CPU s")


if __name__ == "__main__":
    main()
