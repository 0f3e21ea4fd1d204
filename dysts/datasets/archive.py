"""Packs groups into zip files that are the same bytes every time, and unpacks them without trusting them."""

import os
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from dysts.errors import StorageError

_ALLOWED = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_BLOCK = 2**20
FILES_OF_A_GROUP, BYTES_OF_A_FILE = 16, 4096
"""Entries allowed for each group, and one more for so many bytes of the archive: a group of one block has at most
twelve files, and the shards of larger ones have megabytes."""


def pack(folders: Mapping[str, Path], destination: Path) -> None:
    """Write the files of some folders, each under a name of its own, into one zip file.

    The content is compressed already, so it is stored as it is; names are sorted and carry no time of change.

    Parameters
    ----------
    folders : mapping of str to Path
    destination : Path

    Raises
    ------
    OSError
    """
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(folders):
            files = sorted(path for path in folders[name].rglob("*") if path.is_file())
            for path in files:
                entry = zipfile.ZipInfo(f"{name}/{path.relative_to(folders[name]).as_posix()}", _EPOCH)
                entry.external_attr = 0o100644 << 16
                with archive.open(entry, "w", force_zip64=True) as target, path.open("rb") as source:
                    while block := source.read(_BLOCK):
                        target.write(block)


def unpack(source: Path, folder: Path, *, groups: int = 1) -> None:
    """Unpack a zip file into an empty folder, or refuse it as a whole.

    Parameters
    ----------
    source : Path
    folder : Path
    groups : int
        Number of groups in it, which bounds the number of entries.

    Raises
    ------
    StorageError
        If it is no zip file, an entry is damaged, compressed, a link, outside the folder or there twice, if the
        entries overlap, or there are too many. Nothing outside the folder is touched.
    OSError
        If the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check(entries, source, groups)
            for entry in entries:
                target = folder / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as packed, target.open("xb") as file:
                    while block := packed.read(_BLOCK):
                        file.write(block)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error) as error:
        raise StorageError(f"{source} is no zip file that can be unpacked ({error})") from None


def _check(entries: list[zipfile.ZipInfo], source: Path, groups: int) -> None:
    if not entries:
        raise StorageError(f"{source} is an empty zip file")
    size = source.stat().st_size
    most = FILES_OF_A_GROUP * groups + size // BYTES_OF_A_FILE
    if len(entries) > most:
        raise StorageError(f"{source} must have at most {most} entries, got {len(entries)}")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        # Links could lead out of the folder, and a small compressed file could fill the disk.
        kind = (entry.external_attr >> 16) & 0o170000
        if not _ALLOWED.fullmatch(name) or ".." in name or os.path.isabs(name) or kind not in (0, 0o100000):
            raise StorageError(f"{source} holds the entry {name!r}, which is refused: it is no plain file inside it")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 0x1:
            raise StorageError(f"{source} holds the entry {name!r}, which is compressed or encrypted and refused")
        if name in seen:
            raise StorageError(f"{source} holds the entry {name!r} twice")
        seen.add(name)
    # Nothing is compressed, so entries that add up to more than the archive overlap.
    if sum(entry.file_size for entry in entries) > size:
        raise StorageError(f"{source} is refused: its entries overlap, and would unpack to more than it holds")
