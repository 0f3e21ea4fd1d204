"""Windows of all systems from which the atlas is computed, and their features."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dysts.atlas.features import features_of
from dysts.atlas.outline import outline_of
from dysts.errors import InvalidArgumentError
from dysts.invariants.period import responding_observables
from dysts.systems.system import System

DATA_SET = "long"
"""The data set with the windows: ten trajectories of 60 periods from disjoint parts of an orbit, 100 points in each."""
POINTS_PER_PERIOD = 100
"""Number of points in a period of that data set."""
MOST_COMPONENTS = 3
"""Largest number of components of a system that are compared, so that the atlas of all takes minutes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SystemFeatures:
    """Features of the windows of one system.

    Attributes
    ----------
    system : str
    components : tuple of str
        Those that have a time scale: a component that drifts, or jumps now and then, has none.
    names : tuple of str
        Names of the features.
    values : numpy.ndarray
        float64 [window, component, feature].
    outline : str
        The attractor for a page; see `dysts.atlas.outline`.
    """

    system: str
    components: tuple[str, ...]
    names: tuple[str, ...]
    values: np.ndarray
    outline: str


def chosen_components(system: System) -> list[int]:
    """Return the positions of the observables that the atlas looks at: the first that are no driving phase."""
    return responding_observables(system)[:MOST_COMPONENTS]


def features_of_windows(
    system: System, windows: np.ndarray, *, noise: float = 0.0, seed: int = 0
) -> SystemFeatures | None:
    """Compute the features of the windows of a system; None if no component has a time scale.

    Parameters
    ----------
    system : System
    windows : numpy.ndarray [window, time, component]
        Values of all observables.
    noise : float
        Standard deviation of white noise that is added, as a fraction of that of the component in the window.
    seed : int
        Seed of the noise.
    """
    generator = np.random.default_rng(seed)
    components: list[str] = []
    columns: list[list[list[float]]] = []
    names: tuple[str, ...] = ()
    for position in chosen_components(system):
        rows = []
        for window in windows[..., position]:
            values = np.asarray(window, dtype=np.float64)
            if noise:
                values = values + noise * values.std() * generator.standard_normal(len(values))
            try:
                found = features_of(values)
            except InvalidArgumentError:
                break
            names = tuple(found)
            rows.append(list(found.values()))
        if len(rows) == len(windows):
            components.append(system.observable_names[position])
            columns.append(rows)
    if not components:
        return None
    values = np.array(columns).transpose(1, 0, 2)
    return SystemFeatures(
        system=system.name,
        components=tuple(components),
        names=names,
        values=values,
        outline=outline_of(windows[0][:, responding_observables(system)], points_per_period=POINTS_PER_PERIOD),
    )


def collect_features(
    systems: Sequence[System], *, report: Callable[[str], None] | None = None
) -> tuple[list[SystemFeatures], list[str]]:
    """Return the features of the windows of systems, and the names of those without a time scale.

    Parameters
    ----------
    systems : sequence of System
        Systems of the registry.
    report : callable, optional
        Receives a line now and then.
    """
    from dysts.datasets import open_dataset

    stored = open_dataset(DATA_SET)
    found: list[SystemFeatures] = []
    without: list[str] = []
    for count, system in enumerate(systems, start=1):
        features = features_of_windows(system, stored[system.name]["series"].values)
        if features is None:
            without.append(system.name)
        else:
            found.append(features)
        if report and count % 15 == 0:
            report(f"features: {count} of {len(systems)} systems")
    return found, without
