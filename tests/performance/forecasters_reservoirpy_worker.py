"""The reservoirpy side of forecasters_reservoirpy.py; runs in an environment that has neither dysts nor forecasters."""

import json
import sys
import time
import warnings
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from reservoirpy.nodes import NVAR, Reservoir, Ridge

TRAIN = 1000
WARMUP = 50
# Every combination is tried on the last sixth of the series.
ESN_GRID = {"sr": (0.3, 0.9), "input_scaling": (0.1, 0.5), "ridge": (1e-6, 1e-10)}
NVAR_GRID = {"delay": (1, 2, 4), "order": (2, 3), "ridge": (1e-6, 1e-10)}


def esn(ridge: float = 0.0, **settings: float) -> Any:
    """Return an unfitted network of 500 units; the defaults are the library's."""
    return Reservoir(units=500, seed=0, **settings) >> Ridge(ridge=ridge)


def nvar(delay: int = 2, order: int = 2, ridge: float = 0.0) -> Any:
    """Return an unfitted model; the ridge is the library's default."""
    return NVAR(delay=delay, order=order) >> Ridge(ridge=ridge)


def forecast(model: Any, train: np.ndarray, horizon: int) -> np.ndarray:
    """Fit to predict the next sample, and feed the forecast back."""
    model.fit(train[:-1], train[1:], warmup=WARMUP)
    model.reset()
    point = model.run(train)[-1]
    path = np.full((horizon, train.shape[1]), np.nan)
    for now in range(horizon):
        path[now] = np.ravel(point)
        if not np.isfinite(path[now]).all():
            break
        point = model.step(path[now])
    return path


def tuned(build: Callable[..., Any], grid: dict[str, tuple[Any, ...]], train: np.ndarray, horizon: int) -> np.ndarray:
    """Choose by the forecast of the last sixth of the series, then fit to all of it."""
    held_out = len(train) // 6
    best, chosen = np.inf, None
    for values in product(*grid.values()):
        settings = dict(zip(grid, values, strict=True))
        # More monomials than samples cannot be fitted; ours passes them over, too.
        if build is nvar and features(train.shape[1] * settings["delay"], settings["order"]) > 300:
            continue
        try:
            path = forecast(build(**settings), train[:-held_out], held_out)
        except np.linalg.LinAlgError:
            continue
        error = float(np.nan_to_num(np.mean((path - train[-held_out:]) ** 2), nan=np.inf))
        if chosen is None or error < best:
            best, chosen = error, settings
    return forecast(build(**(chosen or {})), train, horizon)


def features(coordinates: int, order: int) -> int:
    """Return the number of monomials of one degree."""
    count = 1
    for index in range(order):
        count = count * (coordinates + index) // (index + 1)
    return count


def main() -> None:
    """Read the series, write the forecasts, print the seconds."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    folder = Path(sys.argv[1])
    forecasts: dict[str, np.ndarray] = {}
    seconds: dict[str, float] = {}
    with np.load(folder / "series.npz") as series:
        first = series[series.files[0]][:TRAIN]
        forecast(esn(), first, 5)
        for system in series.files:
            train, horizon = series[system][:TRAIN], len(series[system]) - TRAIN
            for method, build, grid in (("NVAR", nvar, NVAR_GRID), ("ESN", esn, ESN_GRID)):
                begin = time.process_time()
                forecasts[f"{system}/{method}/fixed"] = forecast(build(), train, horizon)
                middle = time.process_time()
                forecasts[f"{system}/{method}/tuned"] = tuned(build, grid, train, horizon)
                seconds[f"{system}/{method}/fixed"] = middle - begin
                seconds[f"{system}/{method}/tuned"] = time.process_time() - middle
    np.savez(folder / "forecasts.npz", **forecasts)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
