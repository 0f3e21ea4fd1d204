"""The tasks of both suites as values: one training series, and places elsewhere from which to forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

POINTS_PER_PERIOD = 100
TRAIN = 1000
"""Points of each training series."""
CONTEXT = 200
"""Points from which a forecast starts elsewhere; no forecaster is fitted to them."""
HORIZON = 2000
"""Points to predict: twenty periods, over which occupations are compared."""
RTOL = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """A place from which to forecast.

    Attributes
    ----------
    name, kind : str
        Which place, and how it lies to the training series.
    context : float64 [time, component]
        The points before the forecast.
    truth : float64 [time, component]
        The points to predict.
    facts : mapping
        Columns of the table that hold for this place: a value, a regime, an exponent.
    """

    name: str
    kind: str
    context: FloatArray
    truth: FloatArray
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Elsewhere:
    """What one system asks of a forecaster.

    Attributes
    ----------
    system : str
    train : float64 [time, component]
        What it is fitted to.
    held : tuple of int
        Columns that are known at all times, such as a parameter: they keep their value in forecasts and are not scored.
    cases : tuple of Case
    step : float
        Time between two points.
    scale : float64 [component]
        Units of the scored components.
    """

    system: str
    train: FloatArray
    held: tuple[int, ...]
    cases: tuple[Case, ...]
    step: float
    scale: FloatArray

    @property
    def scored(self) -> list[int]:
        """Columns that are scored."""
        return [column for column in range(self.train.shape[1]) if column not in self.held]
