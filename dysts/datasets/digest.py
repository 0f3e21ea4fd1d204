"""Hashes of the inputs that determine the numbers of a data set, and of the numbers."""

import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from dysts.datasets.recipe import Recipe
from dysts.systems.system import System
from dysts.version import __version__

FORMAT = 4
"""Version of the layout of a store; one with another version is not read."""
USED_PROPERTIES = ("period", "lyapunov_spectrum", "regime")
"""Properties that decide about the times of a series, or about the scores of its forecasts."""


@functools.lru_cache(maxsize=256)
def inputs_digest(recipe: Recipe, system: System) -> str:
    """Hash the inputs of the numbers: recipe, definition, the properties in use, format and version."""
    entries = system.properties
    used = {name: [entries[name]["value"], entries[name].get("error")] for name in USED_PROPERTIES if name in entries}
    if recipe.period_source == "published":
        used["published_period"] = [recipe.unit(system)]
    content = [FORMAT, recipe.to_dict(), system.to_entry(with_properties=False), used, __version__]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=list).encode()).hexdigest()


class ContentDigest:
    """The hash of the numbers of a data set, taken up block by block, independent of how they are stored.

    Parameters
    ----------
    time : float64 [time]

    Examples
    --------
    >>> values = np.arange(12.0).reshape(2, 3, 2)
    >>> whole, halves = ContentDigest(np.arange(3.0)), ContentDigest(np.arange(3.0))
    >>> whole.update({"series": values})
    >>> halves.update({"series": values[:1]}); halves.update({"series": values[1:]})
    >>> whole.hexdigest() == halves.hexdigest()
    True
    """

    def __init__(self, time: np.ndarray) -> None:
        self._time = hashlib.sha256(np.ascontiguousarray(time, dtype="<f8").tobytes()).hexdigest()
        self._parts: dict[str, Any] = {}
        self._shapes: dict[str, tuple[int, ...]] = {}

    def update(self, block: Mapping[str, np.ndarray]) -> None:
        """Take up the next trajectories: arrays [trajectory, ...] by the name of the variable."""
        for name, values in block.items():
            kind = "<f4" if values.dtype == np.float32 else "<f8"
            digest = self._parts.setdefault(name, hashlib.sha256(kind.encode()))
            digest.update(np.ascontiguousarray(values, dtype=kind).tobytes())
            rows = self._shapes.get(name, (0,))[0]
            self._shapes[name] = (rows + values.shape[0], *values.shape[1:])

    def hexdigest(self) -> str:
        """Return the hash of all that was taken up."""
        parts = {name: [self._shapes[name], self._parts[name].hexdigest()] for name in sorted(self._parts)}
        return hashlib.sha256(json.dumps([self._time, parts]).encode()).hexdigest()


def content_digest(time: np.ndarray, variables: Mapping[str, np.ndarray]) -> str:
    """Hash the numbers of a data set that is in memory."""
    digest = ContentDigest(time)
    digest.update(variables)
    return digest.hexdigest()
