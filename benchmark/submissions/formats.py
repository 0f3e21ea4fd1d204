"""Series by task as NPZ, Parquet and CSV: written all three ways, read from whichever a submission has.

Nothing that a file says of itself is believed: sizes are bounded by what the tasks need before anything is unpacked,
and no reader can run code.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dysts.cache import replacing
from dysts.errors import InvalidArgumentError, StorageError, unreadable

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
NPZ, PARQUET, CSV_FOLDER = "{}.npz", "{}.parquet", "{}-csv"
"""Names of the three forms, of which the first part is ``train`` or ``forecasts``."""
COLUMNS = ("task", "point", "component", "value")
"""Columns of the Parquet form; points count from 0."""
BYTES_PER_NUMBER = 40
"""Largest number of bytes that a number takes in any of the forms, as text with its separator."""
SPARE_BYTES = 4096
"""Bytes for the head of a file or of an entry."""
_IDENTIFIER = re.compile(r"[0-9a-f]{8,64}")


def write_series(
    folder: Path, stem: str, series: Mapping[str, Array], components: Mapping[str, tuple[str, ...]]
) -> None:
    """Write series, float64 [time, component] by task, as NPZ, Parquet and one CSV file for each.

    Parameters
    ----------
    folder : Path
        Exists.
    stem : str
        First part of the names, ``"train"`` or ``"forecasts"``.
    series, components : mapping
        By the identifier of the task.
    """
    arrays: dict[str, Any] = dict(series)
    with replacing(folder / NPZ.format(stem)) as part, part.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    tables = [_long(task, values, components[task]) for task, values in series.items()]
    with replacing(folder / PARQUET.format(stem)) as part:
        pq.write_table(pa.concat_tables(tables), part, compression="zstd")
    with replacing(folder / CSV_FOLDER.format(stem)) as part:
        part.mkdir()
        for task, values in series.items():
            # Numbers by their shortest text that gives the same bits back.
            lines = [",".join(map(repr, row)) for row in values.tolist()]
            text = "\n".join([",".join(components[task]), *lines]) + "\n"
            (part / f"{task}.csv").write_text(text, encoding="utf-8")


def read_series(
    folder: Path, stem: str, shapes: Mapping[str, tuple[int, int]], components: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, Array], dict[str, str]]:
    """Read the series of tasks from the one form in which a folder has them.

    Parameters
    ----------
    folder : Path
    stem : str
    shapes : mapping of str to (int, int)
        Points and components that each task needs.
    components : mapping of str to tuple of str
        Names of the components of each task.

    Returns
    -------
    series : dict of str to ndarray
        Of the tasks whose series is right.
    problems : dict of str to str
        What is wrong with the others, by task, and with entries that belong to no task, by their names.

    Raises
    ------
    StorageError
        If a file cannot be read at all.
    InvalidArgumentError
        If the folder has none of the forms or several, or a file is larger than the tasks need.
    """
    readers: Mapping[str, Callable[..., Iterator[tuple[str, Array | str]]]] = {
        NPZ.format(stem): _from_npz,
        PARQUET.format(stem): _from_parquet,
        CSV_FOLDER.format(stem): _from_csv,
    }
    found = [name for name in readers if (folder / name).exists()]
    if len(found) != 1:
        told = f"got {' and '.join(found)}" if found else "got none of them"
        raise InvalidArgumentError(f"{folder} must hold one of {', '.join(readers)}, {told}")
    path = folder / found[0]
    if path.is_symlink():
        raise StorageError(f"cannot read {path}: it is a link, which may lead anywhere")
    series: dict[str, Array] = {}
    problems: dict[str, str] = {}
    for name, value in readers[found[0]](path, shapes, components):
        shown = name if _IDENTIFIER.fullmatch(name) else ascii(name)[:60]
        if name not in shapes:
            problems[shown] = "it is no task of the suite"
        elif name in series or name in problems:
            series.pop(name, None)
            problems[name] = "it stands there twice"
        elif isinstance(value, str):
            problems[name] = value
        elif value.shape != shapes[name]:
            problems[name] = f"its shape must be {shapes[name]}, got {value.shape}"
        elif not np.isfinite(value).all():
            problems[name] = f"{int((~np.isfinite(value)).sum())} of its {value.size} numbers are not finite"
        else:
            series[name] = value
    return series, problems


def _long(task: str, values: Array, components: tuple[str, ...]) -> pa.Table:
    points, width = values.shape
    return pa.table(
        {
            "task": pa.array([task] * values.size).dictionary_encode(),
            "point": pa.array(np.repeat(np.arange(points, dtype=np.int32), width)),
            "component": pa.array(list(components) * points).dictionary_encode(),
            "value": pa.array(values.ravel()),
        }
    )


def _largest(shapes: Mapping[str, tuple[int, int]]) -> int:
    """Return the largest number of bytes that the series of all tasks can take."""
    return sum(BYTES_PER_NUMBER * points * width + SPARE_BYTES for points, width in shapes.values()) + SPARE_BYTES


def _check_size(path: Path, size: int, largest: int) -> None:
    if size > largest:
        raise InvalidArgumentError(f"{path} must have at most {largest} bytes, which the tasks need, got {size}")


def _from_npz(
    path: Path, shapes: Mapping[str, tuple[int, int]], _: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, Array | str]]:
    largest = _largest(shapes)
    _check_size(path, path.stat().st_size, largest)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_size(path, sum(entry.file_size for entry in entries), largest)
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                yield name, _entry(archive, entry, shapes[name]) if name in shapes else ""
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise unreadable(path, error, what="the series") from error


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shape: tuple[int, int]) -> Array | str:
    """Return an array of the archive, or what is wrong with it; no larger one than the task needs is made."""
    largest = BYTES_PER_NUMBER * shape[0] * shape[1] + SPARE_BYTES
    if entry.file_size > largest:
        return f"it must have at most {largest} bytes, got {entry.file_size}"
    try:
        with archive.open(entry) as file:
            # The declared size of an entry is not to be trusted, so that no more than it may have is read.
            content = io.BytesIO(file.read(largest + 1))
        version = np.lib.format.read_magic(content)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        if version not in read_header:
            return f"its NPY version must be 1.0 or 2.0, got {version[0]}.{version[1]}"
        found, _, kind = read_header[version](content)
        if found != shape:
            return f"its shape must be {shape}, got {found}"
        if kind.kind not in "fiu":
            return f"its numbers must be real, got {kind}"
        content.seek(0)
        return np.asarray(np.lib.format.read_array(content, allow_pickle=False), dtype=np.float64)
    except (ValueError, OSError, EOFError, SyntaxError, zipfile.BadZipFile, zlib.error) as error:
        return f"it cannot be read: {error}"[:200]


def _from_parquet(
    path: Path, shapes: Mapping[str, tuple[int, int]], components: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, Array | str]]:
    import pandas as pd

    largest = _largest(shapes)
    _check_size(path, path.stat().st_size, largest)
    needed = sum(points * width for points, width in shapes.values())
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > 2 * needed:
                raise InvalidArgumentError(
                    f"{path} must have {needed} rows, one for each number, got {file.metadata.num_rows}"
                )
            absent = [name for name in COLUMNS if name not in file.schema_arrow.names]
            if absent:
                raise InvalidArgumentError(f"{path} must have the columns {', '.join(COLUMNS)}; it lacks {absent[0]!r}")
            table = file.read(columns=list(COLUMNS)).to_pandas()
    except (OSError, ValueError, pa.ArrowException) as error:
        if isinstance(error, InvalidArgumentError):
            raise
        raise unreadable(path, error, what="the series") from error
    points = pd.to_numeric(table["point"], errors="coerce")
    values = pd.to_numeric(table["value"], errors="coerce")
    table = table.assign(
        point=points, value=values, task=table["task"].astype(str), component=table["component"].astype(str)
    )
    for name, rows in table.groupby("task", sort=False):
        task = str(name)
        yield task, _from_rows(rows, shapes[task], components[task]) if task in shapes else ""


def _from_rows(rows: "pd.DataFrame", shape: tuple[int, int], components: tuple[str, ...]) -> Array | str:
    strange = sorted(set(rows["component"]) - set(components))
    if strange:
        return f"its components must be {', '.join(components)}, got {ascii(strange[0])[:60]}"
    places = rows["point"]
    if places.isna().any() or ((places % 1) != 0).any() or (places < 0).any() or (places >= shape[0]).any():
        return f"its points must be whole numbers from 0 to {shape[0] - 1}"
    if rows.duplicated(["point", "component"]).any():
        return "numbers of it stand there twice"
    if len(rows) != shape[0] * shape[1]:
        return f"it must have {shape[0] * shape[1]} numbers, got {len(rows)}"
    columns = [components.index(name) for name in rows["component"]]
    values = np.full(shape, np.nan)
    values[places.to_numpy(dtype=np.int64), columns] = rows["value"].to_numpy(dtype=np.float64)
    return values


def _from_csv(
    path: Path, shapes: Mapping[str, tuple[int, int]], components: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, Array | str]]:
    try:
        files = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise unreadable(path, error, what="the series") from error
    for file in files:
        task = file.name.removesuffix(".csv")
        yield task, _from_lines(file, shapes[task], components[task]) if task in shapes else ""


def _from_lines(path: Path, shape: tuple[int, int], components: tuple[str, ...]) -> Array | str:
    largest = BYTES_PER_NUMBER * shape[0] * shape[1] + SPARE_BYTES
    try:
        if path.is_symlink() or not path.is_file():
            return "it is no regular file"
        if path.stat().st_size > largest:
            return f"it must have at most {largest} bytes, got {path.stat().st_size}"
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        return f"it cannot be read: {error}"[:200]
    names = tuple(name.strip() for name in lines[0].split(",")) if lines else ()
    if names != components:
        return f"its first line must be {','.join(components)}, got {ascii(','.join(names))[:60]}"
    rows = [line.split(",") for line in lines[1:] if line.strip()]
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        return f"it must have {shape[0]} lines of {shape[1]} numbers after the first, got {len(rows)} lines"
    try:
        return np.array([[float(cell) for cell in row] for row in rows], dtype=np.float64).reshape(shape)
    except ValueError as error:
        return f"a cell of it is no number: {error}"[:200]
