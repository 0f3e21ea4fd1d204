"""Progress with an estimate, on stderr."""

import math
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from statistics import fmean
from typing import TextIO

_QUIET_SECONDS = 5.0
"""Seconds between two lines in a file or pipe."""
_TERMINAL_SECONDS = 0.1
"""Seconds between two updates of the line on a terminal."""


class Costs:
    """Expected seconds of a cell, learnt per forecaster from the cells that have finished.

    Examples
    --------
    >>> costs = Costs()
    >>> costs.learn("ESN", 2.0)
    >>> costs.expect("ESN"), costs.expect("NVAR")
    (2.0, 2.0)
    """

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = defaultdict(list)

    def learn(self, forecaster: str, seconds: float) -> None:
        """Add the seconds of one finished cell."""
        if math.isfinite(seconds):
            self._seconds[forecaster].append(seconds)

    def known(self, forecaster: str) -> bool:
        """Tell whether a cell of the forecaster has finished."""
        return forecaster in self._seconds

    def expect(self, forecaster: str) -> float:
        """Return the mean of the forecaster's cells, else of all cells, else NaN."""
        own = self._seconds.get(forecaster)
        if own:
            return fmean(own)
        every = [seconds for entries in self._seconds.values() for seconds in entries]
        return fmean(every) if every else math.nan


class Progress:
    """Shows how far a run is: one line that is rewritten on a terminal, a line now and then elsewhere.

    Parameters
    ----------
    total : int
        Number of cells.
    done : int
        Number of cells that had finished before.
    workers : int
        Number of cells that run at once.
    stream : TextIO, optional
        Where to write; None for nowhere.
    clock : callable, optional
        Returns seconds.
    """

    def __init__(
        self,
        *,
        total: int,
        done: int,
        workers: int,
        stream: TextIO | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._done = done
        self._workers = workers
        self._stream = stream
        self._clock = clock
        self._begin = clock()
        self._last = -math.inf
        self._failed = 0
        self._terminal = stream is not None and stream.isatty()

    def update(self, label: str, *, failed: bool, left: Mapping[str, int], costs: Costs) -> None:
        """Count one finished cell; `left` holds the number of cells still to finish per forecaster."""
        self._done += 1
        self._failed += failed
        now = self._clock()
        wait = _TERMINAL_SECONDS if self._terminal else _QUIET_SECONDS
        if now - self._last < wait and self._done < self._total:
            return
        self._last = now
        seconds = sum(count * costs.expect(name) for name, count in left.items() if count) / self._workers
        text = f"{self._done}/{self._total} cells"
        text += f", {self._failed} failed" if self._failed else ""
        text += f", {clock_text(now - self._begin)} elapsed"
        if self._done < self._total:
            text += f", about {clock_text(seconds)} left" if math.isfinite(seconds) else ""
            text += f"; last: {label}"
        self._write(text)

    def close(self) -> None:
        """Leave the cursor on a new line."""
        if self._terminal and self._stream is not None and self._last > -math.inf:
            self._stream.write("\n")
            self._stream.flush()

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        self._stream.write(f"\r\x1b[K{text[:79]}" if self._terminal else f"{text}\n")
        self._stream.flush()


def clock_text(seconds: float) -> str:
    """Write seconds as a person would.

    Examples
    --------
    >>> clock_text(75), clock_text(7322), clock_text(3.2)
    ('1 min 15 s', '2 h 02 min', '3 s')
    """
    if not math.isfinite(seconds):
        return "an unknown time"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def say(text: str) -> None:
    """Write a line for people on stderr, at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def silence(_text: str) -> None:
    """Write nothing, where no progress is asked for."""
