"""Computes the stored properties of long orbits and of orbits that start elsewhere."""

import math
from typing import Any

from dysts.invariants.coexistence import coexistence
from dysts.invariants.jumps import has_jumps
from dysts.invariants.settling import survival_by_amplitude
from dysts.invariants.stored.effort import Effort
from dysts.invariants.stored.entries import entry, rounded
from dysts.invariants.survival import Survival, survival
from dysts.systems.properties import REGULAR
from dysts.systems.system import System

FEWER_PERIODS_WITH_JUMPS = 50
"""Factor by which orbits of systems with jumps are shorter."""
LARGE_DIMENSION = 5
"""Number of variables above which orbits are shorter, by the factor of a fifth of its square."""
SURVIVAL_METHOD = (
    "share of orbits from near the stored initial condition whose tangent vectors go on growing; lifetime in periods, "
    "of an exponential distribution"
)
AMPLITUDE_METHOD = (
    "share of orbits from near the stored initial condition whose amplitude goes on changing, as the right-hand side "
    "jumps; lifetime in periods, of an exponential distribution"
)
COEXISTENCE_METHOD = (
    "share of orbits, from random states within two standard deviations of the mean, whose largest exponent is in the "
    "end the one on the set"
)


def long_run_entries(
    system: System, regime: str, period: float, exponent: float, effort: Effort, threads: int | None
) -> dict[str, Any]:
    """Return the entries of survival and coexistence; none for regular motion and for delay systems."""
    if regime in (*REGULAR, "undecided") or system.delay is not None:
        return {}
    if has_jumps(system, period=period):
        stayed = survival_by_amplitude(
            system,
            trajectories=effort.survival_orbits,
            periods=effort.survival_periods // FEWER_PERIODS_WITH_JUMPS,
            period=period,
            threads=threads,
        )
        return {"survival": _survival_entry(stayed, AMPLITUDE_METHOD)}
    fewer = system.dimension**2 // 5 if system.dimension > LARGE_DIMENSION else 1
    stayed = survival(
        system,
        trajectories=effort.survival_orbits,
        periods=effort.survival_periods // fewer,
        exponent=exponent,
        period=period,
        threads=threads,
    )
    found = {"survival": _survival_entry(stayed, SURVIVAL_METHOD)}
    others = coexistence(
        system,
        trajectories=effort.coexistence_orbits,
        periods=effort.coexistence_periods // fewer,
        exponent=exponent,
        period=period,
        threads=threads,
    )
    settings: dict[str, Any] = {
        "trajectories": others.trajectories,
        "periods": others.periods,
        "outcomes": others.outcomes,
    }
    if others.other_exponents:
        settings["other_exponents"] = rounded(list(others.other_exponents), digits=3)
    found["same_motion_from_elsewhere"] = entry(others.same, COEXISTENCE_METHOD, settings=settings)
    return found


def _survival_entry(stayed: Survival, method: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"trajectories": stayed.trajectories, "periods": stayed.periods}
    if stayed.lifetimes:
        settings |= {"mean_lifetime": rounded(stayed.mean_lifetime, digits=3), "afterwards": stayed.afterwards}
    if math.isfinite(stayed.exponent_afterwards):
        settings["exponent_afterwards"] = rounded(stayed.exponent_afterwards, digits=3)
    return entry(stayed.surviving, method, settings=settings)
