"""Series of one's own as datasets: from an array or a CSV file, with a time step and perhaps an exponent."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from benchmark.values import known_fields
from dysts.errors import DystsError, InvalidArgumentError, unreadable

if TYPE_CHECKING:
    import xarray

OWN = "own"
"""Name of the recipe of a series of one's own."""


@dataclass(frozen=True, kw_only=True)
class SeriesFile:
    """A series in a CSV file, a row per time and a column per component, with a header of their names.

    Parameters
    ----------
    name : str
        What the series is called in place of a system.
    file : str
        Path of the file.
    step : float
        Time between two rows.
    period : float, optional
        Dominant period; estimated from the series if omitted.
    lyapunov_exponent, lyapunov_exponent_error : float, optional
        Largest exponent, per unit of time, where it is known, and its standard error.
    columns : sequence of str
        The columns to read; empty for all.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.
    """

    name: str
    file: str
    step: float
    period: float | None = None
    lyapunov_exponent: float | None = None
    lyapunov_exponent_error: float | None = None
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("name", "file"):
            value = getattr(self, field)
            if not isinstance(value, str) or not value.strip() or not value.isprintable():
                raise InvalidArgumentError(f"the {field} of a series must be a printable name, got {value!r}")
        for field in ("step", "period", "lyapunov_exponent", "lyapunov_exponent_error"):
            value = getattr(self, field)
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if field in ("step", "period") and number:
                number = value > 0
            if not number and (value is not None or field == "step"):
                raise InvalidArgumentError(f"the {field} of a series must be a number, got {value!r}")
        object.__setattr__(self, "columns", tuple(self.columns))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "SeriesFile":
        """Build a series from its fields, refusing unknown ones."""
        return cls(**known_fields(cls, "series", values, required=("name", "file", "step")))

    def beside(self, folder: Path) -> "SeriesFile":
        """Return the series with its path relative to a folder."""
        return replace(self, file=str(folder / self.file))

    def read(self) -> "xarray.Dataset":
        """Read the file.

        Raises
        ------
        StorageError
            If the file cannot be read.
        InvalidArgumentError
            If a column is missing, or a value is no finite number.
        """
        values, components = _read_csv(Path(self.file), self.columns)
        return own_series(
            values,
            step=self.step,
            name=self.name,
            components=components,
            period=self.period,
            lyapunov_exponent=self.lyapunov_exponent,
            lyapunov_exponent_error=self.lyapunov_exponent_error,
        )


def own_series(
    values: ArrayLike,
    *,
    step: float,
    name: str = "own",
    components: Sequence[str] | None = None,
    period: float | None = None,
    lyapunov_exponent: float | None = None,
    lyapunov_exponent_error: float | None = None,
) -> "xarray.Dataset":
    """Make a dataset of one trajectory, as `benchmark.run` takes it.

    Parameters
    ----------
    values : array_like, float [time, component]
        Evenly sampled and finite.
    step : float
        Time between two rows.
    name : str
        What the series is called in place of a system.
    components : sequence of str, optional
        Names of the columns.
    period : float, optional
        Dominant period, in the unit of `step`; estimated if omitted.
    lyapunov_exponent, lyapunov_exponent_error : float, optional
        Largest exponent, per unit of time, where it is known. Without it, scores in Lyapunov times are missing.

    Returns
    -------
    xarray.Dataset

    Raises
    ------
    InvalidArgumentError
        If the values are not finite numbers [time, component], or no period is given or found.

    Examples
    --------
    >>> import numpy as np
    >>> wave = np.sin(2 * np.pi * np.arange(400) / 40)[:, None]
    >>> own_series(wave, step=0.1, period=4.0).attrs["points_per_period"]
    40.0
    """
    import xarray

    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"the series {name!r} must hold real numbers: {error}") from error
    if array.ndim != 2 or array.size == 0:
        raise InvalidArgumentError(f"the series {name!r} must have axes (time, component), got shape {array.shape}")
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0].tolist()
        raise InvalidArgumentError(f"the series {name!r} has a missing or infinite value at row {row}, column {column}")
    if not (math.isfinite(step) and step > 0):
        raise InvalidArgumentError(f"the step of the series {name!r} must be a positive number, got {step!r}")
    names = list(components) if components is not None else [str(index) for index in range(array.shape[1])]
    if len(names) != array.shape[1] or len(set(names)) != len(names):
        raise InvalidArgumentError(f"the series {name!r} needs {array.shape[1]} different component names, got {names}")
    length = _period(array, step, name) if period is None else float(period)
    return xarray.Dataset(
        {"series": (("trajectory", "time", "component"), array[np.newaxis])},
        coords={"time": step * np.arange(len(array)), "component": names},
        attrs={
            "system": name,
            "period": length,
            "points_per_period": length / step,
            "lyapunov_exponent": lyapunov_exponent,
            "lyapunov_exponent_error": lyapunov_exponent_error,
            "sha256": hashlib.sha256(np.ascontiguousarray(array, dtype="<f8").tobytes()).hexdigest(),
        },
    )


def _period(array: np.ndarray, step: float, name: str) -> float:
    import dysts

    try:
        return float(dysts.dominant_period(array, step=step).period)
    except DystsError as error:
        raise InvalidArgumentError(f"the period of the series {name!r} is not clear ({error}); give it") from error


def _read_csv(path: Path, columns: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    import pandas as pd

    try:
        frame = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error, what="the series") from error
    for column in columns:
        if column not in frame.columns:
            raise InvalidArgumentError(
                f"the file {path} has no column {column!r}; it has {', '.join(map(str, frame.columns))}"
            )
    chosen = frame[list(columns)] if columns else frame
    for column in chosen.columns:
        if not pd.api.types.is_numeric_dtype(chosen[column]):
            raise InvalidArgumentError(f"column {column!r} of the file {path} holds something that is not a number")
    return chosen.to_numpy(dtype=np.float64), [str(column) for column in chosen.columns]
