"""Measures the drift of the energy of the Hamiltonian systems over 1000 periods, beside scipy's.

Usage: python tests/performance/energy.py [--periods N]

The systems are those whose definition holds an energy that does not depend on time. The drift is the largest distance
of the energy from its first value at 10 points per period, in units of the standard deviation of the kinetic energy
(the energy less that of the same positions with no momentum), since the energy itself may be close to zero. scipy's
DOP853 runs at the same tolerances with the same compiled right-hand side.
"""

import argparse
import time

import numpy as np
from scipy.integrate import solve_ivp

import dysts
from dysts.equations.expressions import evaluate, parse
from dysts.systems.system import System

TOLERANCES = (1e-9, 1e-12, 1e-13)
POINTS_PER_PERIOD = 10
SCIPY_SHARE = 10
"""scipy runs for this part of the time, and its drift is printed beside ours over the same part."""


def energies(system: System, states: np.ndarray, *, at_rest: bool = False) -> np.ndarray:
    """Return the energy of each state, or of the same positions with no momentum."""
    values = dict(zip(system.variables, states.T, strict=True))
    if at_rest:
        momenta = {momentum for _, momentum in system.conservation["canonical_pairs"]}
        values |= {name: np.zeros(len(states)) for name in momenta}
    known = system.flat_parameters | values
    for name, text in system.definitions.items():
        known[name] = evaluate(parse(text, where=system.name, names=known.keys()), known)
    return np.asarray(evaluate(parse(system.conservation["energy"], where=system.name, names=known.keys()), known))


def drift(system: System, states: np.ndarray) -> np.ndarray:
    """Return the distance of the energy from its first value at each time."""
    energy = energies(system, states)
    size = (energy - energies(system, states, at_rest=True)).std()
    return np.abs(energy - energy[0]) / size


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--periods", type=int, default=1000)
    arguments = parser.parse_args()
    systems = [dysts.get_system(name) for name in dysts.list_systems()]
    systems = [system for system in systems if system.conservation.get("type") == "hamiltonian"]
    part = arguments.periods // SCIPY_SHARE
    print(
        f"largest drift of the energy over {arguments.periods} periods, and over {part} periods beside scipy's DOP853"
    )
    print(f"{'system':20} {'rtol':>6} {'drift':>9} {'seconds':>8} {f'to {part}':>9} {'scipy':>9} {'seconds':>8}")
    for system in systems:
        times = np.arange(arguments.periods * POINTS_PER_PERIOD + 1) * (system.period / POINTS_PER_PERIOD)
        some = part * POINTS_PER_PERIOD + 1
        dysts.integrate(system, 2)
        for tolerance in TOLERANCES:
            begin = time.process_time()
            ours = dysts.integrate(system, times=times, rtol=tolerance, threads=1, predictability=False).values
            seconds = time.process_time() - begin
            begin = time.process_time()
            theirs = solve_ivp(
                system.rhs,
                (0.0, times[some - 1]),
                system.initial_conditions,
                method="DOP853",
                t_eval=times[:some],
                rtol=tolerance,
                atol=tolerance * 1e-9,
            )
            their_seconds = time.process_time() - begin
            print(
                f"{system.name:20} {tolerance:6.0e} {drift(system, ours).max():9.1e} {seconds:8.3f} "
                f"{drift(system, ours[:some]).max():9.1e} {drift(system, theirs.y.T).max():9.1e} {their_seconds:8.3f}"
            )


if __name__ == "__main__":
    main()
