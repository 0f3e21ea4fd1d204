"""The named suites, and those that users write into a TOML or JSON file."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.tasks.hard_suite import build as _hard
from benchmark.tasks.part import PAPER_SIZE, SMALL_SIZE, Part
from benchmark.tasks.suite import Suite
from benchmark.tasks.tuning import Budget
from dysts.errors import InvalidArgumentError, UnknownNameError, unknown_name, unreadable

_QUICK_SYSTEMS = (
    "Lorenz",
    "Rossler",
    "Thomas",
    "Chua",
    "Duffing",
    "HastingsPowell",
    "HindmarshRose",
    "HyperRossler",
    "Lorenz96",
    "NuclearQuadrupole",
    "ArnoldBeltramiChildress",
    "MacArthur",
)
_QUICK_FORECASTERS = ("NaiveMean", "NaiveSeasonal", "NaiveDrift", "LinearRegression", "NVAR", "ESN")

_LIMITED_LENGTHS = (101, 176, 326, 551, 776, 1000)
"""Points to fit of `data-limited`: six of the 25 lengths of the published runs, 101 being their least."""

_SCALE_SYSTEMS = ("Lorenz", "Thomas", "Chua", "HastingsPowell", "Duffing", "Lorenz96", "MackeyGlass", "HindmarshRose")
"""Systems of `scale`: quadratic, with sines, with kinks, rational, driven, of ten variables, delayed, fast and slow."""
_SCALE_NETWORKS = ("NBEATS", "NHiTS", "LSTM", "Transformer", "TCN")
_SCALE_OTHERS = ("NeuralODE", "RandomForest", "XGBoost", "ESN", "NVAR")
_SCALE_LENGTHS = (1000, 4000, 16_000)
_SCALE_LONGEST = 64_000
"""Points to fit of the longest series of `scale`, for methods whose cost allows it."""
_SCALE_HORIZON, _SCALE_POINTS = 30, 6000
"""Lyapunov times that `scale` predicts, more than any method reached at 16,000 points, and the most points."""

_MAP_FORECASTERS = (*_QUICK_FORECASTERS, "Theta", "FFT", "Kalman", "RandomForest", "XGBoost")
"""Forecasters that fit 1000 iterates within seconds, of each family without networks."""

_QUICK_HORIZON = 20
"""Lyapunov times that `quick` predicts: more than its forecasters are valid for, and about as long as a truth holds."""
_QUICK_POINTS = 5000
"""Largest number of points that `quick` predicts, which is what its recipe holds."""

_DESCRIPTIONS: Mapping[str, str] = {
    "quick": "12 systems of different kinds, 6 forecasters, 2 trajectories each, 20 Lyapunov times to predict",
    "standard": "the short task: every system and every forecaster, 1000 points to fit and 200 to predict",
    "long": "every system and every forecaster, 5000 points to predict",
    "long-paper": "the suite long with 100 points in a period of the paper",
    "noise": "12 systems, every forecaster, measurement noise of 0 to 30 % and dynamical noise",
    "data-limited": "every system and forecaster, 101 to 1000 points to fit, the lengths of the published runs",
    "data-limited-small": "12 systems, every forecaster, 100 to 1000 points to fit",
    "scale": "8 systems, 1000 to 64,000 points to fit, networks small and of the paper's size",
    "scale-large": "scale with networks of the paper's size at 16,000 points and small ones at 64,000, for a GPU",
    "granularity": "12 systems, every forecaster, 100 and 15 points in a period",
    "paper": "the published protocol: its periods, its methods, configurations chosen on the train trajectory by smape",
    "hard": "40 systems, noise of 0 to 10 %, all components or one, 1000 or 4000 points to fit",
    "maps": "every map and the fast forecasters, 1000 iterates to fit and 200 to predict",
}


def list_suites() -> list[str]:
    """Return the names of all suites.

    Examples
    --------
    >>> len(list_suites()), list_suites()[:3]
    (13, ['quick', 'standard', 'long'])
    """
    return list(_DESCRIPTIONS)


def describe_suite(name: str) -> str:
    """Return one line on a named suite, without building it."""
    return _DESCRIPTIONS[name]


def get_suite(name: str) -> Suite:
    """Return a suite by its name, or from a file whose name ends in ``.toml`` or ``.json``.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    StorageError, InvalidArgumentError
        If a file cannot be read, or holds something else.

    Examples
    --------
    >>> get_suite("quick").systems[:2]
    ('Lorenz', 'Rossler')
    >>> len(get_suite("standard").systems)
    135
    """
    if str(name).endswith((".toml", ".json")):
        return read_suite(name)
    if name not in _DESCRIPTIONS and Path(name).suffix:
        raise UnknownNameError(f"unknown suite {name!r}; a file that holds a suite ends in .toml or .json")
    if name not in _DESCRIPTIONS:
        raise unknown_name("suite", name, list_suites())
    return replace(_BUILDERS[name](), name=name, description=_DESCRIPTIONS[name])


def read_suite(path: str | os.PathLike[str]) -> Suite:
    """Read a suite from a TOML or JSON file with the fields of `Suite`.

    ``systems`` and ``forecasters`` may be the text ``"all"``. The paths of series and of the registry are relative to
    the file; with a registry, all systems are those that it holds, and these are meant where none is named.

    Raises
    ------
    StorageError
        If the file cannot be read or parsed.
    InvalidArgumentError
        If a field is unknown, missing or not allowed; the message names the file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.toml"
    >>> _ = path.write_text('systems = ["Lorenz"]\\nforecasters = "all"\\n[[variants]]\\nmeasurement_noise = 0.1\\n')
    >>> read_suite(path).tasks()[0].measurement_noise
    0.1
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
        values: Any = tomllib.loads(text) if file.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError) as error:
        raise unreadable(file, error, what="the suite") from error
    if not isinstance(values, dict):
        raise InvalidArgumentError(f"the suite {file} must be a mapping of its fields")
    values.setdefault("name", file.stem)
    if isinstance(values.get("registry"), str) and values["registry"]:
        values["registry"] = str(file.parent / values["registry"])
        values.setdefault("systems", "all")
    everything_of = partial(_all_systems, values.get("registry") or None)
    for field, everything in (("systems", everything_of), ("forecasters", _all_forecasters)):
        if values.get(field) == "all":
            values[field] = everything()
    try:
        suite = Suite.from_dict(values)
    except (InvalidArgumentError, LookupError) as error:
        raise InvalidArgumentError(f"the suite {file}: {error}") from error
    return replace(suite, series=tuple(entry.beside(file.parent) for entry in suite.series))


