"""Every forecaster against bad and odd input: what is refused, what is forecast, and what is neither.

Usage: python tests/performance/forecaster_inputs.py [--forecasters A,B] [--horizon N [--horizon-only]] [--verbose]

All forecasters of the package but the pretrained ones, and the four wrappers, in small configurations. *Bad* input must
raise an exception of this package in one line; *odd* input must give the forecast of the same numbers as a plain array,
or be refused; *extreme* input must give finite numbers or be refused. Nothing else may be raised. The exit status is 1
if anything else happens.

No outcome may take more than `LIMIT` seconds of processor time, nor `LONGEST_WAIT` by the clock: the forecaster runs in
a process that is killed then, the outcome is `endless`, and the next call is made in a new process. The longest horizon
is approached in steps of ten. Where the time of a step foretells more than half of `LIMIT` for the next one, that one
is not tried: the outcome is `endless` if the time has grown faster than `PROPORTIONATE` allows, and `bounded`
otherwise: the time limit of the benchmark ends such a cell.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray

sys.path.insert(0, str(Path(__file__).parents[1] / "forecasters"))

from small_forecasters import NAMES, build, lorenz

from dysts.errors import DystsError
from forecasters.wrappers import CallableForecaster, DartsModel, ObjectForecaster, RegressorForecaster

LIMIT = 60.0
"""Seconds of processor time for one outcome: one or two fits with short forecasts, or all long horizons."""
LONGEST_WAIT = 1200.0
"""Seconds by the clock for one outcome, on a machine that other work may share."""
STARTING = 60.0
"""Seconds of processor time more for the first outcome of a process, which imports the libraries."""
PROPORTIONATE = 20.0
"""Largest growth of the time for ten times the horizon that counts as proportionate."""
MEASURABLE = 1.0
"""Seconds; growth between shorter times is not judged."""
HORIZON = 30


class Persistence:
    """Repeats the last value."""

    def fit(self, series: np.ndarray) -> None:
        """Store the last value."""
        self.last = series[-1:].copy()

    def predict(self, horizon: int) -> np.ndarray:
        """Return the last value, once for each step."""
        return np.repeat(self.last, horizon, axis=0)


def ridge() -> RegressorForecaster:
    """Return a ridge regression on lagged values."""
    from sklearn.linear_model import Ridge

    return RegressorForecaster(Ridge(alpha=1e-6), lags=5)


WRAPPED: dict[str, Callable[[], Any]] = {
    "CallableForecaster": lambda: CallableForecaster(lambda series, horizon: np.repeat(series[-1:], horizon, axis=0)),
    "ObjectForecaster": lambda: ObjectForecaster(Persistence()),
    "RegressorForecaster": ridge,
    "DartsModel": lambda: DartsModel("NaiveSeasonal", {"K": 40}),
}


def spoilt(value: Any, *, dtype: Any = np.float64) -> np.ndarray:
    """Return the series with one value replaced."""
    series = lorenz().astype(dtype)
    series[17, 1] = value
    return series


def masked() -> np.ndarray:
    """Return the series with one masked value."""
    return np.ma.masked_array(lorenz().copy(), mask=lorenz() > np.sort(lorenz(), axis=None)[-2])


def locked() -> np.ndarray:
    """Return a read-only copy of the series."""
    series = lorenz().copy()
    series.setflags(write=False)
    return series


def scaled(factor: float) -> np.ndarray:
    """Return the series in other units."""
    with np.errstate(over="ignore"):
        return lorenz() * factor


def many() -> np.ndarray:
    """Return a series of thirty components."""
    return np.concatenate([np.roll(lorenz(), 7 * shift, axis=0) for shift in range(10)], axis=1)


BAD: dict[str, Callable[[], Any]] = {
    "NaN": lambda: spoilt(np.nan),
    "infinity": lambda: spoilt(np.inf),
    "minus infinity": lambda: spoilt(-np.inf),
    "one axis": lambda: lorenz()[:, 0],
    "three axes": lambda: lorenz()[None],
    "no component": lambda: lorenz()[:, :0],
    "no point": lambda: lorenz()[:0],
    "a number": lambda: 3.0,
    "None": lambda: None,
    "a text": lambda: "series",
    "a mapping": lambda: {"x": [1.0, 2.0]},
    "texts": lambda: [["a", "b"]] * 200,
    "objects": lambda: spoilt(1.0, dtype=object),
    "objects with None": lambda: spoilt(None, dtype=object),
    "complex": lambda: lorenz().astype(complex),
    "booleans": lambda: lorenz() > 0.0,
    "dates": lambda: np.full((200, 2), np.datetime64("2020-01-01")),
    "ragged": lambda: [[1.0, 2.0], [3.0]],
    "masked": masked,
    "beyond double precision": lambda: lorenz() * [1e307, 1.0, 1.0],
}
"""Kinds of series that have to be refused."""
BAD_HORIZONS: dict[str, Any] = {
    "horizon 0": 0,
    "horizon -1": -1,
    "horizon 2.5": 2.5,
    "horizon True": True,
    "horizon None": None,
    "horizon text": "3",
}
ODD: dict[str, tuple[Callable[[], Any], float]] = {
    "float32": (lambda: lorenz().astype(np.float32), 0.0),
    "float16": (lambda: lorenz().astype(np.float16), 0.0),
    "integers": (lambda: np.round(100.0 * lorenz()).astype(np.int32), 0.0),
    "unsigned bytes": (lambda: np.round(lorenz() + 60.0).astype(np.uint8), 0.0),
    "big-endian": (lambda: lorenz().astype(">f8"), 0.0),
    "list": (lambda: lorenz().tolist(), 0.0),
    "Fortran order": (lambda: np.asfortranarray(lorenz()), 0.0),
    "strided": (lambda: np.repeat(lorenz(), 2, axis=0)[::2], 0.0),
    "reversed": (lambda: lorenz()[::-1], 0.0),
    "read-only": (locked, 0.0),
    "data frame": (lambda: pd.DataFrame(lorenz(), columns=list("xyz")), 0.0),
    "labelled array": (lambda: xarray.DataArray(lorenz(), dims=("time", "component")), 0.0),
    "unmasked": (lambda: np.ma.masked_array(lorenz()), 0.0),
}
"""Kinds of series that have to give the forecast of the plain array, with the relative difference that is allowed."""
EXTREME: dict[str, Callable[[], Any]] = {
    "tiny": lambda: scaled(1e-300),
    "denormal": lambda: scaled(1e-318),
    "huge": lambda: scaled(1e300),
    "mixed scales": lambda: lorenz() * [1e-200, 1.0, 1e200],
    "large offset": lambda: lorenz() + 1e12,
    "constant": lambda: np.ones((200, 2)),
    "one component": lambda: lorenz()[:, :1],
    "thirty components": many,
    "equal components": lambda: np.repeat(lorenz()[:, :1], 3, axis=1),
    "one spike": lambda: np.eye(1, 200, 100).T,
    "two values": lambda: np.resize([[0.0], [1.0]], (200, 1)),
    "exponential growth": lambda: np.exp(2.0 * np.arange(200.0))[:, None],
}
"""Kinds of series that have to give finite numbers or be refused."""


def attempt(call: Callable[[], Any]) -> tuple[str, Any]:
    """Return ``refused``, ``returned`` or ``foreign``, with the value or the message."""
    try:
        return "returned", call()
    except DystsError as error:
        return ("refused" if "\n" not in str(error) else "foreign"), str(error)
    except BaseException as error:  # noqa: BLE001 - this is what is counted
        return "foreign", f"{type(error).__name__}: {error}"


def judged(kind: str, found: tuple[str, Any], expected: tuple[str, Any] | None, tolerance: float) -> str:
    """Return the outcome of one call in a word: ``refused``, ``right``, or what is wrong."""
    word, value = found
    if word != "returned":
        return word
    if kind == "bad":
        return "accepted"
    if not np.isfinite(value).all():
        return "not finite"
    if expected is not None and (
        expected[0] != "returned" or not np.allclose(value, expected[1], rtol=tolerance, atol=0.0)
    ):
        return "different"
    return "right"


def makers() -> dict[str, Callable[[], Any]]:
    """Return what builds each forecaster and wrapper."""
    return {name: lambda name=name: build(name) for name in NAMES} | WRAPPED


Outcome = tuple[str, Any]


def calls_of(make: Callable[[], Any], horizon: int) -> Iterator[tuple[str, str, Callable[[], Outcome]]]:
    """Yield the group of each call, its kind, and the call, which returns an outcome and a detail."""

    def forecast(series: Any) -> Any:
        return make().fit(series).predict(HORIZON)

    def bad(series: Callable[[], Any]) -> Outcome:
        found = attempt(lambda: forecast(series()))
        return judged("bad", found, None, 0.0), found[1]

    def odd(series: Callable[[], Any], tolerance: float) -> Outcome:
        found = attempt(lambda: forecast(series()))
        plain = attempt(lambda: forecast(np.array(series(), dtype=np.float64)))
        return judged("odd", found, plain, tolerance), found[1]

    def extreme(series: Callable[[], Any]) -> Outcome:
        found = attempt(lambda: forecast(series()))
        return judged("extreme", found, None, 0.0), found[1]

    def bad_horizon(steps: Any) -> Outcome:
        found = attempt(lambda: fitted().predict(steps))
        return judged("bad", found, None, 0.0), found[1]

    def long_horizon() -> Outcome:
        return farthest(fitted(), horizon)

    models: list[Any] = []

    def fitted() -> Any:
        if not models:
            models.append(make().fit(lorenz()))
        return models[0]

    for kind, series in BAD.items():
        yield "bad series", kind, lambda series=series: bad(series)
    for kind, steps in BAD_HORIZONS.items():
        yield "bad horizon", kind, lambda steps=steps: bad_horizon(steps)
    for kind, (series, tolerance) in ODD.items():
        yield "odd series", kind, lambda series=series, tolerance=tolerance: odd(series, tolerance)
    for kind, series in EXTREME.items():
        yield "extreme series", kind, lambda series=series: extreme(series)
    if horizon:
        yield f"horizon {horizon}", f"horizon {horizon}", long_horizon


def farthest(model: Any, horizon: int) -> Outcome:
    """Forecast ever longer horizons up to the longest one, each ten times the last."""
    told: list[str] = []
    seconds = 0.0
    for steps in (horizon // 1000, horizon // 100, horizon // 10, horizon):
        before = seconds
        begin = time.process_time()
        found = attempt(lambda steps=steps: model.predict(steps))
        seconds = time.process_time() - begin
        told.append(f"{steps} in {seconds:.2f} s")
        word = judged("extreme", found, None, 0.0)
        if word != "right":
            return word, f"{found[1] if found[0] != 'returned' else ''} ({', '.join(told)})"
        if steps < horizon and seconds > LIMIT / 20.0:
            slow = before > MEASURABLE and seconds > PROPORTIONATE * before
            return ("endless" if slow else "bounded"), ", ".join(told)
    return "right", ", ".join(told)


def work(name: str, horizon: int, places: list[int], results: "Connection[Any, Any]") -> None:
    """Make the calls of a forecaster in some places of the list, and send the outcome of each."""
    for place, (_, _, call) in enumerate(calls_of(makers()[name], horizon)):
        if place in places:
            word, detail = call()
            results.send((word, "" if word == "right" and not isinstance(detail, str) else str(detail)[:200]))
    results.close()


def campaign(name: str, horizon: int, *, horizon_only: bool, verbose: bool) -> Counter[tuple[str, str]]:
    """Return the outcomes for one forecaster, counted by group and word."""
    counts: Counter[tuple[str, str]] = Counter()
    labels = [(group, kind) for group, kind, _ in calls_of(makers()[name], horizon)]
    spawning = multiprocessing.get_context("spawn")
    places = list(range(len(labels)))[-1 if horizon_only else 0 :]
    while places:
        receiving, sending = spawning.Pipe(duplex=False)
        process = spawning.Process(target=work, args=(name, horizon, places, sending))
        process.start()
        sending.close()
        patience = STARTING + LIMIT
        word = ""
        while places and word not in ("endless", "died"):
            word, detail = _received(receiving, process, patience)
            patience = LIMIT
            group, kind = labels[places.pop(0)]
            counts[group, word] += 1
            if verbose or word not in ("refused", "right") or group.startswith("horizon"):
                print(f"  {name}, {kind}: {word} {detail}", flush=True)
        process.kill()
        process.join()
        receiving.close()
    return counts


def _received(receiving: "Connection[Any, Any]", process: Any, patience: float) -> Outcome:
    before, begin = _processor_time(process.pid), time.monotonic()
    while not receiving.poll(1.0):
        if _processor_time(process.pid) - before > patience or time.monotonic() - begin > LONGEST_WAIT:
            return "endless", f"more than {patience:g} s of processor time, or {LONGEST_WAIT:g} s by the clock"
    try:
        outcome: Outcome = receiving.recv()
    except EOFError:
        return "died", "the process ended"
    return outcome


def _processor_time(process: int) -> float:
    """Return the seconds of processor time that a process has used; zero where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the campaign and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forecasters", default="", help="names with commas; by default all")
    parser.add_argument("--horizon", type=int, default=1_000_000, help="longest horizon; 0 leaves it out")
    parser.add_argument("--horizon-only", action="store_true", help="leave out all but the longest horizon")
    parser.add_argument("--verbose", action="store_true", help="print every outcome")
    options = parser.parse_args()
    chosen = options.forecasters.split(",") if options.forecasters else list(makers())
    totals: Counter[tuple[str, str]] = Counter()
    begin = time.monotonic()
    for name in chosen:
        totals += campaign(name, options.horizon, horizon_only=options.horizon_only, verbose=options.verbose)
        print(f"{name}: done after {time.monotonic() - begin:.0f} s", flush=True)
    words = sorted({word for _, word in totals})
    print(f"{'':24}" + "".join(f"{word:>12}" for word in words))
    for group in dict.fromkeys(group for group, _ in totals):
        print(f"{group:24}" + "".join(f"{totals[group, word]:12}" for word in words))
    print(f"{totals.total()} calls of {len(chosen)} forecasters and wrappers")
    return int(any(word not in ("refused", "right", "bounded") for word in words))


if __name__ == "__main__":
    sys.exit(main())
