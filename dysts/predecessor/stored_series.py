"""``dysts.datasets.load_dataset`` of the predecessor, on this package's stores."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dysts.checks import is_finite_number
from dysts.datasets.opening import open_dataset
from dysts.errors import InvalidArgumentError
from dysts.predecessor.json_files import read_json
from dysts.predecessor.published import published, system_named

SUBSETS = ("train", "train_val", "train_all", "test", "test_val", "test_all")
SPLIT = 5 / 6
"""Part of a series before which the training part ends; the rest is for validation."""
WIDEST = 10
"""Number of components to which series are padded, that of the widest system of the predecessor."""


class TimeSeriesDataset(Mapping[str, dict[str, Any]]):
    """Series by the name of their system, each with ``time`` and ``values``.

    Parameters
    ----------
    datapath : str, optional
        A JSON file of the predecessor.
    data : mapping, optional
        The same in memory.
    """

    def __init__(self, datapath: Any = None, data: Mapping[str, Any] | None = None) -> None:
        if (datapath is None) == (data is None):
            raise InvalidArgumentError("datapath or data must be given, got both or neither")
        entries = read_json(datapath) if data is None else data
        self.dataset = {
            name: {**entry, "values": np.asarray(entry["values"], dtype=np.float64)} for name, entry in entries.items()
        }
        self.names = np.array(list(self.dataset))

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.dataset[name]

    def __setitem__(self, name: str, entry: dict[str, Any]) -> None:
        self.dataset[name] = entry

    def __iter__(self) -> Iterator[str]:
        return iter(self.dataset)

    def __len__(self) -> int:
        return len(self.dataset)

    @property
    def is_multivariate(self) -> bool:
        """Whether series have several components."""
        return any(entry["values"].ndim > 1 for entry in self.dataset.values())

    def trim_series(self, start_val: int, stop_val: int | None) -> None:
        """Cut all series, in place."""
        for entry in self.dataset.values():
            entry["values"] = entry["values"][start_val:stop_val]
            entry["time"] = entry["time"][start_val:stop_val]

    def to_array(self, standardize: bool = False) -> np.ndarray:
        """Return float64 [series, time], or [series, time, component] padded with zeros."""
        from dysts.predecessor.series_tools import pad_axis

        series = [entry["values"] for entry in self.dataset.values()]
        if self.is_multivariate:
            series = [pad_axis(one.reshape(len(one), -1), WIDEST, axis=-1) for one in series]
        values = np.stack(series)
        if standardize:
            deviation = values.std(axis=1, keepdims=True)
            values = (values - values.mean(axis=1, keepdims=True)) / np.where(deviation == 0.0, 1.0, deviation)
        return values

    def to_pandas(self, standardize: bool = True) -> Any:
        """Return a table with the columns ``id``, ``time`` and values, a row for each point."""
        import pandas

        values = self.to_array(standardize=standardize)
        count, length = values.shape[:2]
        columns: dict[str, Any] = {
            "id": np.repeat(np.arange(count), length),
            "time": np.concatenate([np.asarray(entry["time"]) for entry in self.dataset.values()]),
        }
        if self.is_multivariate:
            columns |= {f"values_{i}": values[..., i].ravel() for i in range(values.shape[-1])}
        else:
            columns["values"] = values.ravel()
        return pandas.DataFrame(columns, index=np.repeat(self.names, length))

    def dump(self, path: Any) -> None:
        """Write the series as JSON."""
        plain = {
            name: {key: np.asarray(value).tolist() for key, value in entry.items()}
            for name, entry in self.dataset.items()
        }
        Path(path).write_text(json.dumps(plain))


def load_dataset(
    subsets: str = "train",
    univariate: bool = True,
    granularity: str = "fine",
    data_format: str = "object",
    noise: bool = False,
    split_fraction: float = SPLIT,
    names: Any = None,
    **options: Any,
) -> Any:
    """Return the stored series of all systems: the first trajectory of the data set of this package.

    Parameters
    ----------
    subsets : {"train", "train_val", "train_all", "test", "test_val", "test_all"}
        Which trajectory, and which part of it: the first five sixths, the rest, or all.
    univariate : bool
        Whether to return the first component only.
    granularity : {"fine", "coarse"}
        100 or 15 points per period.
    data_format : {"object", "numpy", "pandas"}
    noise : bool
    split_fraction : float
    names : sequence of str, optional
        Systems; by default all 135.
    **options
        Of the conversion, such as ``standardize``.
    """
    if subsets not in SUBSETS:
        raise InvalidArgumentError(f"subsets must be one of {', '.join(SUBSETS)}, got {subsets!r}")
    if granularity not in ("fine", "coarse"):
        raise InvalidArgumentError(f"granularity must be 'fine' or 'coarse', got {granularity!r}")
    if data_format not in ("object", "numpy", "pandas"):
        raise InvalidArgumentError(f"data_format must be 'object', 'numpy' or 'pandas', got {data_format!r}")
    if not (is_finite_number(split_fraction) and 0.0 < split_fraction <= 1.0):
        raise InvalidArgumentError(f"split_fraction must be above 0 and at most 1, got {split_fraction!r}")
    side, _, part = subsets.partition("_")
    chosen = sorted(published()) if names is None else list(names)
    stored = open_dataset(f"{side}-{granularity}{'-noisy' if noise else ''}", systems=chosen)
    data = {}
    for name in chosen:
        times, values = _first_trajectory(stored[name], name)
        data[name] = {"time": times, "values": values[:, 0] if univariate else values}
    dataset = TimeSeriesDataset(data=data)
    length = len(next(iter(data.values()))["time"])
    split = round(split_fraction * length)
    if part != "all":
        dataset.trim_series(split if part == "val" else 0, None if part == "val" else split)
    if data_format == "object":
        return dataset
    return dataset.to_array(**options) if data_format == "numpy" else dataset.to_pandas(**options)


def stored_trajectory(
    name: str,
    subsets: str,
    granularity: str,
    return_times: bool = False,
    standardize: bool = False,
    noise: bool = False,
) -> Any:
    """Return the stored series of one system: float64 [time, component], after the times with `return_times`."""
    subset = subsets if "_" in subsets else f"{subsets}_all"
    entry = load_dataset(subset, univariate=False, granularity=granularity, noise=noise, names=[name])[name]
    values = entry["values"]
    if standardize:
        from dysts.predecessor.series_tools import standardize_ts

        values = standardize_ts(values)
    return (entry["time"], values) if return_times else values


def _first_trajectory(stored: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    series = stored["series"].isel(trajectory=0)
    wanted = published()[name].get("returned")
    system = system_named(name, as_published=False)
    columns = None if wanted is None else [system.observable_names.index(one) for one in wanted]
    values = np.asarray(series.values, dtype=np.float64)
    return np.asarray(series.time.values), values if columns is None else values[:, columns]
