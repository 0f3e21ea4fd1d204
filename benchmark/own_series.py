"""Series of one's own as datasets: from a file, a table or an array, with a time step and perhaps an exponent."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from benchmark.values import known_fields
from dysts.errors import DystsError, InvalidArgumentError
from dysts.series import read_series

if TYPE_CHECKING:
    import pandas
    import xarray

OWN = "own"
"""Name of the recipe of a series of one's own."""


@dataclass(frozen=True, kw_only=True)
class SeriesFile:
    """A series in a file that `dysts.read_series` reads: CSV and other text, NPZ, NPY or Parquet.

    Parameters
    ----------
    name : str
        What the series is called in place of a system.
    file : str
        Path of the file.
    step : float, optional
        Time between two rows, where the file has no column of times.
    period : float, optional
        Dominant period; estimated from the series if omitted.
    lyapunov_exponent, lyapunov_exponent_error : float, optional
        Largest exponent, per unit of time, where it is known, and its standard error.
    columns : sequence of str
        The components; empty for all columns that hold neither times, trajectories nor an index.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.
    """

    name: str
    file: str
    step: float | None = None
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
            if not number and value is not None:
                raise InvalidArgumentError(f"the {field} of a series must be a number, got {value!r}")
        object.__setattr__(self, "columns", tuple(self.columns))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "SeriesFile":
        """Build a series from its fields, refusing unknown ones."""
        return cls(**known_fields(cls, "series", values, required=("name", "file")))

    def beside(self, folder: Path) -> "SeriesFile":
        """Return the series with its path relative to a folder."""
        return replace(self, file=str(folder / self.file))

    def read(self) -> "xarray.Dataset":
        """Read the file.

        Raises
        ------
        StorageError
            If the file cannot be read.
        UnknownNameError
            If it has no column of a name that is given.
        InvalidArgumentError
            If the step is missing, a value is no finite number, or it is not clear what is what.
        """
        return own_series(
            read_series(self.file, columns=self.columns, step=self.step),
            name=self.name,
            period=self.period,
            lyapunov_exponent=self.lyapunov_exponent,
            lyapunov_exponent_error=self.lyapunov_exponent_error,
        )


def own_series(
    values: "ArrayLike | pandas.DataFrame | xarray.DataArray",
    *,
    step: float | None = None,
    name: str = "own",
    components: Sequence[str] | None = None,
    period: float | None = None,
    lyapunov_exponent: float | None = None,
    lyapunov_exponent_error: float | None = None,
) -> "xarray.Dataset":
    """Make a dataset of a series of one's own, as `benchmark.run` takes it.

    Parameters
    ----------
    values : array_like, pandas.DataFrame or xarray.DataArray
        Evenly sampled and finite: [time, component], or [trajectory, time, component] for several trajectories.
    step : float, optional
        Time between two rows, where the values have no times.
    name : str
        What the series is called in place of a system.
    components : sequence of str, optional
        Names of the components; by default those of the values.
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
        If the values are not finite numbers, no step is given or found, or no period.

    Examples
    --------
    >>> import numpy as np
    >>> wave = np.sin(2 * np.pi * np.arange(400) / 40)[:, None]
    >>> own_series(wave, step=0.1, period=4.0).attrs["points_per_period"]
    40.0
    """
    import xarray

    try:
        read = read_series(values, step=step)
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"the series {name!r}: {error}") from None
    array, step = np.asarray(read.values), float(read.attrs["step"])
    names = list(read["component"].values) if components is None else list(components)
    if len(names) != array.shape[-1] or len(set(names)) != len(names):
        raise InvalidArgumentError(
            f"the series {name!r} needs {array.shape[-1]} different component names, got {names}"
        )
    whole = array if array.ndim == 3 else array[np.newaxis]
    length = _period(whole[0], step, name) if period is None else float(period)
    return xarray.Dataset(
        {"series": (("trajectory", "time", "component"), whole)},
        coords={"time": step * np.arange(whole.shape[1]), "component": names},
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
