"""Ways out of a data set: arrays, tables, darts, PyTorch, and files that other programs read."""

import contextlib
import csv
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.cache import replacing
from dysts.citations import cite_method
from dysts.datasets.hub_card import card, hub_split, hub_tables
from dysts.datasets.plain_attributes import structured_attributes
from dysts.datasets.recipe import Recipe
from dysts.datasets.trajectory_table import write_trajectories
from dysts.errors import InvalidArgumentError, StorageError
from dysts.series.text import as_cell

if TYPE_CHECKING:
    import pandas
    import pyarrow
    import xarray

_Collection = Mapping[str, "xarray.Dataset"]


def to_numpy(dataset: "xarray.Dataset", *, first_component: bool = False) -> np.ndarray:
    """Return a copy of the series of one system, which may be changed.

    Parameters
    ----------
    dataset : xarray.Dataset
    first_component : bool
        Only the first component, for univariate forecasting.

    Returns
    -------
    float64 or float32 [trajectory, time, component], or [trajectory, time]
        Its own memory: what is written into it does not reach the data set.

    Examples
    --------
    >>> import dysts
    >>> to_numpy(dysts.open_dataset("test-coarse")["Lorenz"]).shape
    (10, 180, 3)
    """
    series = dataset["series"].values
    return np.array(series[..., 0] if first_component else series)


def to_pandas(dataset: "xarray.Dataset") -> "pandas.DataFrame":
    """Return the series of one system in long form: a row for each number.

    Returns
    -------
    pandas.DataFrame
        Columns ``system``, ``trajectory``, ``time``, ``component``, ``value``.

    Examples
    --------
    >>> import dysts
    >>> to_pandas(dysts.open_dataset("test-coarse")["Lorenz"]).shape
    (5400, 5)
    """
    frame = dataset["series"].rename("value").to_series().reset_index()
    frame.insert(0, "system", dataset.attrs["system"])
    return frame


def to_arrow(dataset: "xarray.Dataset") -> "pyarrow.Table":
    """Return the series of one system as an Arrow table: a row for each point, a column for each component.

    Components have names of their own in every system, so the columns of two systems differ.

    Returns
    -------
    pyarrow.Table
        Columns ``trajectory``, ``time``, and one for each component; the attributes are in the metadata as JSON.
    """
    import pyarrow

    series = dataset["series"].values
    columns = {
        "trajectory": np.repeat(np.arange(len(series)), series.shape[1]),
        "time": np.tile(dataset["time"].values, len(series)),
    }
    columns |= {
        name: series[..., k].ravel() for k, name in enumerate(structured_attributes(dataset.attrs)["components"])
    }
    return pyarrow.table(columns, metadata={"dysts": json.dumps(structured_attributes(dataset.attrs))})


def to_darts(dataset: "xarray.Dataset") -> list[Any]:
    """Return a `darts.TimeSeries` for each trajectory, indexed by the number of the point.

    darts knows dates and whole numbers only; the times are those of the data set.

    Returns
    -------
    list of darts.TimeSeries
    """
    import pandas
    from darts import TimeSeries

    index = pandas.RangeIndex(dataset.sizes["time"], name="point")
    names = structured_attributes(dataset.attrs)["components"]
    return [TimeSeries.from_times_and_values(index, values, columns=names) for values in to_numpy(dataset)]


