"""Machine code for generated right-hand sides and for the drivers, kept on disk under a key of all it depends on.

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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llvmlite
import numba

from dysts.cache import ENVIRONMENT_VARIABLE, cache_folder, writable_folder, write_atomically
from dysts.errors import DystsWarning, StorageError
from dysts.generation import GeneratedFunction
from dysts.machine_code import CompiledFunction
from dysts.version import fingerprint

# Strict IEEE arithmetic: what a driver contracts or reassociates it says itself.
_OPTIONS: dict[str, Any] = {"error_model": "numpy"}

_lock = threading.RLock()


COMPILED = (
    "compilation.py",
    "emission",
    "expressions.py",
    "generation.py",
    "machine_code.py",
    "solvers",
    "symbolic.py",
)
"""The sources that decide about machine code."""


@functools.cache
def _fingerprint() -> str:
    versions = (sys.version, numba.__version__, llvmlite.__version__, fingerprint(*COMPILED))
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:16]


@functools.cache
def _code_folder() -> tuple[Path, bool]:
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


@contextlib.contextmanager
def _cached_in(folder: Path) -> Iterator[None]:
    # numba chooses the place of a function's cache when the function is decorated, from this one setting.
    settings: Any = numba.config
    previous = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        settings.CACHE_DIR = previous


def _with_cache(compile_it: Callable[[bool], Any], folder: Path, pattern: str) -> Any:
    """Compile through the disk cache; if what is there is damaged, throw it away and compile anew.

    Numba finds out where a file cannot be read, but runs whatever machine code one holds. So each file has its hash
    beside it, and one without is not trusted.
    """
    for path in folder.glob(f"*/{pattern}"):
        if not _is_sealed(path):
            path.unlink(missing_ok=True)
    try:
        result = compile_it(True)
    except Exception:  # noqa: BLE001 - unpickling a damaged file can raise anything
        for path in folder.glob(f"*/{pattern}"):
            path.unlink(missing_ok=True)
        return compile_it(False)
    for path in folder.glob(f"*/{pattern}"):
        # Another process may be about to do the same; a full disk only costs the next one the same work.
        with contextlib.suppress(OSError):
            if not _is_sealed(path):
                write_atomically(_seal(path), hashlib.sha256(path.read_bytes()).digest())
    return result


def _seal(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _is_sealed(path: Path) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).digest() == _seal(path).read_bytes()
    except OSError:
        return False


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
    folder, _ = _code_folder()
    return CodeFile(folder / name)


_functions: dict[str, CompiledFunction] = {}


def compile_function(generated: GeneratedFunction, name: str) -> CompiledFunction:
    """Compile a generated function once per process, from the disk cache where it is known.

    Parameters
    ----------
    generated : GeneratedFunction
    name : str
        Appears in the name of the source file, for people who look into the cache.
    """
    with _lock:
        if generated.digest not in _functions:
            folder, _ = _code_folder()
            _functions[generated.digest] = CompiledFunction(generated, name, folder)
        return _functions[generated.digest]


class Driver:
    """A compiled loop of this package with one signature, compiled or loaded at its first call.

    Compiling at import would cost everybody seconds; a plain ``njit(cache=True)`` would not notice changes in
    the helper functions of other files, nor survive a damaged cache file.
    """

    def __init__(self, function: Callable[..., Any], signature: Any) -> None:
        self.function = function
        self.signature = signature
        self._compiled: Any = None
        functools.update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        if self._compiled is None:
            with _lock:
                if self._compiled is None:
                    self._compiled = self._compile()
        return self._compiled(*arguments)

    def _compile(self) -> Any:
        folder, _ = _code_folder()

        def build(cache: bool) -> Any:
            return numba.njit([self.signature], cache=cache, nogil=True, **_OPTIONS)(self.function)

        name = self.function.__name__
        with _cached_in(folder):
            return _with_cache(build, folder, f"*{name}*.nb?")


def driver(signature: Any) -> Callable[[Callable[..., Any]], Driver]:
    """Mark a function as a compiled driver of the given numba signature."""
    return lambda function: Driver(function, signature)
