"""Brings published groups into the cache folder: resumed, verified, unpacked safely, and renamed when complete."""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from dysts.cache import cannot_write, put_in_place, temporary_folder
from dysts.datasets.archive import unpack
from dysts.datasets.catalogue import Archive, Catalogue, Published
from dysts.datasets.source import Source
from dysts.datasets.store import METADATA, ORIGIN, group_path, read_group, seal
from dysts.datasets.verification import verify_group
from dysts.errors import StorageError
from dysts.systems.registry import Registry, registry_of
from dysts.systems.system import System

CONNECTIONS = 8
ALL_AT_ONCE = 0.5
"""Share of the systems from which on the file with all of them is fetched instead of one for each."""


def download(
    catalogue: Catalogue,
    source: Source,
    systems: Sequence[str],
    folder: Path,
    *,
    registry: Registry | None = None,
    report: Callable[[str], None] | None = None,
) -> None:
    """Download systems of a data set and put them into a folder, replacing what is there.

    Parameters
    ----------
    catalogue : Catalogue
    source : Source
        Where it comes from.
    systems : sequence of str
        Of the catalogue.
    folder : Path
        Gets a group for each; a group that is there is complete and verified.
    registry : Registry, optional
        Holds the systems beside those of the package.
    report : callable, optional
        Receives lines of progress.

    Raises
    ------
    StorageError
        If something cannot be fetched, does not match its hash, or cannot be written. The systems before it stay, and
        the same call goes on where it was.
    """
    say = report or (lambda _line: None)
    known = {name: registry_of(registry).find(name) for name in systems}
    name = catalogue.recipe.name
    if len(systems) > 1 and len(systems) >= ALL_AT_ONCE * len(catalogue.systems):
        say(f"{name}: fetching {catalogue.everything.bytes / 1e6:.1f} MB from {source.base}")
        with _locked(folder, "everything"):
            missing = [system for system in systems if not _is_there(folder, known[system], catalogue)]
            if missing:
                with _fetched(catalogue.everything, source, folder, "everything", say) as archive:
                    _install(archive, catalogue, source, [known[system] for system in missing], folder)
        return
    with ThreadPoolExecutor(min(CONNECTIONS, max(1, len(systems)))) as pool:
        tasks = {pool.submit(_one, catalogue, source, known[system], folder): system for system in systems}
        try:
            for count, done in enumerate(as_completed(tasks)):
                done.result()
                size = catalogue.systems[tasks[done]].archive.bytes
                say(f"{name} {count + 1}/{len(tasks)} {tasks[done]}: {size / 1e6:.2f} MB")
        except BaseException:
            for task in tasks:
                task.cancel()
            raise


def _one(catalogue: Catalogue, source: Source, system: System, folder: Path) -> None:
    published = catalogue.systems[system.name]
    with _locked(folder, system.name):
        if not _is_there(folder, system, catalogue):
            with _fetched(published.archive, source, folder, system.name, None) as archive:
                _install(archive, catalogue, source, [system], folder)


def _is_there(folder: Path, system: System, catalogue: Catalogue) -> bool:
    """Whether the very group is there, perhaps since another process has just downloaded it."""
    try:
        return read_group(group_path(folder, system)).seal == catalogue.systems[system.name].metadata_sha256
    except StorageError:
        return False


@contextlib.contextmanager
def _locked(folder: Path, name: str) -> Iterator[None]:
    """Let one process at a time download a thing; the lock of a process that is killed is free again."""
    from filelock import FileLock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{name}.lock")
        lock.acquire()
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror or error}") from None
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _fetched(
    archive: Archive, source: Source, folder: Path, name: str, say: Callable[[str], None] | None
) -> Iterator[Path]:
    """Yield a verified zip file, and delete it afterwards."""
    part = folder / f".{name}.{archive.sha256[:16]}.part"
    try:
        _check_space(archive, source, folder, part)
        _fetch(archive, source, part, say)
        try:
            yield part
        finally:
            # Its hash was right, so what is wrong inside it would be wrong again.
            part.unlink(missing_ok=True)
    except StorageError:
        raise
    except OSError as error:
        raise cannot_write(folder, error) from None


def _check_space(archive: Archive, source: Source, folder: Path, part: Path) -> None:
    """Refuse what the disk cannot hold twice, as an archive and unpacked, before the first byte."""
    there = part.stat().st_size if part.exists() else 0
    free = shutil.disk_usage(folder).free
    if 2 * archive.bytes - there > free:
        raise StorageError(
            f"cannot write to {folder}: No space left on device: {source.address(archive.file)} is announced with "
            f"{archive.bytes} bytes, and {free} bytes are free for it and its content; free some space, or set "
            "DYSTS_CACHE to a folder on another disk"
        )


def _fetch(archive: Archive, source: Source, part: Path, say: Callable[[str], None] | None) -> None:
    kept = part.exists()
    shown = -1

    def report(there: int) -> None:
        nonlocal shown
        percent = 100 * there // max(1, archive.bytes)
        if say and percent // 10 != shown // 10:
            say(f"{archive.file}: {percent} % of {archive.bytes / 1e6:.1f} MB")
            shown = percent

    # What an earlier run has left may be damaged, so a wrong hash is believed only of a whole new file.
    for attempt in range(2 if kept else 1):
        if attempt:
            part.unlink()
        source.fetch(archive.file, part, archive.bytes, report=report)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest == archive.sha256:
            return
    part.unlink()
    raise StorageError(
        f"{source.address(archive.file)} does not match its hash in the catalogue; it was damaged on the way or at the "
        "source: try again, and tell whoever publishes it if that does not help"
    )


def _install(archive: Path, catalogue: Catalogue, source: Source, systems: Sequence[System], folder: Path) -> None:
    with temporary_folder(folder / systems[0].name) as temporary:
        unpacked = temporary / "unpacked"
        unpacked.mkdir()
        unpack(archive, unpacked, groups=len(catalogue.systems))

        def install(system: System) -> None:
            group = unpacked / system.name
            published = catalogue.systems[system.name]
            _verify(group, published, source, catalogue, system)
            origin = {
                "source": source.base,
                "archive": published.archive.file,
                "sha256": published.archive.sha256,
                "metadata_sha256": published.metadata_sha256,
            }
            (group / ORIGIN).write_text(json.dumps(origin))
            place = temporary / system.name
            place.mkdir()
            os.rename(group, place / system.name)
            put_in_place(place / system.name, group_path(folder, system))

        # Bringing files to the disk is mostly waiting.
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(install, systems))


def _verify(group: Path, published: Published, source: Source, catalogue: Catalogue, system: System) -> None:
    where = source.address(published.archive.file)
    try:
        digest = hashlib.sha256((group / METADATA).read_bytes()).hexdigest()
    except OSError:
        raise StorageError(f"{where} does not hold the group {group.name}; tell whoever publishes it") from None
    if digest != published.metadata_sha256:
        raise StorageError(f"the series in {where} do not match the catalogue; tell whoever publishes it")
    (group / ORIGIN).unlink(missing_ok=True)
    seal(group)
    try:
        found = verify_group(group, recipe=catalogue.recipe, system=system)
    except StorageError as error:
        raise StorageError(f"the series in {where} are refused: {error}") from None
    for name, value in published.attributes.items():
        if found.attributes.get(name) != value:
            raise StorageError(
                f"the series in {where} do not match the catalogue in the attribute {name!r}; tell whoever publishes it"
            )
