"""The checked arguments of an assimilation, and the length of its window."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.assimilation.observing import Observer
from dysts.checks import check_array, check_count, check_names, check_positive, check_time
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.systems.kinds import MAP
from dysts.systems.system import System

LYAPUNOV_TIMES, PERIODS = 5.0, 3.0
"""Length of the default window: after five Lyapunov times the first point tells exp(-10) as much about the unstable
direction of the last as the last one does. Regular motion has three periods."""
LEAST_POINTS, MOST_POINTS = 20, 2000
"""Least and greatest number of points in the default window."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """Checked observations and the facts that are known about them.

    Attributes
    ----------
    system : System
    observer : Observer
    observations : float64 [time, component]
    deviations : float64 [component]
        Standard deviations of the noise.
    step, start : float
        Time between two points, and time of the first.
    phase : float or None
        The driving phase at the first point, if it is known.
    """

    system: System
    observer: Observer
    observations: np.ndarray
    deviations: np.ndarray
    step: float
    start: float
    phase: float | None

    @classmethod
    def checked(
        cls, system: System, series: Any, *, step: Any, noise: Any, components: Any, start: Any, phase: Any
    ) -> "Given":
        """Check the arguments of `dysts.assimilate`.

        Raises
        ------
        InvalidArgumentError, NotSupportedError
        """
        if system.delay is not None:
            raise NotSupportedError(
                f"{system.name} is a delay system, whose state is a function of time; this version assimilates into "
                "states of finitely many numbers only"
            )
        names = system.observable_names if components is None else check_names("components", components)
        observer = Observer(system, names)
        observations = check_array("series", series)
        if observations.ndim != 2 or observations.shape[1] != len(names) or len(observations) < 2:
            raise InvalidArgumentError(
                f"series must have shape (time, {len(names)}) for the components {', '.join(names)} and at least two "
                f"points, got {observations.shape}"
            )
        if not np.isfinite(observations).all():
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(observations))[0])
            raise InvalidArgumentError(f"series must be finite, got {observations[place]} at {place}")
        deviations = check_array("noise", noise)
        if deviations.shape not in ((), (len(names),)):
            raise InvalidArgumentError(
                f"noise must be one number or one for each of the {len(names)} components, got shape {deviations.shape}"
            )
        deviations = np.broadcast_to(deviations, (len(names),)).copy()
        if not (np.isfinite(deviations) & (deviations > 0.0)).all():
            raise InvalidArgumentError(f"noise must be positive and finite, got {noise!r}")
        if phase is not None and system.driving_phase is None:
            raise InvalidArgumentError(f"phase must be left out, as {system.name} has no driving phase, got {phase!r}")
        step = check_positive("step", step)
        if system.kind == MAP and step != round(step):
            raise InvalidArgumentError(f"step must be a whole number of iterates for the map {system.name}, got {step}")
        return cls(
            system=system,
            observer=observer,
            observations=observations,
            deviations=deviations,
            step=step,
            start=_finite("start", start),
            phase=None if phase is None else _finite("phase", phase),
        )

    @property
    def phase_place(self) -> int:
        """Position of the driving phase in the state; -1 without one."""
        phase = self.system.driving_phase
        return -1 if phase is None else self.system.variables.index(phase.variable)

    def phase_after(self, points: int) -> float:
        """Return the known driving phase some points after the first."""
        if self.phase is None:
            raise InvalidArgumentError(f"phase must be given for {self.system.name}, got None")
        # The rate of a driving phase is the same everywhere.
        rate = self.system.rhs(self.start, self.system.initial_conditions)[self.phase_place]
        phase = self.phase + float(rate) * points * self.step
        place, period = self.system.phase_index_and_period
        return phase if place < 0 else phase % period


def window_points(given: Given, wanted: int | None) -> int:
    """Return the number of points in the window, from what was asked for or from the time scales of the system.

    Raises
    ------
    InvalidArgumentError
        If the window has less than two points or more than the series.
    """
    available = len(given.observations)
    if wanted is not None:
        points = check_count("window", wanted, least=2)
        if points > available:
            raise InvalidArgumentError(f"window must be at most the {available} points of the series, got {points}")
        return points
    system = given.system
    if "lyapunov_spectrum" in system.properties and system.lyapunov_time is not None:
        points = math.ceil(min(LYAPUNOV_TIMES * system.lyapunov_time / given.step, MOST_POINTS))
    elif "period" in system.properties:
        points = math.ceil(min(PERIODS * system.period / given.step, MOST_POINTS))
    else:
        points = MOST_POINTS
    return min(available, max(points, LEAST_POINTS))


def _finite(name: str, value: Any) -> float:
    number = check_time(name, value)
    if not math.isfinite(number):
        raise InvalidArgumentError(f"{name} must be finite, got {value!r}")
    return number
