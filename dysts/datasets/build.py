"""From a recipe and a system to numbers, in blocks of trajectories, and to a labelled data set in memory."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.datasets.description import describe
from dysts.datasets.digest import content_digest
from dysts.datasets.forcing import amplitudes, forced, forced_delay, history_times
from dysts.datasets.layout import arrays_of
from dysts.datasets.recipe import Recipe, solver_of
from dysts.datasets.starts import delay_orbits, start_times, starts
from dysts.integration.integrate import integrate
from dysts.systems.kinds import MAP
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray

BLOCK_BYTES = 32 * 2**20
"""Largest number of bytes that is computed and stored at once; a data set of several blocks is written in shards."""
CHUNK_BYTES = 2**20
"""Size in bytes of the parts of a shard that can be read on their own."""


class Series:
    """The series of one system by one recipe, computed block by block.

    A block depends on the recipe, the system and its own position alone, so blocks may be computed in any order, by
    any process.

    Parameters
    ----------
    recipe : Recipe
    system : System

    Attributes
    ----------
    time : float64 [time]
        In the system's own unit, from 0.
    blocks : tuple of (int, int)
        First trajectory of each block, and the one after its last.
    arrays : dict of str to Array
        What is stored, ``time`` included.
    names : tuple of str
        Of the arrays that are computed in blocks: all but the time.
    """

    def __init__(self, recipe: Recipe, system: System) -> None:
        self.recipe = recipe
        self.system = system
        self.time = np.arange(recipe.points) * recipe.step(system)
        # Measurement noise hides the state, so a state beside it would give the noise away.
        self.has_state = bool(system.observables) and recipe.signal_to_noise_db is None
        components = len(system.observable_names) + system.dimension * self.has_state
        rows = max(1, BLOCK_BYTES // (recipe.points * components * 8))
        self.blocks = tuple(
            (first, min(first + rows, recipe.trajectories)) for first in range(0, recipe.trajectories, rows)
        )
        self.arrays = arrays_of(
            recipe,
            components=tuple(system.observable_names),
            variables=tuple(system.variables),
            has_state=self.has_state,
        )
        self.names = tuple(name for name in self.arrays if name != "time")

    def compute(self, first: int, last: int) -> dict[str, np.ndarray]:
        """Compute a block.

        Returns
        -------
        dict of str to array [trajectory, ...]

        Raises
        ------
        IntegrationError
            If a trajectory fails.
        """
        block: dict[str, np.ndarray] = {"start": start_times(self.recipe, self.system)[first:last]}
        states = self._delay_states(block, first, last) if self.system.delay else self._states(block, first, last)
        series = self.system.observe(states)
        if self.recipe.signal_to_noise_db is not None:
            series = self._measured(series, first, last)
        block["series"] = series
        if self.has_state:
            block["state"] = states
        return {name: np.ascontiguousarray(block[name], dtype=self.arrays[name].dtype) for name in self.names}

    def _states(self, block: dict[str, np.ndarray], first: int, last: int) -> np.ndarray:
        recipe, system = self.recipe, self.system
        begin = starts(recipe, system).states[first:last]
        if recipe.dynamical_noise:
            given = amplitudes(system, recipe.dynamical_noise)
            values, used = forced(system, self.time, begin, given, self._noise_seed(first))
            block["noise_amplitude"] = np.tile(used, (last - first, 1))
            return values
        run = integrate(
            system,
            times=self.time,
            initial_conditions=begin,
            rtol=None if system.kind == MAP else recipe.rtol,
            solver=solver_of(system),
            threads=1,
        )
        return np.asarray(run.values)

    def _delay_states(self, block: dict[str, np.ndarray], first: int, last: int) -> np.ndarray:
        recipe, system = self.recipe, self.system
        if not recipe.dynamical_noise:
            return delay_orbits(recipe, system, first, last, self.time)
        used = amplitudes(system, recipe.dynamical_noise)
        block["noise_amplitude"] = np.tile(used, (last - first, 1))
        histories = delay_orbits(recipe, system, first, last, history_times(system))
        return forced_delay(system, self.time, histories, used, self._noise_seed(first))

    def _noise_seed(self, first: int) -> int:
        return self.recipe.seed_for(self.system.name, f"noise {first}")

    def _measured(self, series: np.ndarray, first: int, last: int) -> np.ndarray:
        assert self.recipe.signal_to_noise_db is not None
        size = series.std(axis=(0, 1)) * 10.0 ** (-self.recipe.signal_to_noise_db / 20.0)
        seed = self.recipe.seed_for(self.system.name, "measurement")
        noise = [np.random.default_rng([seed, case]).standard_normal(series.shape[1:]) for case in range(first, last)]
        return np.asarray(series + size * np.array(noise))

    def attributes(self, sha256: str) -> dict[str, Any]:
        """Return the attributes of the series, with the hash of the numbers."""
        restarts = 0 if self.system.lifetime is None else starts(self.recipe, self.system).restarts
        return describe(self.recipe, self.system, restarts=restarts, has_state=self.has_state) | {"sha256": sha256}


def build(recipe: Recipe, system: System) -> "xarray.Dataset":
    """Compute the series of one system as the recipe says, in memory.

    Parameters
    ----------
    recipe : Recipe
    system : System

    Returns
    -------
    xarray.Dataset
        ``series`` [trajectory, time, component]: the bounded observables of the system; where they differ from the
        state, also ``state`` [trajectory, time, variable]. ``start`` [trajectory]: time of the start on the orbit from
        the stored initial condition. With dynamical noise ``noise_amplitude`` [trajectory, variable], in units of the
        variable per square root of time. Time is the system's own; the attributes say what everything is and hold the
        hash of the numbers.

    Raises
    ------
    IntegrationError
        If a trajectory fails.
    NotSupportedError
        If the registry has no period of the system.

    Examples
    --------
    >>> import dysts
    >>> recipe = Recipe(name="small", points_per_period=20, periods=5, trajectories=2)
    >>> build(recipe, dysts.get_system("Rossler"))["series"].shape
    (2, 100, 3)
    """
    import xarray

    series = Series(recipe, system)
    parts = [series.compute(first, last) for first, last in series.blocks]
    values = {name: np.concatenate([part[name] for part in parts]) for name in series.names}
    arrays = series.arrays
    return xarray.Dataset(
        {name: (arrays[name].dims, values[name], arrays[name].labels) for name in series.names},
        coords={"time": ("time", series.time, arrays["time"].labels)},
        attrs=series.attributes(content_digest(series.time, values)),
    )
