"""Checks of what a method of discovery is given: times, states, and derivatives if they are known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.checks import check_array
from dysts.equations.expressions import check_identifier
from dysts.errors import ExpressionError, InvalidArgumentError

FloatArray = NDArray[np.float64]

FEWEST_POINTS = 30
"""Fewest points of a series: a weak window of nine points, and some to test the equations on."""
UNEVEN = 1e-6
"""Largest relative difference of two steps, which rounded times of files have."""


@dataclass(frozen=True, eq=False)
class SeriesData:
    """A checked series.

    Attributes
    ----------
    step : float
    states : ndarray, float64 [time, component]
    rates : ndarray, float64 [time, component], or None
        The derivatives, if they are known.
    """

    step: float
    states: FloatArray
    rates: FloatArray | None

    @classmethod
    def checked(cls, times: Any, states: Any, derivatives: Any = None) -> "SeriesData":
        """Check a series.

        Raises
        ------
        InvalidArgumentError
            If the arrays do not fit together, hold NaN or infinity, the times are uneven, the series is too short or
            nothing in it moves.
        """
        values = _matrix("states", states)
        when = check_array("times", times)
        if when.shape != (len(values),):
            raise InvalidArgumentError(
                f"times must have one value for each of the {len(values)} states, got shape {when.shape}"
            )
        if len(values) < FEWEST_POINTS:
            raise InvalidArgumentError(f"states must have at least {FEWEST_POINTS} points, got {len(values)}")
        steps = np.diff(when)
        step = float((when[-1] - when[0]) / (len(when) - 1))
        if not np.isfinite(step) or step <= 0.0 or not (np.abs(steps - step) <= UNEVEN * step).all():
            raise InvalidArgumentError(
                f"times must grow in even steps, got steps from {steps.min():.6g} to {steps.max():.6g}"
            )
        rates = None if derivatives is None else _matrix("derivatives", derivatives)
        if rates is not None and rates.shape != values.shape:
            raise InvalidArgumentError(
                f"derivatives must have the shape of the states, {values.shape}, got {rates.shape}"
            )
        if not np.ptp(values, axis=0).any():
            raise InvalidArgumentError("states must vary, got a constant series, which fits every equation")
        return cls(step, values, rates)


def _matrix(name: str, value: Any) -> FloatArray:
    values = check_array(name, value)
    if values.ndim != 2 or not values.size:
        raise InvalidArgumentError(f"{name} must have axes [time, component], got shape {values.shape}")
    if not np.isfinite(values).all():
        bad = int(np.count_nonzero(~np.isfinite(values)))
        raise InvalidArgumentError(f"{name} must be finite, got {bad} of {values.size} values that are not")
    return np.asarray(values, dtype=np.float64)


def variable_names(count: int, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Return names of variables that the expression language allows; one that clashes with it is changed.

    Parameters
    ----------
    count : int
    wanted : sequence of str
        Names of columns; by default x, y, z, or x1, x2, ... for more than three variables.

    Raises
    ------
    InvalidArgumentError
        If there are more or fewer names than variables.

    Examples
    --------
    >>> variable_names(2), variable_names(3, ["Temp (K)", "t", "lambda"])
    (('x', 'y'), ('Temp_K', 't1', 'lambda1'))
    """
    if not wanted:
        return ("x", "y", "z")[:count] if count <= 3 else tuple(f"x{index + 1}" for index in range(count))
    if len(wanted) != count:
        raise InvalidArgumentError(f"variables must be {count} names, got {len(wanted)}: {', '.join(map(str, wanted))}")
    names: list[str] = []
    for index, text in enumerate(wanted):
        name = re.sub(r"[^A-Za-z0-9]+", "_", str(text)).strip("_")
        if not name or not name[0].isalpha():
            name = f"x{name or index + 1}"
        while name in names or not _allowed(name):
            name += "1"
        names.append(name)
    return tuple(names)


def _allowed(name: str) -> bool:
    try:
        check_identifier(name, where="variable")
    except ExpressionError:
        return False
    return True
