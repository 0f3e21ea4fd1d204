"""The folder of compiled code, under a key of all it depends on.

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

from dysts.cache import ENVIRONMENT_VARIABLE, cache_folder, writable_folder
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
