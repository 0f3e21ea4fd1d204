"""Writes trajectories of systems of any number of components into one Parquet table, a row for each trajectory."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.datasets.plain_attributes import structured_attributes
from dysts.errors import NotSupportedError
from dysts.version import install_command

if TYPE_CHECKING:
    import xarray

ROW_GROUP_BYTES = 32 * 2**20
"""Largest size of the numbers of a row group, which a reader that streams holds in memory."""
COLUMNS = {
    "system": "name of the dynamical system",
    "trajectory": "number of the trajectory among those of its system",
    "step": "time between two points, in the system's own time",
    "period": "dominant period of the system, in its own time",
    "lyapunov_exponent": "largest Lyapunov exponent, per unit of the system's own time; null where none is known",
    "components": "names of the observed components",
    "series": "values: a list over time of lists over components",
}
"""Names of the columns, with their meaning."""


def write_trajectories(datasets: Iterable["xarray.Dataset"], path: Path, *, dtype: str) -> None:
    """Write a table of trajectories, block by block.

    Parameters
    ----------
    datasets : iterable of xarray.Dataset
        One for each system, as a collection opens them.
    path : Path
        The Parquet file.
    dtype : {"float64", "float32"}
        Type of the numbers.

    Raises
    ------
    NotSupportedError
        If pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise NotSupportedError(f"Parquet tables need pyarrow: {install_command('benchmark')}") from None

    number = pyarrow.from_numpy_dtype(np.dtype(dtype))
    texts, numbers = pyarrow.list_(pyarrow.string()), pyarrow.list_(pyarrow.list_(number))
    kinds = (pyarrow.string(), pyarrow.int64(), *[pyarrow.float64()] * 3, texts, numbers)
    schema = pyarrow.schema(list(zip(COLUMNS, kinds, strict=True)))
    with parquet.ParquetWriter(path, schema) as writer:
        for dataset in datasets:
            for first, last in _blocks(dataset):
                writer.write_table(pyarrow.table(_columns(dataset, first, last, number), schema=schema))


def _blocks(dataset: "xarray.Dataset") -> Iterable[tuple[int, int]]:
    count = dataset.sizes["trajectory"]
    rows = max(1, ROW_GROUP_BYTES * count // max(1, dataset["series"].nbytes))
    return [(first, min(first + rows, count)) for first in range(0, count, rows)]


def _columns(dataset: "xarray.Dataset", first: int, last: int, number: Any) -> list[Any]:
    import pyarrow

    attributes = structured_attributes(dataset.attrs)
    series = dataset["series"][first:last].values
    count, points, components = series.shape
    inner = pyarrow.ListArray.from_arrays(
        pyarrow.array(np.arange(0, series.size + 1, components, dtype=np.int32)),
        pyarrow.array(series.ravel(), number),
    )
    outer = pyarrow.ListArray.from_arrays(
        pyarrow.array(np.arange(0, count * points + 1, points, dtype=np.int32)), inner
    )
    same = [attributes[name] for name in ("step", "period", "lyapunov_exponent", "components")]
    return [
        [attributes["system"]] * count,
        list(range(first, last)),
        *[[value] * count for value in same],
        outer,
    ]