def _all_systems(registry: str | None = None) -> tuple[str, ...]:
    from dysts.systems.registry import list_systems, registry_of

    return tuple(list_systems() if registry is None else registry_of(registry))


def _all_forecasters() -> tuple[str, ...]:
    from forecasters import list_forecasters

    return tuple(list_forecasters())


def _quick() -> Suite:
    return Suite(
        name="quick",
        systems=_QUICK_SYSTEMS,
        forecasters=_QUICK_FORECASTERS,
        recipe="long",
        trajectories=2,
        horizon=_QUICK_HORIZON,
        horizon_clock="lyapunov times",
        most_points=_QUICK_POINTS,
    )


def _standard() -> Suite:
    return Suite(name="standard", systems=_all_systems(), forecasters=_all_forecasters())


def _long() -> Suite:
    return replace(_standard(), recipe="long", horizon=5000)


def _long_paper() -> Suite:
    return replace(_long(), recipe="long-paper")


def _noise() -> Suite:
    levels: list[dict[str, Any]] = [{"measurement_noise": level} for level in (0.0, 0.01, 0.03, 0.1, 0.3)]
    return Suite(
        name="noise",
        systems=_QUICK_SYSTEMS,
        forecasters=_all_forecasters(),
        variants=(*levels, {"recipe": "test-fine-noisy"}),
    )


def _data_limited() -> Suite:
    return replace(_standard(), name="data-limited", variants=_lengths(*_LIMITED_LENGTHS))


def _data_limited_small() -> Suite:
    return Suite(
        name="data-limited-small",
        systems=_QUICK_SYSTEMS,
        forecasters=_all_forecasters(),
        variants=_lengths(100, 200, 400, 700, 1000),
    )


def _scale() -> Suite:
    return Suite(
        name="scale",
        systems=_SCALE_SYSTEMS,
        forecasters=_SCALE_OTHERS,
        recipe="scale",
        horizon=_SCALE_HORIZON,
        horizon_clock="lyapunov times",
        most_points=_SCALE_POINTS,
        variants=_lengths(*_SCALE_LENGTHS),
        parts=(
            Part(forecasters=_SCALE_NETWORKS, preset=SMALL_SIZE),
            Part(forecasters=_SCALE_NETWORKS, preset=PAPER_SIZE, variants=_lengths(*_SCALE_LENGTHS[:2])),
            Part(forecasters=("NeuralODE", "XGBoost", "NVAR"), variants=_lengths(_SCALE_LONGEST)),
        ),
    )


def _scale_large() -> Suite:
    small = _scale()
    return replace(
        small,
        name="scale-large",
        parts=(
            Part(forecasters=_SCALE_NETWORKS, preset=SMALL_SIZE, variants=_lengths(*_SCALE_LENGTHS, _SCALE_LONGEST)),
            Part(forecasters=_SCALE_NETWORKS, preset=PAPER_SIZE, variants=_lengths(*_SCALE_LENGTHS)),
            Part(forecasters=_SCALE_OTHERS, variants=_lengths(_SCALE_LONGEST)),
        ),
    )


def _lengths(*lengths: int) -> tuple[dict[str, int], ...]:
    return tuple({"train_length": length} for length in lengths)


def _granularity() -> Suite:
    # Ten periods to fit and two to predict, whatever the number of points in one.
    coarse = {"recipe": "test-coarse", "train_length": 150, "horizon": 30}
    return Suite(
        name="granularity",
        systems=_QUICK_SYSTEMS,
        forecasters=_all_forecasters(),
        variants=({"recipe": "test-fine"}, coarse),
    )


def _paper() -> Suite:
    budget = Budget(configurations=100, seconds=3600.0)
    return replace(_standard(), recipe="test-paper", preset="published", tuning=budget)


def _maps() -> Suite:
    from dysts.systems.registry import list_systems

    return Suite(name="maps", systems=tuple(list_systems(kind="map")), forecasters=_MAP_FORECASTERS, recipe="test-maps")


_BUILDERS: Mapping[str, Callable[[], Suite]] = {
    "quick": _quick,
    "standard": _standard,
    "long": _long,
    "long-paper": _long_paper,
    "noise": _noise,
    "data-limited": _data_limited,
    "data-limited-small": _data_limited_small,
    "scale": _scale,
    "scale-large": _scale_large,
    "granularity": _granularity,
    "paper": _paper,
    "hard": _hard,
    "maps": _maps,
}
