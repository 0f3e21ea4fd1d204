"""Worker processes that end with the process that started them, however that one ends."""

import contextlib
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection

from dysts.progress import LOGGER, tell

_CHECK_SECONDS = 1.0
"""Seconds between two checks that the parent is alive."""
_LAST_LINES_SECONDS = 5.0
"""Seconds in which the lines of processes that have ended are read."""
MOST_BYTES = 500
"""Largest length of a line; POSIX guarantees that so much goes into a pipe whole, whoever else writes."""


@contextlib.contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of new processes, which end by themselves if this process is killed.

    What they tell, such as that they compile, this process tells as well, each sentence once.

    Parameters
    ----------
    workers : int
        Number of processes.
    """
    context = multiprocessing.get_context("spawn")
    # A pipe without locks: a process that is killed while it writes leaves none behind.
    told, telling = context.Pipe(duplex=False)
    reader = threading.Thread(target=_tell_each, args=(told,), daemon=True)
    reader.start()
    try:
        # A worker holds both ends of the queue of tasks, so without the parent it would wait there for ever.
        with ProcessPoolExecutor(
            workers, mp_context=context, initializer=_begin, initargs=(os.getpid(), telling)
        ) as pool:
            yield pool
    finally:
        telling.close()
        reader.join(_LAST_LINES_SECONDS)


def tell_through(send: Callable[[bytes], object]) -> None:
    """Send the lines of this process's logger to the process that started it, except those that others outdate.

    Parameters
    ----------
    send : callable
        Takes a line as UTF-8, no longer than `MOST_BYTES`.
    """
    LOGGER.addHandler(_Sending(send))
    LOGGER.setLevel(logging.INFO)


class _Sending(logging.Handler):
    def __init__(self, send: Callable[[bytes], object]) -> None:
        super().__init__(logging.INFO)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        if not getattr(record, "passing", False):
            # The reader may have ended, and the work goes on without it.
            with contextlib.suppress(OSError):
                self._send(record.getMessage().encode()[:MOST_BYTES])


def _begin(parent: int, telling: Connection) -> None:
    end_with_parent(parent)
    tell_through(telling.send_bytes)


def _tell_each(told: Connection) -> None:
    known: set[bytes] = set()
    while True:
        try:
            line = told.recv_bytes()
        except (EOFError, OSError):
            return
        if line not in known:
            known.add(line)
            tell(line.decode(errors="ignore"))


def end_with_parent(parent: int) -> None:
    """End this process soon after its parent has ended; at once if it has ended already.

    Parameters
    ----------
    parent : int
        Number of the process that started this one.
    """
    if os.getppid() != parent:
        os._exit(1)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_CHECK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
