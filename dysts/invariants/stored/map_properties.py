"""Computes the properties of one map that the registry stores; the unit of time is one iterate."""

from typing import Any

import numpy as np

from dysts.integration.integrate import integrate
from dysts.invariants.correlation_dimension import correlation_dimension
from dysts.invariants.entropy import permutation_entropy
from dysts.invariants.kaplan_yorke import kaplan_yorke_dimension, pesin_entropy
from dysts.invariants.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from dysts.invariants.regime import regime_of, without_small
from dysts.invariants.stored.entries import entry, estimate_entry
from dysts.invariants.zero_one import zero_one_test
from dysts.systems.properties import REGULAR
from dysts.systems.system import System

PIECES = 64
"""Number of successive pieces of the orbit behind the exponents."""
ITERATES = 100_000
"""Length of each piece."""
DISCARDED = 10_000
"""Iterates before the orbits behind all properties."""
MOMENT_POINTS = 1_000_000
"""Number of iterates behind mean and standard deviation."""
DIMENSION_POINTS = 20_000
"""Number of states behind the correlation dimension."""
THEILER = 20
"""Iterates by which two of these states are at least apart."""
SERIES_POINTS = 3000
"""Number of points behind the 0-1 test."""
ENTROPY_POINTS = 4000
"""Number of points behind the permutation entropy."""
PATTERN = 5
"""Order of the permutation entropy."""
EXPONENTS_METHOD = (
    "tangent vectors by the exact Jacobian along one orbit, Gram-Schmidt at every iterate; error from the spread over "
    "successive pieces; per iterate"
)


def map_properties(system: System) -> dict[str, Any]:
    """Compute the properties of a map that the registry stores; those that the data do not determine are left out.

    Raises
    ------
    IntegrationError
        If the orbit from the stored initial condition escapes or leaves the domain of the map.
    """
    spectrum = lyapunov_spectrum(system, trajectories=PIECES, periods=ITERATES, discard=DISCARDED)
    orbit = integrate(system, MOMENT_POINTS, start=0.0, observables=True, initial_conditions=_settled(system)).values
    regime, _ = regime_of(system, spectrum, period=1.0)
    moments = f"average over {MOMENT_POINTS} iterates of the observables"
    found: dict[str, Any] = {
        "mean": entry(orbit.mean(axis=0).tolist(), moments),
        "standard_deviation": entry(orbit.std(axis=0).tolist(), moments),
        "lyapunov_spectrum": entry(
            list(spectrum.exponents), EXPONENTS_METHOD, error=list(spectrum.errors), settings=spectrum.settings
        ),
        "regime": entry(regime, "by the rules in dysts.invariants.regime.RULES, from the stored spectrum"),
    }
    found |= _from_spectrum(system, spectrum, regime)
    if regime not in REGULAR:
        states = orbit[:DIMENSION_POINTS]
        dimension = correlation_dimension(states, theiler=THEILER)
        found["correlation_dimension"] = estimate_entry(
            dimension, "Grassberger-Procaccia", settings={"points": len(states), "theiler": THEILER}
        )
    found["permutation_entropy"] = estimate_entry(
        permutation_entropy(orbit[:ENTROPY_POINTS, 0], order=PATTERN), "Bandt-Pompe", settings={"order": PATTERN}
    )
    found["zero_one"] = estimate_entry(
        zero_one_test(orbit[:SERIES_POINTS, 0]), "0-1 test of Gottwald and Melbourne, every iterate of one component"
    )
    return {name: one for name, one in found.items() if one is not None}


def _settled(system: System) -> np.ndarray:
    last: np.ndarray = integrate(system, times=[DISCARDED]).values[0]
    return last


def _from_spectrum(system: System, spectrum: LyapunovSpectrum, regime: str) -> dict[str, Any]:
    exponents, errors = list(spectrum.exponents), list(spectrum.errors)
    if regime in REGULAR:
        exponents = list(without_small(system, spectrum, 1.0))
    finite = [value for value in exponents if np.isfinite(value)]
    return {
        "kaplan_yorke_dimension": estimate_entry(
            kaplan_yorke_dimension(finite, errors[: len(finite)]), "from the stored spectrum"
        ),
        "pesin_entropy": estimate_entry(
            pesin_entropy(finite, errors[: len(finite)]),
            "sum of the exponents above two standard errors (Pesin); nats per iterate",
        ),
    }
