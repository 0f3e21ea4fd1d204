"""Writes what a hub and an archive want beside published data sets: card, Croissant metadata, licence and hashes."""

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

from dysts.cache import write_atomically
from dysts.citations import cite_method
from dysts.datasets.catalogue import CATALOGUE, Catalogue, read_catalogue, read_index
from dysts.datasets.croissant import croissant
from dysts.datasets.hub_card import card, hub_tables
from dysts.datasets.publish import TABLE
from dysts.datasets.source import Source
from dysts.version import PACKAGE

CARD, CROISSANT, LICENSE, SUMS = "README.md", "croissant.json", "LICENSE", "SHA256SUMS"
RELATIVE = "./"
"""Address of a data set whose place on the web is not known yet: the folder of its metadata."""
_LAZY = """\
Each data set is there three times: as a Parquet table, as zip files of Zarr groups, and as Zarr groups for lazy
reading. `dysts.open_dataset(NAME, source=ADDRESS)` downloads or reads it, and compares it with its hashes.

"""
_FILES_ONLY = """\
Each data set is there as zip files of Zarr groups and as Zarr groups for lazy reading, which
`dysts.open_dataset(NAME, source=ADDRESS)` downloads or reads, and compares with the hashes in `catalogue.json`.

"""


def write_hub_files(
    folder: str | os.PathLike[str], *, address: str | None = None, date: datetime.date | None = None
) -> list[str]:
    """Write ``README.md``, ``croissant.json``, ``LICENSE`` and ``SHA256SUMS`` for all data sets in a published folder.

    Parameters
    ----------
    folder : str or path-like
        What `dysts.datasets.publish.publish` has written.
    address : str, optional
        Web address of the data set, once it is known.
    date : date, optional
        Of publication, by default today.

    Returns
    -------
    list of str
        The names of the files.

    Raises
    ------
    StorageError
        If the folder holds no published data sets, or cannot be written.
    """
    root = Path(folder)
    source = Source(root)
    catalogues = {name: read_catalogue(source, name) for name in sorted(read_index(source), key=_order)}
    found = {name: catalogue for name, catalogue in catalogues.items() if catalogue is not None}
    tables = hub_tables(
        [catalogue.recipe for name, catalogue in found.items() if (root / name / TABLE).exists()],
        {name: f"{name}/{TABLE}" for name in found},
        {name: len(catalogue.systems) for name, catalogue in found.items()},
    )
    citation = cite_method("dysts")
    listed = [_listed(root, path) for name, catalogue in found.items() for path in _paths(root, name, catalogue)]
    contents = {
        CARD: card(tables, cite_as=citation, more=_LAZY if tables else _FILES_ONLY).encode(),
        CROISSANT: croissant(
            tables,
            listed,
            address=address or RELATIVE,
            cite_as=citation,
            date=date or datetime.datetime.now(datetime.UTC).date(),
        ),
        LICENSE: license_file().read_bytes(),
    }
    for name, content in contents.items():
        write_atomically(root / name, content)
    archives = {archive.archive.file: archive.archive.sha256 for c in found.values() for archive in c.systems.values()}
    sums = {file["path"]: file["sha256"] for file in listed} | archives
    sums |= {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in (CATALOGUE, *contents)}
    write_atomically(root / SUMS, "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode())
    return [*contents, SUMS]


def license_file() -> Path:
    """Return the path of the licence of this package."""
    inside = PACKAGE / LICENSE
    # A wheel carries the file inside the package; in a checkout it stays at the top of the repository.
    return inside if inside.exists() else PACKAGE.parent / LICENSE


def _order(name: str) -> tuple[str, bool, str]:
    """Return a key that puts the split for training before that for testing."""
    split, _, rest = name.partition("-")
    return (rest, split != "train", name) if split in ("train", "test") else (name, False, name)


def _paths(root: Path, name: str, catalogue: Catalogue) -> list[str]:
    table = f"{name}/{TABLE}"
    return [*([table] if (root / table).exists() else []), catalogue.everything.file, f"{name}/{CATALOGUE}"]


def _listed(root: Path, path: str) -> dict[str, Any]:
    with (root / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": path, "bytes": (root / path).stat().st_size, "sha256": digest}
