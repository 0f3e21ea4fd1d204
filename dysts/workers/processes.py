"""Worker processes that end with the process that started them, however that one ends."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor

_CHECK_SECONDS = 1.0
"""Seconds between two checks that the parent is alive."""


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Return a pool of new processes, which end by themselves if this process is killed.

    Parameters
    ----------
    workers : int
        Number of processes.
    """
    # A worker holds both ends of the queue of tasks, so without the parent it would wait there for ever.
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=end_with_parent,
        initargs=(os.getpid(),),
    )


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
