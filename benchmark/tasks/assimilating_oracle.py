"""The oracle under measurement noise: it assimilates the end of the training series and forecasts from there."""

import json
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from benchmark.tasks.map_oracle import build_reference_of
from benchmark.tasks.references import ORACLE, Reference

KNOWN = "assimilation"
"""Entry of an oracle's knowledge that makes it assimilate; see `benchmark.tasks.oracle_start`."""


class AssimilatingOracle:
    """Forecast with the true equations from the most probable state at the last observed point.

    Where no trajectory agrees with the observations within their noise, the forecast starts from the last observed
    point, as that of an oracle without noise does, and `remark` says so.

    Parameters
    ----------
    known : mapping
        See `benchmark.tasks.oracle_start.OracleStart`.
    """

    remark = ""
    """Why the forecast does not start from an assimilated state; empty if it does."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known
        self._fallback = build_reference_of(ORACLE, known)
        self._found: Any = None

    def fit(self, series: NDArray[np.float64]) -> Self:
        """Assimilate the end of the series."""
        from dysts.assimilation import assimilate
        from dysts.assimilation.result import CONVERGED
        from dysts.errors import IntegrationError
        from dysts.systems.system import System

        self._fallback.fit(series)
        known, more = self._known, self._known[KNOWN]
        system = System.from_entry(str(known["system"]), {"definition": json.loads(str(known["definition"]))})
        self._found, self.remark = None, ""
        try:
            found = assimilate(
                system,
                series,
                step=float(known["step"]),
                noise=np.asarray(more["deviations"], dtype=np.float64),
                components=list(known["components"]),
                start=float(more["start"]),
                phase=more["phase"],
                window=min(int(more["window"]), len(series)),
            )
        except IntegrationError as error:
            self.remark = f"forecast from the last observed point, as the assimilation failed: {error}"
            return self
        if found.status == CONVERGED:
            self._found = found
        else:
            self.remark = f"forecast from the last observed point, as of the assimilation {found.reason}"
        return self

    @property
    def denoised(self) -> NDArray[np.float64] | None:
        """The end of the series without its noise, float64 [time, component]; None without an assimilation."""
        return None if self._found is None else np.asarray(self._found.observed, dtype=np.float64)

    def predict(self, horizon: int, *, samples: int | None = None, seed: int = 0) -> NDArray[np.float64]:
        """Return the forecast, or forecasts from states that the observations allow.

        Parameters
        ----------
        horizon : int
        samples : int, optional
            Number of states; without it the most probable one.
        seed : int

        Returns
        -------
        ndarray, float64 [time, component] or [sample, time, component]
        """
        if self._found is None:
            forecast = self._fallback.predict(horizon)
            return forecast if samples is None else np.repeat(forecast[None], samples, axis=0)
        forecast = self._found.forecast(horizon, samples=samples, seed=seed)
        return np.asarray(forecast, dtype=np.float64)


def build_reference_for(name: str, known: Mapping[str, Any]) -> Reference:
    """Return a reference by its name, for data of a flow or of a map, with measurement noise or without.

    Parameters
    ----------
    name : str
        One of `benchmark.tasks.references.REFERENCES`.
    known : mapping
        See `benchmark.tasks.oracle_start.OracleStart`.
    """
    if name == ORACLE and KNOWN in known:
        return AssimilatingOracle(known)
    return build_reference_of(name, known)
