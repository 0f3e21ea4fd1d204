"""The result of an assimilation: a trajectory, its spread, and forecasts from its end."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.assimilation.least_squares import Fit, Window
from dysts.assimilation.observing import Observer
from dysts.checks import check_count
from dysts.errors import UnreliableEstimateError
from dysts.integration.integrate import integrate
from dysts.systems.kinds import MAP
from dysts.systems.system import System

CONVERGED, MISFIT, NO_TRAJECTORY = "converged", "misfit", "no_trajectory"
SENTENCES = {
    CONVERGED: "the trajectory agrees with the observations within their noise",
    MISFIT: "no trajectory was found that agrees with the observations within their noise: the noise is larger than "
    "given, the equations are forced by noise as well, or the fit ended in a wrong minimum",
    NO_TRAJECTORY: "no trajectory was found that reaches the end of the window",
}
"""Meaning of each status."""
NOT_SHOWN = 0.5
"""Standard deviation of a variable's error, in standard deviations of the attractor, at which the observations do not
show it."""
RTOL = 1e-12
"""Relative tolerance of forecasts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Assimilation:
    """The most probable trajectory of a system behind a series, with the spread that the noise leaves.

    Attributes
    ----------
    system : System
    components : tuple of str
        Names of the observed components.
    status : {"converged", "misfit", "no_trajectory"}
        Whether the trajectory agrees with the observations; `reason` has the sentence.
    times : float64 [time]
        Times of the window's points, the last of which is the last observed one.
    states : float64 [time, variable]
        The trajectory; empty without one.
    misfit : float
        Mean squared misfit of the observations in units of their variance, about 1 for the right trajectory.
    ends : float64 [alternative, variable]
        States at the last point: the best, and others that the observations do not tell from it.
    weights : float64 [alternative]
        Their probabilities.
    spreads : float64 [alternative, variable, direction]
        Square roots of the covariances of their errors, in the linear approximation.
    not_shown : tuple of str
        Variables that the observations do not determine.
    """

    system: System
    components: tuple[str, ...]
    status: str
    times: np.ndarray
    states: np.ndarray
    misfit: float
    ends: np.ndarray
    weights: np.ndarray
    spreads: np.ndarray
    not_shown: tuple[str, ...]
    step: float
    observer: Observer

    @classmethod
    def from_fits(
        cls,
        fits: list[Fit],
        *,
        window: Window,
        system: System,
        observer: Observer,
        start: float,
        step: float,
        status: str,
    ) -> "Assimilation":
        """Return the result of fits to a window, the best first."""
        points = len(window.observations)
        size = system.dimension
        common: dict[str, Any] = {"system": system, "components": observer.components, "status": status, "step": step}
        common |= {"observer": observer, "times": start + step * np.arange(points)}
        if not fits:
            return cls(
                **common,
                states=np.empty((0, size)),
                misfit=np.inf,
                ends=np.empty((0, size)),
                weights=np.empty(0),
                spreads=np.empty((0, size, 0)),
                not_shown=system.variables,
            )
        paths = [window.propagate(fit.state, points) for fit in fits]
        ends = np.array([states[-1] for states, _ in paths])
        spreads = np.array([tangents[-1] @ fit.spread for fit, (_, tangents) in zip(fits, paths, strict=True)])
        weights = np.exp(-0.5 * (np.array([fit.cost for fit in fits]) - fits[0].cost))
        weights /= weights.sum()
        mean = weights @ ends
        variances = weights @ ((ends - mean) ** 2 + (spreads**2).sum(axis=2))
        hidden = np.sqrt(variances) > NOT_SHOWN * window.scale
        return cls(
            **common,
            states=paths[0][0],
            misfit=fits[0].misfit / window.observations.size,
            ends=ends,
            weights=weights,
            spreads=spreads,
            not_shown=tuple(name for name, is_hidden in zip(system.variables, hidden, strict=True) if is_hidden),
        )

    @property
    def reason(self) -> str:
        """Meaning of the status, as a sentence."""
        return SENTENCES[self.status]

    @property
    def state(self) -> np.ndarray:
        """The most probable state at the last point, float64 [variable].

        Raises
        ------
        UnreliableEstimateError
            If there is no trajectory.
        """
        if not len(self.ends):
            raise UnreliableEstimateError(f"{self.system.name} has no assimilated state: {self.reason}")
        state: np.ndarray = self.ends[0]
        return state

    @property
    def observed(self) -> np.ndarray:
        """The observed components of the trajectory, the series without its noise: float64 [time, component]."""
        return self.observer(self.states)

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of the error of `state`, in the linear approximation: float64 [variable, variable]."""
        spread: np.ndarray = self.spreads[0]
        covariance: np.ndarray = spread @ spread.T
        return covariance

    def ensemble(self, samples: int, *, seed: int = 0) -> np.ndarray:
        """Draw states at the last point that the observations allow.

        Parameters
        ----------
        samples : int
        seed : int
            Equal seeds give equal states; the first states do not depend on the number of samples.

        Returns
        -------
        float64 [sample, variable]
        """
        check_count("samples", samples)
        check_count("seed", seed, least=0)
        _ = self.state
        # One generator for each sample: a longer ensemble then begins with the shorter one.
        drawn = np.empty((samples, self.system.dimension))
        for index in range(samples):
            generator = np.random.default_rng([seed, index])
            choice = int(generator.choice(len(self.weights), p=self.weights))
            drawn[index] = self.ends[choice] + self.spreads[choice] @ generator.standard_normal(self.spreads.shape[2])
        return drawn

    def forecast(self, points: int, *, samples: int | None = None, seed: int = 0) -> np.ndarray:
        """Forecast the observed components at the points after the last.

        Parameters
        ----------
        points : int
        samples : int, optional
            Forecast from as many states of `ensemble` instead of from the most probable one.
        seed : int

        Returns
        -------
        float64 [time, component], or [sample, time, component]
            A sample that leaves the domain of the equations holds NaN from there on.
        """
        states = self.state if samples is None else self.ensemble(samples, seed=seed)
        last = float(self.times[-1])
        times = last + self.step * np.arange(check_count("points", points) + 1)
        settings: dict[str, Any] = {} if self.system.kind == MAP else {"rtol": RTOL, "predictability": False}
        run = integrate(
            self.system,
            times=times,
            start=last,
            initial_conditions=states,
            on_failure="raise" if samples is None else "keep",
            **settings,
        )
        return self.observer(run.values)[..., 1:, :]
