"""Checks identities that hold between the stored properties of every system.

References
----------
A. Pikovsky, A. Politi, Lyapunov Exponents, Cambridge University Press (2016), chapter 2 (zero exponents, sums, pairs).
"""

from dataclasses import dataclass

import numpy as np

from dysts.systems.system import System

STANDARD_ERRORS = 4.0
"""Number of standard errors that a difference may have."""
ROUNDING = 2e-3
"""Error of a sum of exponents, as a fraction of the largest absolute one, from tolerances and slow convergence."""
ZERO_PER_PERIOD = 0.012
"""Largest absolute value, per period, of an exponent that must be zero: over N periods shear shows about ln(N)/N."""


@dataclass(frozen=True)
class Violation:
    """An identity that does not hold.

    Attributes
    ----------
    system, identity : str
    detail : str
        The numbers.
    """

    system: str
    identity: str
    detail: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.system}: {self.identity}: {self.detail}"


@dataclass(frozen=True)
class Checked:
    """The identities that hold for one system, and those that do not.

    Attributes
    ----------
    held : tuple of str
        Names of the identities that hold.
    violations : tuple of Violation
    """

    held: tuple[str, ...]
    violations: tuple[Violation, ...]


def check_identities(system: System) -> Checked:
    """Check the stored spectrum, and the dimension and entropy derived from it, against exact identities.

    - ``sorted``: exponents fall, as many as components (or as were computed, for a delay system).
    - ``divergence``: their sum is the mean divergence along the trajectory. Not checked where the right-hand side jumps
      (the jumps contract as well) or with a delay (infinitely many exponents).
    - ``zero``: a flow whose motion does not end in a fixed point has an exponent of zero. Not checked on transient sets
      with a lifetime below 250 periods.
    - ``driving phase``: the zero of a driving phase is exactly zero.
    - ``pairs``: exponents of a Hamiltonian system come in pairs of opposite sign.
    - ``dimension``: the Kaplan-Yorke dimension is at least 0 and at most that of the phase space.
    - ``entropy``: the Pesin entropy is not negative and not above the sum of the positive exponents.

    Parameters
    ----------
    system : System
        With computed properties.

    Returns
    -------
    Checked

    Raises
    ------
    NotSupportedError
        If the system has no stored spectrum.

    Examples
    --------
    >>> import dysts
    >>> check_identities(dysts.get_system("Lorenz")).violations
    ()
    """
    entry = system.properties_entry("lyapunov_spectrum")
    exponents, errors = np.array(entry["value"]), np.array(entry["error"])
    settings = entry.get("settings", {})
    held: list[str] = []
    violations: list[Violation] = []

    def demand(identity: str, holds: bool, detail: str) -> None:
        if holds:
            held.append(identity)
        else:
            violations.append(Violation(system.name, identity, detail))

    lost = int(settings.get("lost_directions", 0))
    complete = system.delay is not None or len(exponents) + lost == system.dimension
    demand("sorted", complete and bool((np.diff(exponents) <= 0.0).all()), f"exponents {exponents.tolist()}")

    spread = float(np.sqrt((errors**2).sum()))
    size = float(np.abs(exponents).max())
    if settings.get("method", "tangent") == "tangent" and "divergence" in system.properties:
        divergence = system.properties_entry("divergence")
        total, expected = float(exponents.sum()), float(divergence["value"])
        allowed = STANDARD_ERRORS * (spread + float(divergence["error"])) + ROUNDING * size
        demand(
            "divergence",
            abs(total - expected) <= allowed,
            f"the exponents sum to {total:.6g}, the mean divergence is {expected:.6g}; allowed is {allowed:.2g}",
        )
    if system.driving_phase is not None:
        demand("driving phase", bool((exponents == 0.0).any()), f"no exponent of {exponents.tolist()} is exactly zero")
    elif system.autonomous and (system.lifetime is None or system.lifetime >= 250.0):
        smallest = int(np.argmin(np.abs(exponents)))
        allowed = STANDARD_ERRORS * errors[smallest] + ZERO_PER_PERIOD / system.period
        demand(
            "zero",
            abs(exponents[smallest]) <= allowed,
            f"the exponent closest to zero is {exponents[smallest]:.3g}; allowed is {allowed:.2g}",
        )
    if "canonical_pairs" in system.conservation and system.driving_phase is None:
        sums = np.abs(exponents + exponents[::-1])
        allowed = STANDARD_ERRORS * spread + ROUNDING * size
        demand(
            "pairs", bool((sums <= allowed).all()), f"pairs sum to {sums.max():.3g} at most; allowed is {allowed:.2g}"
        )
    if "kaplan_yorke_dimension" in system.properties:
        dimension = float(system.property_value("kaplan_yorke_dimension"))
        most = float(system.dimension) if system.delay is None else np.inf
        demand("dimension", 0.0 <= dimension <= most, f"Kaplan-Yorke dimension {dimension} in {most:g} dimensions")
    if "pesin_entropy" in system.properties:
        entropy = float(system.property_value("pesin_entropy"))
        most = float(exponents[exponents > 0.0].sum())
        demand("entropy", 0.0 <= entropy <= most * (1.0 + 1e-6), f"Pesin entropy {entropy}, positive exponents {most}")
    return Checked(tuple(held), tuple(violations))
