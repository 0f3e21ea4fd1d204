"""Worker process: takes jobs from its parent over a socket and answers each with an outcome.

Started as ``python -m benchmark.running.worker FD PARENT MEMORY MODULE:FUNCTION``; not for people. The function answers
a job with an outcome. A message is a JSON header, a newline,
and the bytes of float64 arrays, so nothing that crosses is ever unpickled.
"""

import ctypes
import importlib
import json
import math
import os
import resource
import signal
import sys
import threading
from dataclasses import fields
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.running.job import CellOutcome, Job
from dysts.workers.processes import end_with_parent, tell_through

TOLD = b"told:"
"""Beginning of a message that is a line of the worker's logger. An outcome begins with a brace."""
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_OUTCOME_ARRAYS = ("forecast", "members", "denoised")
"""Fields of an outcome that are arrays, in the order of their bytes."""


def encode_job(job: Job) -> bytes:
    """Write a job as a message."""
    return _encode({name: getattr(job, name) for name in _scalars(Job, ("train",))}, [job.train])


def decode_job(message: bytes) -> Job:
    """Read a job from a message."""
    header, (train,) = _decode(message)
    if train is None:
        raise ValueError("a job carries a training series")
    return Job(**header, train=train)


def encode_outcome(outcome: CellOutcome) -> bytes:
    """Write an outcome as a message."""
    header = {name: getattr(outcome, name) for name in _scalars(CellOutcome, _OUTCOME_ARRAYS)}
    return _encode(header, [getattr(outcome, name) for name in _OUTCOME_ARRAYS])


def decode_outcome(message: bytes) -> CellOutcome:
    """Read an outcome from a message."""
    header, arrays = _decode(message)
    named: dict[str, Any] = dict(zip(_OUTCOME_ARRAYS, arrays, strict=True))
    return CellOutcome(**header, **named)


def main(arguments: list[str]) -> int:
    """Serve jobs until the parent closes the connection or dies."""
    *numbers, named = arguments
    descriptor, parent, memory_limit_mb = map(int, numbers)
    _die_with(parent)
    connection = Connection(descriptor)
    # Processes that a forecaster starts must not inherit the connection to the parent.
    os.set_inheritable(descriptor, False)
    if memory_limit_mb:
        limit = memory_limit_mb * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    module, _, name = named.partition(":")
    work = getattr(importlib.import_module(module), name)
    # Forecasters may log from threads of their own, and a message must go out whole.
    lock = threading.Lock()

    def send(message: bytes) -> None:
        with lock:
            connection.send_bytes(message)

    tell_through(lambda line: send(TOLD + line))
    send(b"ready")
    while True:
        try:
            message = connection.recv_bytes()
        except EOFError:
            return 0
        send(encode_outcome(work(decode_job(message))))


def _die_with(parent: int) -> None:
    """Make sure that this process does not outlive its parent, however the parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # Processes that a forecaster detaches stay below this one, where the parent finds them.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    end_with_parent(parent)


def _scalars(kind: type, arrays: tuple[str, ...]) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in arrays]


def _encode(header: dict[str, Any], arrays: list[NDArray[np.float64] | None]) -> bytes:
    shapes = [None if array is None else array.shape for array in arrays]
    text = json.dumps({"header": header, "shapes": shapes})
    return (
        text.encode() + b"\n" + b"".join(np.ascontiguousarray(array).tobytes() for array in arrays if array is not None)
    )


def _decode(message: bytes) -> tuple[dict[str, Any], list[NDArray[np.float64] | None]]:
    text, _, payload = message.partition(b"\n")
    content = json.loads(text)
    arrays: list[NDArray[np.float64] | None] = []
    begin = 0
    for shape in content["shapes"]:
        if shape is None:
            arrays.append(None)
            continue
        count = math.prod(shape)
        arrays.append(np.frombuffer(payload, dtype=np.float64, count=count, offset=begin).reshape(shape).copy())
        begin += 8 * count
    return content["header"], arrays


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
