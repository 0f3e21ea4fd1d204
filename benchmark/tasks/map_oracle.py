"""The oracle of a map, which iterates the true equations from the last observed state."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.references import ORACLE, Oracle, Reference, build_reference
from dysts.systems.kinds import MAP


class MapOracle(Oracle):
    """Iterate the true equations from the last observed state, in double precision."""

    def predict(self, horizon: int) -> NDArray[np.float64]:
        """Return the observables of the true orbit, float64 [horizon, component]."""
        from dysts.integration.integrate import integrate

        iterates = self._time + self._step * np.arange(horizon + 1)
        orbit = integrate(self._system, times=iterates, initial_conditions=self._states[-1], start=self._time)
        return np.asarray(self._system.observe(orbit.values)[1:, self._columns], dtype=np.float64)


def build_reference_of(name: str, known: Mapping[str, Any]) -> Reference:
    """Return a reference by its name, for data of a flow or of a map.

    Parameters
    ----------
    name : str
        One of `benchmark.tasks.references.REFERENCES`.
    known : mapping
        See `benchmark.tasks.oracle_start.OracleStart`.
    """
    if name == ORACLE and json.loads(str(known["definition"])).get("kind") == MAP:
        return MapOracle(known)
    return build_reference(name, known)
