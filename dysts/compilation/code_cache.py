"""The folder of compiled code, under a key of all it depends on.

The key is the name of a folder: it hashes the versions of Python, numba, llvmlite and this package's own compiled
sources, so an upgrade of any of them can never meet stale code. Inside, numba's own index adds the processor.
"""

import atexit
import contextlib
import functools
import hashlib
import os
import shutil
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import llvmlite
import numba

from dysts.cache import ENVIRONMENT_VARIABLE, cache_folder, writable_folder, write_atomically
from dysts.errors import DystsWarning, StorageError
from dysts.version import fingerprint

lock = threading.RLock()
"""Held while something is compiled or loaded."""


COMPILED = ("compilation", "equations", "solvers")
"""The sources that decide about machine code."""


@functools.cache
def _fingerprint() -> str:
    versions = (sys.version, numba.__version__, llvmlite.__version__, fingerprint(*COMPILED))
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


@functools.cache
def code_folder() -> tuple[Path, bool]:
    """Return the folder for compiled code and whether it outlives this process."""
    try:
        return writable_folder(cache_folder() / "compiled" / _fingerprint()), True
    except StorageError as error:
        if os.environ.get(ENVIRONMENT_VARIABLE):
            raise
        warnings.warn(f"{error}; compiled code is not kept", DystsWarning, stacklevel=2)
        temporary = Path(tempfile.mkdtemp(prefix="dysts-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return temporary, False


class CodeFile:
    """A text file beside the compiled code, for what is dear to make and depends on the same versions."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> str | None:
        """Return its text, or nothing if it is not there or cannot be read."""
        try:
            return self.path.read_text()
        except (OSError, UnicodeDecodeError):
            return None

    def write(self, text: str) -> None:
        """Write it whole; a full disk or a lost folder only costs the next process the same work."""
        with contextlib.suppress(OSError):
            write_atomically(self.path, text.encode())


def code_file(name: str) -> CodeFile:
    """Return the file of this name beside the compiled code."""
    folder, _ = code_folder()
    return CodeFile(folder / name)
