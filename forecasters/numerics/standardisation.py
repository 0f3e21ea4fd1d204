"""Scales the components of a series to mean 0 and standard deviation 1, and leaves constant ones out."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dysts.errors import InvalidArgumentError

FloatArray = NDArray[np.float64]

# A component whose values differ by no more than their rounding errors is constant; dividing by such a
# spread would turn rounding errors into signal.
_ROUNDING = 4.0 * np.finfo(np.float64).eps


@dataclass(frozen=True, eq=False)
class Standardisation:
    """The affine scaling of the components of a series.

    Attributes
    ----------
    center, scale : ndarray, float64 [component]
        Mean and standard deviation; the value itself and 1 for a constant component.
    varying : ndarray, bool [component]
        Whether each component varies. Only varying components are passed on to a forecaster.

    Examples
    --------
    >>> standard = Standardisation.of(np.array([[1.0, 7.0], [3.0, 7.0]]))
    >>> standard.apply(np.array([[1.0, 7.0], [3.0, 7.0]])).tolist()
    [[-1.0], [1.0]]
    >>> standard.invert(np.array([[2.0]])).tolist()
    [[4.0, 7.0]]
    """

    center: FloatArray
    scale: FloatArray
    varying: NDArray[np.bool_]

    @classmethod
    def of(cls, series: FloatArray) -> Self:
        """Return the standardisation of a finite series, float64 [time, component].

        Raises
        ------
        InvalidArgumentError
            If a component's range exceeds what float64 can hold.
        """
        with np.errstate(over="ignore"):
            spread = np.ptp(series, axis=0)
        if not np.isfinite(spread).all():
            raise InvalidArgumentError(
                f"component {int(np.argmin(np.isfinite(spread)))} of the series spans more than float64 can hold"
            )
        constant = spread <= _ROUNDING * np.abs(series).max(axis=0)
        # Squares of the raw deviations would overflow beyond 1e154 and vanish below 1e-162.
        unit = np.where(constant, 1.0, spread)
        origin = series[0]
        relative = (series - origin) / unit
        center = np.where(constant, origin, origin + unit * relative.mean(axis=0))
        scale = np.where(constant, 1.0, unit * relative.std(axis=0))
        return cls(center, scale, ~constant)

    def apply(self, series: FloatArray) -> FloatArray:
        """Return the varying components in standard units, float64 [..., component]."""
        return np.ascontiguousarray(((series - self.center) / self.scale)[..., self.varying])

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Return all components in raw units, float64 [..., component]."""
        raw = np.broadcast_to(self.center, (*scaled.shape[:-1], len(self.center))).copy()
        with np.errstate(over="ignore"):
            raw[..., self.varying] += scaled * self.scale[self.varying]
        return raw