def to_torch(
    data: "xarray.Dataset | _Collection",
    *,
    context: int,
    horizon: int,
    stride: int = 1,
    univariate: bool = False,
) -> Any:
    """Return a PyTorch `Dataset` of all windows of all trajectories of one system, or of all systems of a collection.

    Parameters
    ----------
    data : xarray.Dataset or Collection
        The series of one system, or a mapping from names of systems to them; those of a collection are read into
        memory.
    context, horizon : int
        Points that a model sees, and points that follow.
    stride : int
        Points from one window to the next.
    univariate : bool
        Take each component for a trajectory of its own, with one component. Systems have different numbers of
        components, so that the windows of a collection can be stacked into batches only in this way.

    Returns
    -------
    torch.utils.data.Dataset
        Its items are pairs of tensors [context, component] and [horizon, component], in memory of their own: a copy
        costs a microsecond, and a model that changes its input changes no window of another one. It can be sent to
        other processes, by whatever method they start. A window lies within one trajectory; ``system_of(index)`` names
        its system.

    Raises
    ------
    InvalidArgumentError
        If no window fits into a trajectory, or `data` holds no series.
    """
    import xarray

    from dysts.datasets.windows import Windows

    if isinstance(data, xarray.Dataset):
        data = {str(data.attrs.get("system", "the data set")): data}
    if not isinstance(data, Mapping):
        raise InvalidArgumentError(
            f"data must be a data set of one system, or a collection of them, got {type(data).__name__}"
        )
    series = {str(name): dataset["series"].values for name, dataset in data.items()}
    return Windows(series, context=context, horizon=horizon, stride=stride, univariate=univariate)


def write_csv(collection: _Collection, folder: str | os.PathLike[str]) -> Path:
    """Write ``SYSTEM.csv`` for each system: a row for each point, numbers that read back to the same bits."""

    def write(dataset: "xarray.Dataset", path: Path) -> None:
        series, times = dataset["series"].values, dataset["time"].values
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["trajectory", "time", *map(as_cell, structured_attributes(dataset.attrs)["components"])])
            for trajectory, points in enumerate(series):
                # The text of a Python float is the shortest that reads back to the same number.
                writer.writerows(
                    [trajectory, time, *point] for time, point in zip(times.tolist(), points.tolist(), strict=True)
                )

    return _write_each(collection, folder, "csv", write)


def write_parquet(collection: _Collection, folder: str | os.PathLike[str]) -> Path:
    """Write ``SYSTEM.parquet`` for each system, in the columns of `to_arrow`."""
    from pyarrow import parquet

    return _write_each(
        collection, folder, "parquet", lambda dataset, path: parquet.write_table(to_arrow(dataset), path)
    )


def write_huggingface(collection: _Collection, folder: str | os.PathLike[str]) -> Path:
    """Write a folder that `datasets.load_dataset` reads, and that can be pushed to the hub as it is.

    A row is a trajectory, in the columns of `dysts.datasets.trajectory_table.COLUMNS`; its ``series`` is a list over
    time of lists over components, so systems of any number of components stand in one table.
    """
    kinds = {str(dataset["series"].dtype) for dataset in collection.values()}
    if len(kinds) != 1:
        raise InvalidArgumentError(f"the series must be of one type of number, got {', '.join(kinds) or 'no series'}")
    recipes = [Recipe.from_dict(json.loads(dataset.attrs["recipe"])) for dataset in collection.values()]
    splits = {recipe.split for recipe in recipes}
    if len(splits) != 1:
        raise InvalidArgumentError(f"the series must be of one split, got {', '.join(sorted(splits))}")
    recipe = recipes[0]
    path = f"data/{hub_split(recipe)}-00000-of-00001.parquet"
    tables = hub_tables([recipe], {recipe.name: path}, {recipe.name: len(recipes)})
    with _new_folder(folder) as part:
        (part / "data").mkdir()
        write_trajectories(collection.values(), part / path, dtype=kinds.pop())
        (part / "README.md").write_text(card(tables, cite_as=cite_method("dysts")), encoding="utf-8")
    return Path(folder)


def _write_each(
    collection: _Collection,
    folder: str | os.PathLike[str],
    suffix: str,
    write: Callable[["xarray.Dataset", Path], None],
) -> Path:
    with _new_folder(folder) as part:
        for name in collection:
            write(collection[name], part / f"{name}.{suffix}")
    return Path(folder)


@contextlib.contextmanager
def _new_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a folder that appears when all of its files are written; one that exists is refused."""
    final = Path(folder)
    if final.exists():
        raise StorageError(f"{final} exists already; choose another folder or remove it")
    with replacing(final) as part:
        part.mkdir()
        yield part


WRITERS: dict[str, Callable[[_Collection, str | os.PathLike[str]], Path]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "huggingface": write_huggingface,
}
