"""The folder of everything that can be made again, and files and folders that are written whole or not at all."""

import contextlib
import errno
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dysts.errors import StorageError

ENVIRONMENT_VARIABLE = "DYSTS_CACHE"
TEMPORARY = ".dysts-"
"""Prefix of the names of temporary files and folders; hidden files of other programs beside them stay."""
ABANDONED_AFTER = 3600.0
"""Age in seconds at which a temporary file or folder counts as left by a process that was killed."""


class SharedFolderError(StorageError):
    """A folder for what only its user may write can be written by others."""


def cache_folder() -> Path:
    """Return the folder for everything that can be made again.

    It is ``$DYSTS_CACHE`` if that is set, else ``dysts`` in the user's cache folder
    (``$XDG_CACHE_HOME``, ``~/.cache``, ``~/Library/Caches`` or ``%LOCALAPPDATA%``).
    The folder is not created.
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(chosen).expanduser() if chosen else users_cache_folder()


def users_cache_folder() -> Path:
    """Return the folder ``dysts`` in the user's cache folder, whatever ``$DYSTS_CACHE`` says."""
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "dysts"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "dysts"
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "dysts"
    return Path.home() / ".cache" / "dysts"


def writable_folder(path: Path, *, mode: int = 0o777) -> Path:
    """Create a folder if need be and prove that a file can be written into it.

    Parameters
    ----------
    path : Path
    mode : int
        Permissions of the folder, less those that the process masks, if it is created.

    Raises
    ------
    StorageError
        If it cannot be created or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=mode, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        hint = f"set {ENVIRONMENT_VARIABLE} to a folder that can be written"
        raise StorageError(f"cannot write to {path}: {error.strerror or error}; {hint}") from None
    return path


def private_folder(path: Path) -> Path:
    """Create a folder with mode 0700 if need be, and prove that only its user can change what is in it.

    Who can write to a folder of compiled code runs code in the processes that read it. So the folder must belong to
    the user; neither others nor its group may write to it, nor rename one of the folders above it.

    Raises
    ------
    SharedFolderError
        If others can write to it.
    StorageError
        If it cannot be created or written.
    """
    writable_folder(path, mode=0o700)
    _check_private(path)
    return path


def _check_private(path: Path) -> None:
    if os.name != "posix":
        return
    user = os.geteuid()
    whole = path.resolve()
    for folder in (whole, *whole.parents):
        about = folder.stat()
        # In a folder with the sticky bit, such as /tmp, only the owner of an entry can rename it.
        others = about.st_mode & 0o022 and not (about.st_mode & stat.S_ISVTX and folder != whole)
        if others or about.st_uid not in ((user,) if folder == whole else (user, 0)):
            raise SharedFolderError(
                f"{folder} must belong to its user, and nobody else may write to it, for compiled code to be read from "
                f"{path}: chmod 700, or set {ENVIRONMENT_VARIABLE} to another folder"
            )


def cannot_write(path: Path, error: OSError) -> StorageError:
    """Return the exception for a file or folder that cannot be written, with advice where the disk is full."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    hint = f"; free some space, or set {ENVIRONMENT_VARIABLE} to a folder on another disk" if full else ""
    return StorageError(f"cannot write {path}: {error.strerror or error}{hint}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or nothing: readers and killed processes never see a part of it.

    Raises
    ------
    StorageError
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{TEMPORARY}{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise cannot_write(path, error) from None
        raise


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place for a file or folder that takes the place of `path` at the end, whole or not at all.

    Parameters
    ----------
    path : Path
        Replaced if it exists; its folder is created if need be.

    Yields
    ------
    Path
        Where the block writes a file or a folder, under the name of `path`. Nothing remains if the block fails.

    Raises
    ------
    StorageError
        If something cannot be written.

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> with replacing(folder / "report") as part:
    ...     part.mkdir()
    ...     _ = (part / "index.html").write_text("front page")
    ...     visible = (folder / "report").exists()
    >>> visible, [path.name for path in folder.rglob("*")]
    (False, ['report', 'index.html'])
    """
    with temporary_folder(path) as temporary:
        yield temporary / path.name
        put_in_place(temporary / path.name, path)


@contextlib.contextmanager
def temporary_folder(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` that is removed at the end.

    Raises
    ------
    StorageError
        For every error of the file system within the block, with the name of `path`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{TEMPORARY}{path.name}-"))
    except OSError as error:
        raise StorageError(f"cannot write to {path.parent}: {error.strerror or error}") from None
    try:
        yield temporary
    except StorageError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put_in_place(part: Path, path: Path) -> None:
    """Bring a complete file or folder to the disk, and rename it to its place.

    Parameters
    ----------
    part : Path
        In a folder from `temporary_folder`.
    path : Path
        Replaced if it exists.

    Raises
    ------
    OSError
    """
    _sync(part)
    outdated = part.with_name(f"outdated-{part.name}")
    if path.is_dir() or part.is_dir():
        # A folder cannot be replaced in one step, so the outdated one is moved aside first.
        with contextlib.suppress(FileNotFoundError):
            os.rename(path, outdated)
    try:
        os.replace(part, path)
    except OSError as error:
        # Another process may have put its folder there in between, and a folder replaces only an empty one.
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            if not path.exists():
                with contextlib.suppress(OSError):
                    os.rename(outdated, path)
            raise
    _sync_entry(path.parent)


def _sync(part: Path) -> None:
    files = [part]
    if part.is_dir():
        for parent, _, names in os.walk(part):
            files += [Path(parent, name) for name in names]
            _sync_entry(Path(parent))
        files = files[1:]
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _sync_entry(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_abandoned(folder: Path) -> None:
    now = time.time()
    for entry in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if now - entry.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()
