"""Compiled loops of this package, which numba caches on disk and which are loaded only under a valid seal."""

import contextlib
import functools
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba

from dysts.cache import write_atomically
from dysts.compilation.code_cache import code_folder, lock
from dysts.progress import tell

# Strict IEEE arithmetic: numba neither contracts nor reassociates operations of a driver.
_OPTIONS: dict[str, Any] = {"error_model": "numpy"}


@contextlib.contextmanager
def _cached_in(folder: Path) -> Iterator[None]:
    # numba chooses the cache folder of a function when it is decorated, from this one setting.
    settings: Any = numba.config
    previous = settings.CACHE_DIR
    settings.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        settings.CACHE_DIR = previous


def _with_cache(compile_it: Callable[[bool], Any], folder: Path, pattern: str) -> Any:
    """Load from the disk cache or compile; a damaged entry is deleted and compiled anew.

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
        # Another process may write the same entry; on a full disk the next process compiles again.
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


@contextlib.contextmanager
def _one_process_at_a_time(path: Path) -> Iterator[None]:
    # The workers of a benchmark need the same drivers at the same moment; the first one compiles, the others load.
    from filelock import FileLock

    with contextlib.ExitStack() as stack:
        # Where files cannot be locked, each process compiles for itself.
        with contextlib.suppress(OSError, NotImplementedError):
            stack.enter_context(FileLock(path))
        yield


@functools.cache
def _tell_of_compiling() -> None:
    """Tell, once in a process, why the first calls take seconds."""
    tell("compiling for the first time, which takes some seconds; 'dysts warm-up' compiles everything at once")


class Driver:
    """A compiled loop of this package with one signature, compiled or loaded at its first call.

    Compiling at import would cost everybody seconds; a plain ``njit(cache=True)`` would not notice changes in
    the helper functions of other files, nor survive a damaged cache file.
    """

    def __init__(self, function: Callable[..., Any], signature: Any, *, allocates: bool) -> None:
        self.function = function
        self.signature = signature
        self.options = _OPTIONS if allocates else _OPTIONS | {"_nrt": False}
        self._compiled: Any = None
        functools.update_wrapper(self, function)

    def __call__(self, *arguments: Any) -> Any:
        if self._compiled is None:
            self.load()
        return self._compiled(*arguments)

    def load(self) -> None:
        """Load the machine code, or compile it, unless that was done."""
        with lock:
            if self._compiled is None:
                self._compiled = self._compile()

    def _compile(self) -> Any:
        folder, _ = code_folder()

        def build(cache: bool) -> Any:
            return numba.njit([self.signature], cache=cache, nogil=True, **self.options)(self.function)

        name = self.function.__name__
        pattern = f"*{name}*.nb?"
        with contextlib.ExitStack() as stack:
            stack.enter_context(_cached_in(folder))
            if not any(_is_sealed(path) for path in folder.glob(f"*/{pattern}")):
                _tell_of_compiling()
                stack.enter_context(_one_process_at_a_time(folder / f"{name}.lock"))
            return _with_cache(build, folder, pattern)


def driver(signature: Any, *, allocates: bool = True) -> Callable[[Callable[..., Any]], Driver]:
    """Mark a function as a compiled driver of the given numba signature.

    Parameters
    ----------
    signature
    allocates : bool
        Whether the function makes arrays. One that gets all its memory from the caller is compiled without counts of
        references; these are atomic, and take a third of the time of a loop that passes its arrays in tuples.
    """
    return lambda function: Driver(function, signature, allocates=allocates)
