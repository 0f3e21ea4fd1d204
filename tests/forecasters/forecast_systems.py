"""Trajectories for the tests of forecasters, integrated with scipy at 100 points per period."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Right-hand side, initial state on the attractor, period and, where known, the largest exponent."""

    rhs: Callable[[float, FloatArray], list[float]]
    start: tuple[float, ...]
    period: float
    exponent: float | None = None


def _lorenz(_: float, u: FloatArray) -> list[float]:
    x, y, z = u
    return [10 * (y - x), 28 * x - x * z - y, x * y - 2.667 * z]


def _rossler(_: float, u: FloatArray) -> list[float]:
    x, y, z = u
    return [-y - z, x + 0.2 * y, 0.2 + z * (x - 5.7)]


def _thomas(_: float, u: FloatArray) -> list[float]:
    x, y, z = u
    return [-1.85 * x + 10 * np.sin(y), -1.85 * y + 10 * np.sin(z), -1.85 * z + 10 * np.sin(x)]


def _chua(_: float, u: FloatArray) -> list[float]:
    x, y, z = u
    current = -0.71429 * x + 0.5 * (-1.142857 + 0.71429) * (abs(x + 1) - abs(x - 1))
    return [15.6 * (y - x - current), x - y + z, -28 * y]


def _lorenz96(_: float, u: FloatArray) -> list[float]:
    return list((np.roll(u, -1) - np.roll(u, 2)) * np.roll(u, 1) - u + (20.0 if len(u) == 4 else 8.0))


FLOWS = {
    "Lorenz": Flow(_lorenz, (-9.7869288, -15.03852, 20.533978), 1.5008, 0.906),
    "Rossler": Flow(_rossler, (6.5134412, 0.4772013, 0.34164294), 5.9086, 0.0714),
    "Thomas": Flow(_thomas, (2.199442, 2.3634225, 3.220197), 4.969),
    "Chua": Flow(_chua, (1.1262351, -0.11386474, -0.78324421), 1.4235),
    # Four sites as in the registry; ten to have a system of many components.
    "Lorenz96": Flow(_lorenz96, (-2.46820633, 0.09570264, 1.59270902, 10.21372147), 2.1969),
    "Lorenz96Ten": Flow(_lorenz96, tuple(8.0 + 0.01 * site**2 for site in range(10)), 2.0),
}


@cache
def _integrated(name: str, points: int) -> FloatArray:
    flow = FLOWS[name]
    transient = 1000
    times = flow.period / 100 * np.arange(transient + points)
    solution = solve_ivp(flow.rhs, (0, times[-1]), flow.start, method="DOP853", t_eval=times, rtol=1e-11, atol=1e-11)
    series: FloatArray = solution.y.T[transient:]
    series.setflags(write=False)
    return series


def split(name: str, horizon: int = 1000) -> tuple[FloatArray, FloatArray]:
    """Return 1000 points to fit on and the points that follow, float64 [time, component]."""
    series = _integrated(name, 2000)
    return series[:1000], series[1000 : 1000 + horizon]


def smape(truth: FloatArray, forecast: FloatArray) -> float:
    """Symmetric mean absolute percentage error, 0 to 200."""
    return float(200 * np.mean(np.abs(truth - forecast) / (np.abs(truth) + np.abs(forecast))))


def valid_points(train: FloatArray, truth: FloatArray, forecast: FloatArray) -> int:
    """Points before the error, in standard deviations and rms over components, exceeds 0.4."""
    errors = np.sqrt((((truth - forecast) / train.std(axis=0)) ** 2).mean(axis=1))
    wrong = np.flatnonzero(~(errors <= 0.4))
    return int(wrong[0]) if len(wrong) else len(errors)
