"""The folder of compiled code, named by a fingerprint of everything that the code depends on.

The key is the name of a folder: it hashes the versions of Python, numba, llvmlite and this package's own compiled
sources, so an upgrade of any of them can never meet stale code. Inside, numba's own index adds the processor.
"""

import atexit
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

from dysts.cache import (
    ENVIRONMENT_VARIABLE,
    SharedFolderError,
    cache_folder,
    private_folder,
    users_cache_folder,
)
from dysts.errors import DystsWarning, StorageError
from dysts.version import fingerprint

lock = threading.RLock()
"""Lock held while a function is compiled or loaded."""


COMPILED = ("compilation", "equations", "solvers")
"""The source files whose change makes stored machine code outdated."""


@functools.cache
def _fingerprint() -> str:
    versions = (sys.version, numba.__version__, llvmlite.__version__, fingerprint(*COMPILED))
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


@functools.cache
def code_folder() -> tuple[Path, bool]:
    """Return the folder for compiled code and whether it outlives this process.

    Where the cache folder is shared, as one for the data of a group may be, compiled code goes to the user's own.
    """
    try:
        try:
            return _private_folder(cache_folder()), True
        except SharedFolderError:
            if cache_folder() == users_cache_folder():
                raise
            return _private_folder(users_cache_folder()), True
    except StorageError as error:
        if os.environ.get(ENVIRONMENT_VARIABLE) and not isinstance(error, SharedFolderError):
            raise
        warnings.warn(f"{error}; compiled code is not kept", DystsWarning, stacklevel=2)
        temporary = Path(tempfile.mkdtemp(prefix="dysts-"))
        atexit.register(shutil.rmtree, temporary, ignore_errors=True)
        return temporary, False


def _private_folder(cache: Path) -> Path:
    return private_folder(private_folder(cache / "compiled") / _fingerprint())
