"""The computed properties of a system, and the one rule for whether it has a Lyapunov time."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dysts.errors import NotSupportedError

REGULAR = ("quasiperiodic", "periodic")
"""Regimes without chaos, in which the largest exponent is no rate of divergence."""
SIGNIFICANT = 3.0
"""Standard errors by which an exponent must differ from zero."""


def why_no_lyapunov_time(*, exponent: float, error: float, regime: str = "") -> str:
    """Return why a largest exponent gives no Lyapunov time; an empty text if it gives one.

    Parameters
    ----------
    exponent, error : float
        The largest Lyapunov exponent and its standard error, per unit of time; NaN where unknown.
    regime : str
        The regime of the motion, if it is known; see `dysts.invariants.regime`.

    Examples
    --------
    >>> why_no_lyapunov_time(exponent=0.906, error=0.002)
    ''
    >>> why_no_lyapunov_time(exponent=0.001, error=0.002)
    'the largest Lyapunov exponent, 0.001 +- 0.002, does not exceed zero by 3 standard errors'
    >>> why_no_lyapunov_time(exponent=2e-6, error=5e-7, regime="periodic")
    'the motion is periodic'
    """
    if not math.isfinite(exponent):
        return "the largest Lyapunov exponent is unknown"
    if regime in REGULAR:
        return f"the motion is {regime}"
    if exponent > SIGNIFICANT * (error if math.isfinite(error) else 0.0) and exponent > 0.0:
        return ""
    return (
        f"the largest Lyapunov exponent, {exponent:.3g} +- {error:.2g}, does not exceed zero by "
        f"{SIGNIFICANT:g} standard errors"
    )


class ComputedProperties:
    """What has been computed for a system: the part of `System` that reads its properties."""

    name: str
    properties: Mapping[str, Any]

    @property
    def period(self) -> float:
        """The dominant period, in the system's own unit of time."""
        return float(self.property_value("period"))

    @property
    def lyapunov_exponent(self) -> float:
        """The largest Lyapunov exponent, per unit of time."""
        return float(self.property_value("lyapunov_spectrum")[0])

    @property
    def lyapunov_exponent_error(self) -> float:
        """The standard error of the largest Lyapunov exponent; NaN where the properties have none."""
        errors = self.properties_entry("lyapunov_spectrum").get("error")
        return float(errors[0]) if errors else math.nan

    @property
    def lyapunov_time(self) -> float | None:
        """The time in which a small error grows by the factor e; None without one, see `no_lyapunov_time`.

        Examples
        --------
        >>> import dysts
        >>> round(dysts.get_system("Lorenz").lyapunov_time, 1)
        1.1
        >>> dysts.get_system("Torus").lyapunov_time is None
        True
        """
        return None if self.no_lyapunov_time else 1.0 / self.lyapunov_exponent

    @cached_property
    def no_lyapunov_time(self) -> str:
        """Why there is no Lyapunov time: regular motion, or an exponent that is not positive by three errors.

        Examples
        --------
        >>> import dysts
        >>> dysts.get_system("KawczynskiStrizhak").no_lyapunov_time
        'the motion is periodic'
        """
        if "lyapunov_spectrum" not in self.properties:
            return "the largest Lyapunov exponent is unknown"
        regime = self.properties["regime"]["value"] if "regime" in self.properties else ""
        return why_no_lyapunov_time(
            exponent=self.lyapunov_exponent, error=self.lyapunov_exponent_error, regime=str(regime)
        )

    def properties_entry(self, name: str) -> Mapping[str, Any]:
        """Return one computed property with its error, method and settings.

        Raises
        ------
        NotSupportedError
            If it has not been computed for this system.
        """
        if name in self.properties:
            entry: Mapping[str, Any] = self.properties[name]
            return entry
        reason = (
            "the data did not determine it, or it has no meaning here"
            if self.properties.keys() - {"period"}
            else "changed and own systems have none; give times or a step, or find a period by "
            "dysts.dominant_period(series, step=...)"
        )
        raise NotSupportedError(f"{self.name} has no stored {name}: {reason}")

    def property_value(self, name: str) -> Any:
        """Return the value of one computed property."""
        return self.properties_entry(name)["value"]
