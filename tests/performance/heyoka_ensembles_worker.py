"""Runs inside heyoka's environment: ensembles in batches, timed one after the other as the lines of the input ask.

Each line of the input is a JSON object: ``{"load": job, "states": [...], "tolerance": ..., "batch": ...}`` makes an
integrator, and ``{"times": [...]}`` integrates all states to the last of the times, or over all of them if they are
many. The answer to each is a line with the CPU seconds and the last states.
"""

import json
import sys
import time

import heyoka
import numpy as np
from reference import Equations


def main() -> None:
    """Answer line after line."""
    for line in sys.stdin:
        command = json.loads(line)
        if "load" in command:
            job, states, batch = command["load"], np.array(command["states"]), command["batch"]
            variables = heyoka.make_vars(*job["variables"])
            equations = Equations(job, float)
            rates = equations.derivatives(dict(zip(job["variables"], variables, strict=True)))
            flow = list(zip(variables, rates, strict=True))
            groups = np.ascontiguousarray(states.reshape(-1, batch, states.shape[1]).transpose(0, 2, 1))
            integrator = heyoka.taylor_adaptive_batch(flow, groups[0], tol=command["tolerance"])
            print(json.dumps({"loaded": True}), flush=True)
            continue
        times = np.array(command["times"])
        grid = np.repeat(times[:, np.newaxis], batch, axis=1)
        ends = []
        begin = time.process_time()
        for group in groups:
            integrator.set_time(0.0)
            integrator.state[:] = group
            if times.size == 1:
                integrator.propagate_until(times[0])
                ends.append(integrator.state.T.copy())
            else:
                # The grid begins at the time of the state.
                _, values = integrator.propagate_grid(grid)
                ends.append(values[-1].T)
        took = time.process_time() - begin
        print(json.dumps({"seconds": took, "ends": np.concatenate(ends).tolist()}), flush=True)


if __name__ == "__main__":
    main()
