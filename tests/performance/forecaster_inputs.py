"""Every forecaster against bad and odd input: what is refused, what is forecast, and what is neither.

Usage: python tests/performance/forecaster_inputs.py [--forecasters A,B] [--horizon 1000000] [--verbose]

All forecasters of the package but the pretrained ones, and the four wrappers, in small configurations. *Bad* input must
raise an exception of this package in one line; *odd* input must give the forecast of the same numbers as a plain array,
or be refused; *extreme* input must give finite numbers or be refused. Nothing else may be raised, and no call may take
longer than its limit. The exit status is 1 if anything else happens.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import xarray

sys.path.insert(0, str(Path(__file__).parents[1] / "forecasters"))

from small_forecasters import NAMES, build, lorenz

from dysts.errors import DystsError
from forecasters.wrappers import CallableForecaster, DartsModel, ObjectForecaster, RegressorForecaster

LIMIT = 120.0
"""Seconds for a fit and a forecast of any kind but the longest horizon."""
LONGEST_LIMIT = 900.0
"""Seconds for a fit and the forecast of the longest horizon."""
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


class Endless(BaseException):
    """A call took longer than its limit; no library can catch it by accident."""


def _stop(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise Endless


def attempt(call: Callable[[], Any], limit: float) -> tuple[str, Any]:
    """Return ``refused``, ``returned``, ``foreign`` or ``endless``, with the value or the message."""
    signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        return "returned", call()
    except Endless:
        return "endless", f"more than {limit:g} s"
    except DystsError as error:
        return ("refused" if "\n" not in str(error) else "foreign"), str(error)
    except BaseException as error:  # noqa: BLE001 - this is what is counted
        return "foreign", f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


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


def campaign(name: str, make: Callable[[], Any], horizon: int, *, verbose: bool) -> Counter[tuple[str, str]]:
    """Return the outcomes for one forecaster, counted by group and word."""
    counts: Counter[tuple[str, str]] = Counter()

    def count(group: str, kind: str, word: str, detail: Any) -> None:
        counts[group, word] += 1
        if verbose or word not in ("refused", "right"):
            print(f"  {name}, {kind}: {word} {str(detail)[:150] if word not in ('right',) else ''}", flush=True)

    def forecast(series: Any, steps: Any = HORIZON) -> Any:
        return make().fit(series).predict(steps)

    for kind, series in BAD.items():
        found = attempt(lambda series=series: forecast(series()), LIMIT)
        count("bad series", kind, judged("bad", found, None, 0.0), found[1])
    fitted = make().fit(lorenz())
    for kind, steps in BAD_HORIZONS.items():
        found = attempt(lambda steps=steps: fitted.predict(steps), LIMIT)
        count("bad horizon", kind, judged("bad", found, None, 0.0), found[1])
    for kind, (series, tolerance) in ODD.items():
        found = attempt(lambda series=series: forecast(series()), LIMIT)
        plain = attempt(lambda series=series: forecast(np.array(series(), dtype=np.float64)), LIMIT)
        count("odd series", kind, judged("odd", found, plain, tolerance), found[1])
    for kind, series in EXTREME.items():
        found = attempt(lambda series=series: forecast(series()), LIMIT)
        count("extreme series", kind, judged("extreme", found, None, 0.0), found[1])
    if horizon:
        begin = time.perf_counter()
        found = attempt(lambda: fitted.predict(horizon), LONGEST_LIMIT)
        word = judged("extreme", found, None, 0.0)
        count(f"horizon {horizon}", f"horizon {horizon}", word, found[1])
        print(f"  {name}: horizon {horizon} in {time.perf_counter() - begin:.1f} s", flush=True)
    return counts


def main() -> int:
    """Run the campaign and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--forecasters", default="", help="names with commas; by default all")
    parser.add_argument("--horizon", type=int, default=1_000_000, help="longest horizon; 0 leaves it out")
    parser.add_argument("--verbose", action="store_true", help="print every outcome")
    options = parser.parse_args()
    makers: dict[str, Callable[[], Any]] = {name: lambda name=name: build(name) for name in NAMES}
    makers |= WRAPPED
    chosen = options.forecasters.split(",") if options.forecasters else list(makers)
    totals: Counter[tuple[str, str]] = Counter()
    begin = time.process_time()
    for name in chosen:
        totals += campaign(name, makers[name], options.horizon, verbose=options.verbose)
        print(f"{name}: done after {time.process_time() - begin:.0f} s", flush=True)
    words = sorted({word for _, word in totals})
    print(f"{'':24}" + "".join(f"{word:>12}" for word in words))
    for group in dict.fromkeys(group for group, _ in totals):
        print(f"{group:24}" + "".join(f"{totals[group, word]:12}" for word in words))
    return int(any(word not in ("refused", "right") for word in words))


if __name__ == "__main__":
    sys.exit(main())
