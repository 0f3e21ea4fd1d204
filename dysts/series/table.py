"""Tells apart the columns of a table: times, trajectories, an index, and components."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.errors import InvalidArgumentError, unknown_name

if TYPE_CHECKING:
    import pandas

TIME_NAMES = frozenset({"t", "time", "times", "timestamp", "date", "datetime", "ds"})
"""Names, in lower case, of columns of times."""
TRAJECTORY_NAMES = frozenset({"trajectory", "traj", "unique_id", "series_id", "run", "run_id"})
"""Names, in lower case, of columns that tell trajectories apart."""
INDEX_NAMES = frozenset({"", "index", "unnamed: 0"})
EVEN = 0.01
"""Largest deviation of a time from an even grid, in steps: times are often written with a few digits."""


@dataclass(kw_only=True)
class Columns:
    """What the columns of a table are.

    Attributes
    ----------
    values : float64 [row, component]
    names : list of str
        Of the components.
    times : float64 [row], or None
        None without a column of times, and where it holds dates.
    trajectories : object [row], or None
    notes : list of str
        What was taken for what, in words.
    """

    values: np.ndarray
    names: list[str]
    times: np.ndarray | None = None
    trajectories: np.ndarray | None = None
    notes: list[str] = field(default_factory=list)


def columns_of(frame: "pandas.DataFrame", where: str, *, chosen: Sequence[str] = (), named: bool = True) -> Columns:
    """Tell the columns of a table apart.

    Parameters
    ----------
    frame : pandas.DataFrame
    where : str
        Such as ``"the file probe.csv"``, for messages.
    chosen : sequence of str
        The components; by default all columns that are nothing else.
    named : bool
        Whether the columns have names of their own.

    Raises
    ------
    UnknownNameError, InvalidArgumentError
        If a chosen column is not there, two have one name, or a cell of a component is no finite number.
    """
    labels = [str(label) for label in frame.columns]
    twice = next((name for position, name in enumerate(labels) if name in labels[:position]), None)
    if twice is not None:
        raise InvalidArgumentError(f"{where} must have columns of different names, got {twice!r} twice")
    frame = frame.set_axis(labels, axis=1)
    for name in chosen:
        if name not in labels:
            raise unknown_name(f"column of {where}", name, labels)
    notes: list[str] = []
    rest = [name for name in labels if name not in chosen]
    trajectory = next((name for name in rest if named and name.lower() in TRAJECTORY_NAMES), None)
    groups = None if trajectory is None else np.asarray(frame[trajectory])
    if trajectory is not None:
        notes.append(f"trajectories from the column {trajectory!r}")
    rest = [name for name in rest if name != trajectory]
    for name in list(rest):
        if _is_index(frame[name], name, first=name == labels[0], named=named, others=len(labels) - 1):
            notes.append(f"the column {name!r} is an index and left out")
            rest.remove(name)
    time = next((name for name in rest if named and name.lower() in TIME_NAMES), None)
    if time is None and rest and rest[0] == labels[0] and len(labels) > 1 and not named and _is_ramp(frame[rest[0]]):
        time = rest[0]
    times = None
    if time is not None:
        rest = [name for name in rest if name != time]
        times = _times(frame[time], time, where)
        notes.append(f"times from the column {time!r}" if times is not None else f"dates in the column {time!r}")
    names = list(chosen) if chosen else rest
    if not names:
        raise InvalidArgumentError(f"{where} must have a column of values, got {', '.join(labels)}")
    values = np.column_stack([_numbers(frame[name], name, where) for name in names])
    notes.append(f"components {', '.join(names)}")
    return Columns(values=values, names=names, times=times, trajectories=groups, notes=notes)


def _is_index(column: "pandas.Series[Any]", name: str, *, first: bool, named: bool, others: int) -> bool:
    """Whether a column only counts rows: it is first, has no name of its own, and counts from 0 or 1."""
    if not first or others == 0 or (named and name.lower() not in INDEX_NAMES):
        return False
    values = np.asarray(column)
    if values.dtype.kind not in "iu":
        return False
    return bool((np.diff(values) == 1).all()) and values[0] in (0, 1)


def _is_ramp(column: "pandas.Series[Any]") -> bool:
    values = np.asarray(column)
    if values.dtype.kind not in "fiu" or len(values) < 3 or not np.isfinite(values).all():
        return False
    steps = np.diff(values.astype(np.float64))
    return bool(steps.min() > 0.0 and np.ptp(steps) <= EVEN * steps.mean())


def _times(column: "pandas.Series[Any]", name: str, where: str) -> np.ndarray | None:
    """Return a column of times as numbers, or None if it holds dates."""
    import pandas

    if pandas.api.types.is_numeric_dtype(column):
        return np.asarray(column, dtype=np.float64)
    try:
        pandas.to_datetime(column, utc=True)
    except (ValueError, TypeError):
        raise InvalidArgumentError(
            f"the column {name!r} of {where} must hold times, got {str(column.iloc[0])[:40]!r}; "
            "name the components by columns= if it is none"
        ) from None
    return None


def _numbers(column: "pandas.Series[Any]", name: str, where: str) -> np.ndarray:
    """Return a column as float64, or refuse it with the row of the first cell that is no finite number."""
    import pandas

    if not pandas.api.types.is_numeric_dtype(column) or pandas.api.types.is_bool_dtype(column):
        numbers = pandas.to_numeric(column, errors="coerce")
        wrong = np.flatnonzero(np.asarray(numbers.isna() & ~column.isna()))
        if wrong.size:
            cell = str(column.iloc[int(wrong[0])])[:40]
            # A column without a single number is no component, as in a table of results.
            hint = "; name the components by columns= if it is none" if wrong.size == column.notna().sum() else ""
            raise InvalidArgumentError(
                f"the column {name!r} of {where} must hold numbers, got {cell!r} in row {int(wrong[0]) + 1}{hint}"
            )
        column = numbers
    if pandas.api.types.is_complex_dtype(column):
        raise InvalidArgumentError(f"the column {name!r} of {where} must hold real numbers, got complex ones")
    values = np.asarray(column.astype("float64"), dtype=np.float64)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        kind = "a missing value" if np.isnan(values[row]) else "an infinite value"
        raise InvalidArgumentError(
            f"the column {name!r} of {where} must have no gaps, got {kind} in row {row + 1}; "
            "fill it, or cut the series there"
        )
    return values


def step_of(times: np.ndarray, where: str) -> float:
    """Return the step of times that are even.

    Raises
    ------
    InvalidArgumentError
        If they do not increase, or are not even.
    """
    if len(times) < 2:
        raise InvalidArgumentError(f"{where} must have at least two rows to have a step, got {len(times)}")
    if not np.isfinite(times).all():
        row = int(np.flatnonzero(~np.isfinite(times))[0])
        raise InvalidArgumentError(f"the times of {where} must be finite, got {times[row]} in row {row + 1}")
    falls = np.flatnonzero(np.diff(times) <= 0.0)
    if falls.size:
        row = int(falls[0])
        raise InvalidArgumentError(
            f"the times of {where} must increase, got {times[row]:.10g} and then {times[row + 1]:.10g} in row {row + 2}"
        )
    step = float(times[-1] - times[0]) / (len(times) - 1)
    off = np.abs(times - (times[0] + step * np.arange(len(times))))
    if off.max() > EVEN * step:
        row = int(off.argmax())
        raise InvalidArgumentError(
            f"the times of {where} must be even, got {times[row]:.10g} in row {row + 1}, {off.max() / step:.2g} steps "
            "off; interpolate the series to an even grid"
        )
    return step
