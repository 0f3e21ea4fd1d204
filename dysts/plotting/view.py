"""What a picture of a system shows: its bounded observables along one trajectory."""

from dataclasses import dataclass

import numpy as np

from dysts.checks import check_positive
from dysts.errors import InvalidArgumentError, UnknownNameError, unknown_name
from dysts.integration.integrate import integrate
from dysts.invariants.period import responding_observables
from dysts.systems.registry import get_system
from dysts.systems.system import System

PERIODS = 60.0
DISCARDED_PERIODS = 20.0
POINTS_PER_PERIOD = 150
CELLS = 48
DELAYED_COPIES = 3
"""Values of a delay system, each a delay before the other, that stand for its infinitely many coordinates."""


@dataclass(frozen=True, eq=False)
class View:
    """A trajectory as pictures show it.

    Attributes
    ----------
    system : System
    times : float64 [time]
        From 0, in the system's own unit.
    values : float64 [time, component]
        Bounded observables without driving phases; of a delay system its value now, one delay ago and two.
    names : tuple of str
    """

    system: System
    times: np.ndarray
    values: np.ndarray
    names: tuple[str, ...]

    def columns(self, components: tuple[str, ...] | None, count: int) -> list[int]:
        """Return the positions of chosen components, or of the first ones that vary.

        Raises
        ------
        UnknownNameError, InvalidArgumentError
            If a name is not known, or there are not as many.
        """
        if components is None:
            if len(self.names) < count:
                raise InvalidArgumentError(
                    f"{self.system.name} has {len(self.names)} components to show ({', '.join(self.names)}); "
                    f"this picture needs {count}"
                )
            return list(range(count))
        if len(components) != count:
            raise InvalidArgumentError(f"components are {components}; this picture needs {count}")
        for name in components:
            if name not in self.names:
                raise self._unknown(name)
        return [self.names.index(name) for name in components]

    def _unknown(self, name: str) -> UnknownNameError:
        return unknown_name(f"component of {self.system.name}", name, self.names)

    def best_pair(self) -> tuple[int, int]:
        """Return the two components whose projection fills most of its frame."""
        best, pair = -1, (0, min(1, len(self.names) - 1))
        for first in range(len(self.names)):
            for second in range(first + 1, len(self.names)):
                counts = np.histogram2d(self.values[:, first], self.values[:, second], bins=CELLS)[0]
                filled = int((counts > 0).sum())
                if filled > best:
                    best, pair = filled, (first, second)
        return pair


def view_of(
    system: System | str | View, *, periods: float = PERIODS, points_per_period: int = POINTS_PER_PERIOD
) -> View:
    """Integrate what a picture shows, from the stored initial condition after a start that is not shown.

    Parameters
    ----------
    system : System, str or View
        A view is returned as it is.
    periods : float
        Length; of a set that orbits leave, at most half of its lifetime.
    points_per_period : int

    Returns
    -------
    View

    Raises
    ------
    UnknownNameError, InvalidArgumentError, IntegrationError

    Examples
    --------
    >>> view_of("Rossler", periods=10).values.shape
    (1500, 3)
    """
    if isinstance(system, View):
        return system
    if isinstance(system, str):
        system = get_system(system)
    length = check_positive("periods", periods)
    discard = DISCARDED_PERIODS
    if system.lifetime is not None:
        length, discard = min(length, system.lifetime / 2.0), 0.0
    step = system.period / points_per_period
    shown = np.arange(int(length * points_per_period)) * step
    if system.delay is not None:
        return _delayed_view(system, shown, discard * system.period)
    keep = responding_observables(system)
    values = integrate(system, times=discard * system.period + shown, observables=True, predictability=False).values
    names = tuple(system.observable_names[index] for index in keep)
    return View(system, shown, values[:, keep], names)


def _delayed_view(system: System, shown: np.ndarray, discard: float) -> View:
    delay = float(system.flat_parameters[str(system.delay)])
    start = max(discard, (DELAYED_COPIES - 1) * delay)
    columns = [
        integrate(system, times=start - back * delay + shown, observables=True, predictability=False).values[:, 0]
        for back in range(DELAYED_COPIES)
    ]
    name = system.observable_names[0]
    names = (f"{name}(t)", f"{name}(t - {system.delay})", f"{name}(t - 2 {system.delay})")
    return View(system, shown, np.stack(columns, axis=1), names)
