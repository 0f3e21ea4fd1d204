"""The rows that frame every table: a floor that needs no skill, and an oracle that knows the equations."""

import json
from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.parroting import ContextParroting
from dysts.errors import InvalidArgumentError, unknown_name

ORACLE = "Oracle"
PARROTING = "ContextParroting"
FLOORS = ("Climatology", "Persistence", PARROTING)
"""References that need no model; the best of them on a task is its floor."""
REFERENCES: Mapping[str, str] = {
    "Climatology": "predicts the mean of the training series",
    "Persistence": "predicts the last observed point",
    PARROTING: "copies what followed the past window that is most similar to the last one",
    "Oracle": "integrates the true equations from the last observed state: what is attainable at the data's precision "
    "and noise",
}
"""References by name, each with a description; none of them is ranked."""

_RTOL = 1e-14
"""Relative tolerance of the oracle, that of the recipes."""


class Reference(Protocol):
    """A reference behaves as a forecaster."""

    def fit(self, series: NDArray[np.float64]) -> Self:
        """Take the training series."""
        ...

    def predict(self, horizon: int) -> NDArray[np.float64]:
        """Return the forecast, float64 [time, component]."""
        ...


class Climatology:
    """Predict the mean of the training series."""

    def fit(self, series: NDArray[np.float64]) -> Self:
        """Take the mean of each component."""
        self._value = series.mean(axis=0)
        return self

    def predict(self, horizon: int) -> NDArray[np.float64]:
        """Return the mean at every time."""
        return np.tile(self._value, (horizon, 1))


class Persistence(Climatology):
    """Predict the last observed point."""

    def fit(self, series: NDArray[np.float64]) -> Self:
        """Take the last point."""
        self._value = series[-1].copy()
        return self


class Oracle:
    """Integrate the true equations from the last observed state.

    Parameters
    ----------
    known : mapping
        See `benchmark.tasks.oracle_start.OracleStart`.
    """

    def __init__(self, known: Mapping[str, Any]) -> None:
        from dysts.systems.system import System

        self._system = System.from_entry(str(known["system"]), {"definition": json.loads(str(known["definition"]))})
        self._step = float(known["step"])
        self._states = np.asarray(known["states"], dtype=np.float64)
        self._time = float(known["time"])
        names = list(self._system.observable_names)
        for name in known["components"]:
            if name not in names:
                raise unknown_name(f"observable of {self._system.name}", name, names)
        self._columns = [names.index(name) for name in known["components"]]

    def fit(self, series: NDArray[np.float64]) -> Self:
        """Check the number of components; the state is known already."""
        if series.shape[1] != len(self._columns):
            raise InvalidArgumentError(
                f"the series has {series.shape[1]} components, the oracle knows {len(self._columns)}"
            )
        return self

    def predict(self, horizon: int) -> NDArray[np.float64]:
        """Return the observables of the true trajectory, float64 [horizon, component]."""
        from dysts.datasets.recipe import solver_of
        from dysts.integration.integrate import integrate

        times = self._time + self._step * np.arange(horizon + 1)
        start: dict[str, Any] = {"initial_conditions": self._states[-1], "start": self._time}
        if self._system.delay is not None:
            past = self._step * np.arange(1 - len(self._states), 1)
            start = {"history": (past, self._states)}
        solver = solver_of(self._system)
        run = integrate(self._system, times=times, rtol=_RTOL, solver=solver, predictability=False, **start)
        return np.asarray(self._system.observe(run.values)[1:, self._columns], dtype=np.float64)


def build_reference(name: str, known: Mapping[str, Any]) -> Reference:
    """Return a reference by its name.

    Parameters
    ----------
    name : str
        One of `REFERENCES`.
    known : mapping
        What the oracle knows; the others ignore it.

    Raises
    ------
    UnknownNameError
        If there is no such reference.

    Examples
    --------
    >>> import numpy as np
    >>> build_reference("Persistence", {}).fit(np.array([[1.0], [3.0]])).predict(2).tolist()
    [[3.0], [3.0]]
    """
    if name == "Climatology":
        return Climatology()
    if name == "Persistence":
        return Persistence()
    if name == PARROTING:
        return ContextParroting()
    if name == ORACLE:
        return Oracle(known)
    raise unknown_name("reference", name, REFERENCES)
