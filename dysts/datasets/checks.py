"""Checks of the numbers of series, run after each build."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.datasets.description import regime_of_series
from dysts.datasets.recipe import READ_ROWS, Recipe
from dysts.datasets.starts import CALM_PERIODS, calms_down, repeats_itself
from dysts.systems.kinds import MAP
from dysts.systems.registry import get_system
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray

FROZEN = 1e-9
"""Change from point to point, in standard deviations, below which a component stands still."""
FROZEN_PERIODS = 1.0
"""Longest time in periods over which a component may stand still."""
FROZEN_ITERATES = 100.0
"""Longest time in iterates over which the state of a map may stand still, as in a laminar phase."""
FARTHEST = 100.0
"""Distance from the mean, in standard deviations of the registry, beyond which a trajectory has escaped."""
DUPLICATE = 1e-6
"""Distance in standard deviations at which two trajectories of a flow count as the same one.

Orbits of maps come as near as that by chance, as iterates jump: they are the same only where they have the same bits.
"""
LEAST_POINTS, LEAST_PERIODS = 50, 24.0
"""In a period, and in a trajectory; with fewer points what lies between them hides whether motion repeats itself, and
chaotic motion may do so over a few periods."""
SPACING = 1e-9
"""Relative error allowed in the times."""


@dataclass(frozen=True)
class Finding:
    """One failed check of the series of one system.

    Attributes
    ----------
    system : str
    check : str
        ``not finite``, ``frozen``, ``escaped``, ``duplicate``, ``spacing``, ``overlap``.
    detail : str
    """

    system: str
    check: str
    detail: str

    def __str__(self) -> str:
        return f"{self.system}: {self.check}: {self.detail}"


def check_series(dataset: "xarray.Dataset", *, system: System | None = None) -> list[Finding]:
    """Check the series of one system.

    Parameters
    ----------
    dataset : xarray.Dataset
        From `dysts.open_dataset` or `dysts.datasets.build.build`.
    system : System, optional
        The system whose series they are; by default that of its name in the package.

    Returns
    -------
    list of Finding
        Empty if all is well.

    Examples
    --------
    >>> import dysts
    >>> check_series(dysts.open_dataset("test-coarse")["Lorenz"])
    []
    """
    attributes = dataset.attrs
    name = attributes["system"]
    system = system or get_system(name)
    recipe = Recipe.from_dict(json.loads(attributes["recipe"]))
    found = [Finding(name, check, detail) for check, detail in _spacing(dataset, recipe)]
    found += [Finding(name, "overlap", detail) for detail in _shared_time(dataset, system)]
    # Some trajectories at a time, so that what is larger than memory can be checked as well.
    for first in range(0, dataset.sizes["trajectory"], READ_ROWS):
        found += _check_block(dataset, slice(first, first + READ_ROWS), recipe, system)
    return found


def _check_block(dataset: "xarray.Dataset", rows: slice, recipe: Recipe, system: System) -> list[Finding]:
    name, attributes = dataset.attrs["system"], dataset.attrs
    series = dataset["series"][rows].values.astype(np.float64)
    numbers = np.arange(rows.start, rows.start + len(series))
    found = []
    finite = np.isfinite(series).all(axis=(1, 2))
    for trajectory in np.flatnonzero(~finite):
        where = int(np.flatnonzero(~np.isfinite(series[trajectory]).all(axis=1))[0])
        found.append(Finding(name, "not finite", f"trajectory {numbers[trajectory]} from point {where} on"))
    series, numbers = series[finite], numbers[finite]
    if not len(series):
        return found
    whole = series.reshape(-1, series.shape[-1])
    spread = whole.std(axis=0)
    moving = spread > 1e-12 * (np.abs(whole).max(axis=0) + 1e-300)
    scaled = series / np.where(moving, spread, 1.0)
    periods = FROZEN_PERIODS if system.kind != MAP else FROZEN_ITERATES
    window = max(2, round(periods * attributes["points_per_period"]))
    transient = system.lifetime is not None and not recipe.noisy
    for number, trajectory in zip(numbers, scaled, strict=True):
        still = _longest_run((np.abs(np.diff(trajectory, axis=0)) < FROZEN).all(axis=1))
        if still >= window:
            found.append(Finding(name, "frozen", f"trajectory {number} does not change over {still} points"))
        elif transient and _settled(trajectory, attributes):
            found.append(Finding(name, "frozen", f"trajectory {number} repeats itself: it has left a transient set"))
        elif transient and _calm(trajectory * np.where(moving, spread, 1.0), attributes, system):
            found.append(Finding(name, "frozen", f"trajectory {number} calms down: it has left a transient set"))
    found += [Finding(name, "escaped", detail) for detail in _escapes(series, numbers, system)]
    if _recurs(attributes):
        return found
    same = _duplicates(scaled, numbers, _nearest(attributes))
    return found + [Finding(name, "duplicate", detail) for detail in same]


def check_overlap(one: "xarray.Dataset", other: "xarray.Dataset") -> list[Finding]:
    """Check that trajectories of two data sets of one system, such as train and test, are different ones.

    They overlap if they are pieces of one orbit that share some time, or if one starts where another passes.

    Parameters
    ----------
    one, other : xarray.Dataset

    Returns
    -------
    list of Finding
    """
    name = one.attrs["system"]
    found = []
    series = [dataset["series"].values.astype(np.float64) for dataset in (one, other)]
    scale = series[0].std(axis=(0, 1))
    scale[scale == 0.0] = 1.0
    for first, second in () if _recurs(one.attrs) else ((0, 1), (1, 0)):
        for start, trajectory, point in _passing(series[first] / scale, series[second] / scale, _nearest(one.attrs)):
            found.append(
                Finding(name, "overlap", f"trajectory {start} starts at point {point} of trajectory {trajectory}")
            )
    if "delay" not in json.loads(one.attrs["definition"]) and all("start" in dataset for dataset in (one, other)):
        spans = [
            [(begin, begin + float(dataset["time"].values[-1])) for begin in dataset["start"].values.tolist()]
            for dataset in (one, other)
        ]
        for index, (begin, end) in enumerate(spans[0]):
            for position, (start, stop) in enumerate(spans[1]):
                if begin < stop and start < end:
                    found.append(
                        Finding(name, "overlap", f"trajectories {index} and {position} share a piece of the orbit")
                    )
    return found


def _recurs(attributes: Mapping[str, Any]) -> bool:
    """Whether all orbits of a map are the same few states over and over, so that trajectories cannot differ."""
    return attributes["clock"] == "iterate" and regime_of_series(attributes) == "periodic"


def counterpart_name(name: str) -> str | None:
    """Return the name of the data set of the other split, or None.

    Examples
    --------
    >>> counterpart_name("test-fine-noisy")
    'train-fine-noisy'
    """
    for one, other in (("train-", "test-"), ("test-", "train-")):
        if name.startswith(one):
            return other + name.removeprefix(one)
    return None


def _spacing(dataset: "xarray.Dataset", recipe: Recipe) -> Iterable[tuple[str, str]]:
    times = dataset["time"].values
    step = dataset.attrs["step"]
    if times.size != recipe.points or dataset.sizes["trajectory"] != recipe.trajectories:
        yield (
            "spacing",
            (
                f"{dataset.sizes['trajectory']} trajectories of {times.size} points, not {recipe.trajectories} of "
                f"{recipe.points}"
            ),
        )
    elif times[0] != 0.0 or np.abs(np.diff(times) / step - 1.0).max(initial=0.0) > SPACING * times.size:
        yield "spacing", f"the times do not go from 0 in steps of {step:.6g}"


def _settled(scaled: np.ndarray, attributes: Mapping[str, float]) -> bool:
    # The second half of a trajectory, found again within the first, is motion that is not chaotic any more.
    per_period = attributes["points_per_period"]
    return per_period >= LEAST_POINTS and len(scaled) >= LEAST_PERIODS * per_period and repeats_itself(scaled)


def _calm(series: np.ndarray, attributes: Mapping[str, float], system: System) -> bool:
    per_period = attributes["points_per_period"]
    if len(series) < CALM_PERIODS * per_period or "standard_deviation" not in system.properties:
        return False
    return calms_down(series, np.array(system.properties_entry("standard_deviation")["value"]), per_period)


def _shared_time(dataset: "xarray.Dataset", system: System) -> Iterable[str]:
    if system.delay is not None:
        return
    starts = dataset["start"].values
    order = np.argsort(starts, kind="stable")
    for position in np.flatnonzero(np.diff(starts[order]) < dataset["time"].values[-1]):
        yield f"trajectories {order[position]} and {order[position + 1]} share a piece of the orbit"


def _escapes(series: np.ndarray, numbers: np.ndarray, system: System) -> Iterable[str]:
    properties = system.properties
    if "mean" not in properties or "standard_deviation" not in properties:
        return
    mean = np.array(properties["mean"]["value"])
    spread = np.array(properties["standard_deviation"]["value"])
    known = spread > 0.0
    for number, trajectory in zip(numbers, series, strict=True):
        distance = (np.abs(trajectory - mean).max(axis=0)[known] / spread[known]).max(initial=0.0)
        if distance > FARTHEST:
            yield f"trajectory {number} goes {distance:.0f} standard deviations away from the mean"


def _nearest(attributes: Mapping[str, Any]) -> float:
    """Return the distance in standard deviations up to which trajectories are the same."""
    return 0.0 if attributes["clock"] == "iterate" else DUPLICATE


def _duplicates(scaled: np.ndarray, names: np.ndarray, nearest: float) -> Iterable[str]:
    for start, trajectory, point in _passing(scaled, scaled, nearest):
        if start != trajectory:
            yield f"trajectory {names[start]} starts at point {point} of trajectory {names[trajectory]}"


def _passing(starts: np.ndarray, series: np.ndarray, nearest: float) -> Iterable[tuple[int, int, int]]:
    """Yield (start, trajectory, point) where the first two points of one are two points of another in a row."""
    from scipy.spatial import cKDTree

    if series.shape[1] < 2:
        return
    points = series[:, :-1].reshape(-1, series.shape[-1])
    tree = cKDTree(points)
    near = tree.query_ball_point(starts[:, 0], nearest)
    for start, positions in enumerate(near):
        for position in positions:
            trajectory, point = divmod(position, series.shape[1] - 1)
            if np.abs(series[trajectory, point + 1] - starts[start, 1]).max() <= 10.0 * nearest:
                yield start, trajectory, point


def _longest_run(flags: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))
