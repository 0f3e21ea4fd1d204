"""Classifies the motion behind a Lyapunov spectrum by stated rules."""

import math

import numpy as np

from dysts.invariants.lyapunov import LyapunovSpectrum
from dysts.systems.kinds import FLOW
from dysts.systems.properties import SIGNIFICANT
from dysts.systems.system import System

REGIMES = (
    "chaotic",
    "hyperchaotic",
    "conservative chaos",
    "quasiperiodic",
    "periodic",
    "transient",
    "undecided",
)
VOLUME_PRESERVING = ("hamiltonian", "time-dependent hamiltonian", "volume-preserving")
VOLUME_KEPT = 0.03
"""Largest absolute sum of all exponents, as a fraction of the first one, that counts as zero."""
RULES = (
    "An exponent is positive if it is above 3 standard errors and above z = 1.5 ln(N)/N per period of N recorded "
    "periods, the finite-time exponent of shear on a torus; it is zero if it is within 3 standard errors + z of zero. "
    "Of two or more exponents of an autonomous flow the one nearest to zero is that of its direction, and not "
    "positive. Transient: the orbit is known to leave the set (lifetime). Otherwise with two positive exponents "
    "hyperchaotic, with one chaotic, or with either conservative chaos where energy or volume is conserved or the sum "
    "of all exponents is below 3 % of the first; without one periodic for one zero and quasiperiodic for more, driving "
    "phases included; of a map, whose periods are iterates, periodic for none and quasiperiodic for one or more. "
    "Undecided: the largest exponent is above z but not above 3 standard errors."
)


def regime_of(system: System, spectrum: LyapunovSpectrum, *, period: float) -> tuple[str, str]:
    """Return the regime of a system, and the regime on its transient set before orbits leave that set.

    Parameters
    ----------
    system : System
    spectrum : LyapunovSpectrum
    period : float
        Unit of the lengths in the settings of the spectrum.

    Returns
    -------
    regime, on_set : str
        The two differ for a transient set only.
    """
    on_set = _regime_on_set(system, spectrum, period)
    return ("transient" if system.lifetime is not None else on_set), on_set


def without_small(system: System, spectrum: LyapunovSpectrum, period: float) -> tuple[float, ...]:
    """Return the exponents, largest first, with exactly zero for those that are zero by the rules.

    Parameters
    ----------
    system, spectrum, period
        As for `regime_of`.
    """
    limit = _resolution(system, spectrum, period)
    pairs = zip(spectrum.exponents, spectrum.errors, strict=True)
    kept = (0.0 if abs(value) <= SIGNIFICANT * error + limit else value for value, error in pairs)
    return tuple(sorted(kept, reverse=True))


def _resolution(system: System, spectrum: LyapunovSpectrum, period: float) -> float:
    """Return the largest exponent that shear on a torus may show in the recorded time."""
    recorded = float(spectrum.settings["periods"])
    if system.lifetime is not None:
        # The contributions of the ends of many short pieces average out.
        recorded *= math.sqrt(float(spectrum.settings["trajectories"]))
    return 1.5 * math.log(max(recorded, math.e)) / recorded / period


def _regime_on_set(system: System, spectrum: LyapunovSpectrum, period: float) -> str:
    exponents, errors = np.array(spectrum.exponents), np.array(spectrum.errors)
    resolution = _resolution(system, spectrum, period)
    positive = (exponents > SIGNIFICANT * errors) & (exponents > resolution)
    if system.kind == FLOW and system.autonomous and system.driving_phase is None and len(exponents) > 1:
        positive[np.abs(exponents).argmin()] = False
    if positive.any():
        finite = np.isfinite(exponents).all() and system.delay is None
        kept = finite and abs(exponents.sum()) <= VOLUME_KEPT * exponents[0]
        if kept or system.conservation.get("type") in VOLUME_PRESERVING:
            return "conservative chaos"
        return "hyperchaotic" if positive.sum() > 1 else "chaotic"
    if exponents[0] > resolution:
        return "undecided"
    zeros = int((np.abs(exponents) <= SIGNIFICANT * errors + resolution).sum())
    return "quasiperiodic" if zeros > (1 if system.kind == FLOW else 0) else "periodic"
