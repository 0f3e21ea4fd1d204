"""Where the project keeps what it can make again: compiled code and precomputed series."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from dysts.errors import StorageError

ENVIRONMENT_VARIABLE = "DYSTS_CACHE"


def cache_folder() -> Path:
    """Return the folder for everything that can be made again.

    It is ``$DYSTS_CACHE`` if that is set, else ``dysts`` in the user's cache folder
    (``$XDG_CACHE_HOME``, ``~/.cache``, ``~/Library/Caches`` or ``%LOCALAPPDATA%``).
    The folder is not created.
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "dysts"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "dysts"
    if sys.platform == "win32" and os.environ.get("LOCALAPPDATA"):
        return Path(os.environ["LOCALAPPDATA"]) / "dysts"
    return Path.home() / ".cache" / "dysts"


def writable_folder(path: Path) -> Path:
    """Create a folder if need be and prove that a file can be written into it.

    Raises
    ------
    StorageError
        If it cannot be created or written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        hint = f"set {ENVIRONMENT_VARIABLE} to a folder that can be written"
        raise StorageError(f"cannot write to {path}: {error.strerror or error}; {hint}") from None
    return path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a whole file or nothing: readers and killed processes never see a part of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
