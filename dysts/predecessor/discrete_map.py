"""`DynMap`: a map as dysts 0.96 has it, of the registry or of a user's class with ``_rhs`` in Python."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dysts.checks import check_count
from dysts.errors import DystsWarning, InvalidArgumentError, NotSupportedError
from dysts.integration.integrate import integrate
from dysts.predecessor.argument_checks import check_keywords
from dysts.predecessor.equations import StaticEquations, map_with, plain_facts
from dysts.predecessor.model import BaseDyn
from dysts.predecessor.published import MAPS_FILE, map_facts_of, published_values_in_use
from dysts.predecessor.series_tools import standardize_ts
from dysts.systems.system import System

ENDS = {"escaped": "escapes to infinity", "outside_domain": "outside of its domain"}
"""How orbits end, by the status of `dysts.integrate`."""
OF_FLOWS = ("resample", "pts_per_period", "noise", "method", "timescale", "events", "postprocess")
"""Keywords of flows, which have no effect on maps and none in dysts 0.96."""
DATAPATH_DISCRETE = str(MAPS_FILE)


def _check_not_zero(name: str, value: Any) -> None:
    if value == 0.0:
        raise InvalidArgumentError(f"{name} must not be 0 for a map that is iterated backwards, got {value!r}")


def _henon_backwards(x: Any, y: Any, a: Any, b: Any) -> tuple[Any, Any]:
    _check_not_zero("b", b)
    return y / b, x - 1.0 + a * (y / b) ** 2


def _baker_backwards(x: Any, y: Any, a: Any) -> tuple[Any, Any]:
    _check_not_zero("a", a)
    half = np.floor(2.0 * y)
    return (x + half) / (2.0 - 1e-10), (2.0 * y - half) / a


def _chirikov_backwards(p: Any, x: Any, k: Any) -> tuple[Any, Any]:
    before = x - p
    return np.mod(p - k * np.sin(before), 2.0 * np.pi), np.mod(before, 2.0 * np.pi)


INVERSES: dict[str | None, Callable[..., tuple[Any, Any]]] = {
    "Baker": _baker_backwards,
    "Chirikov": _chirikov_backwards,
    "Henon": _henon_backwards,
}
"""Inverses of maps of the registry: of components and parameters."""


class DynMap(BaseDyn):
    """A map: of the registry, or of a user's class with ``_rhs(*components, *parameters)`` in Python.

    Parameters
    ----------
    metadata_path : str, optional
        A JSON file with facts by the name of the class.
    parameters : mapping of str to float, optional
    **facts
        Further facts, such as ``initial_conditions``.

    Examples
    --------
    >>> from dysts.base import DynMap
    >>> class Doubling(DynMap):
    ...     @staticmethod
    ...     def _rhs(x, b):
    ...         return (b * x % 1.0,)
    >>> Doubling(parameters={"b": 2.0}, initial_conditions=[0.1]).make_trajectory(3).tolist()
    [0.2, 0.4, 0.8]
    """

    _rhs_inv: Any = None

    def __init__(
        self,
        metadata_path: str | None = DATAPATH_DISCRETE,
        parameters: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        self.as_published = published_values_in_use()
        given = None if metadata_path == DATAPATH_DISCRETE else metadata_path
        super().__init__(metadata_path=given, parameters=parameters, **facts)

    def _stored_facts(self) -> Mapping[str, Any]:
        if self.registry_name is None:
            return {}
        return plain_facts(map_facts_of(self.registry_name, as_published=self.as_published))

    @property
    def system(self) -> System:
        """The value of this package that stands for the model as it is now, for everything that is only there."""
        if self.registry_name is None or not self._follows_registry():
            raise InvalidArgumentError(f"{self.name} must be a map of the registry, got equations in Python")
        return map_with(self.registry_name, self.params, as_published=self.as_published)

    def _follows_registry(self) -> bool:
        return isinstance(type(self)._rhs, StaticEquations) and type(self).rhs is DynMap.rhs

    def jac(self, X: Any) -> Any:
        """Evaluate the exact Jacobian of a state: row by equation, column by component."""
        return self.system.jacobian(0.0, X)

    def rhs(self, X: Any) -> np.ndarray:
        """Return the images of states [..., component]."""
        if self._follows_registry():
            return self.system.rhs(0.0, np.asarray(X, dtype=np.float64))
        return self._images(self._rhs, X)

    def rhs_inv(self, Xp: Any) -> np.ndarray:
        """Return the states whose images are given, if the class has ``_rhs_inv``, or it is known."""
        if type(self)._rhs_inv is None:
            raise NotSupportedError(f"{self.name} must define _rhs_inv to be iterated backwards, got none")
        return self._images(self._rhs_inv, Xp)

    def _images(self, function: Any, states: Any) -> np.ndarray:
        values = np.asarray(states, dtype=np.float64)
        found = function(*np.moveaxis(values, -1, 0), *self.param_list)
        columns = found if isinstance(found, tuple | list) else (found,)
        return np.stack(np.broadcast_arrays(*columns), axis=-1).astype(np.float64)

    def __call__(self, X: Any) -> np.ndarray:
        return self.rhs(X)

    def make_trajectory(
        self,
        n: int,
        init_cond: Any = None,
        inverse: bool = False,
        return_times: bool = False,
        standardize: bool = False,
        **options: Any,
    ) -> Any:
        """Iterate and return ``n`` points, the first being the image of the initial condition.

        Parameters
        ----------
        n : int
        init_cond : array_like [component] or [trajectory, component], optional
        inverse : bool
            Whether to iterate backwards.
        return_times : bool
            Whether to return the numbers of the points too, first.
        standardize : bool
            Whether to scale each component to zero mean and unit deviation.
        **options
            Refused, but for those of flows that mean nothing for a map.

        Returns
        -------
        ndarray [time, component]
            Without axes of length one; with an axis of trajectories in front for several starts.
        """
        check_keywords("make_trajectory of a map", options, OF_FLOWS, self.make_trajectory)
        count = check_count("n", n)
        values = self._orbits(count, self._starts(init_cond), inverse=inverse)
        if standardize:
            values = standardize_ts(values)
        squeezed = np.squeeze(values)
        return (np.arange(count), squeezed) if return_times else squeezed

    def _orbits(self, count: int, starts: np.ndarray, *, inverse: bool) -> np.ndarray:
        if self._follows_registry() and not inverse:
            numbers = np.arange(1, count + 1)
            orbits = integrate(self.system, times=numbers, initial_conditions=starts, on_failure="keep")
            values = np.asarray(orbits.values)
            self._warn_of_ends(values, orbits.attrs["status"])
            return values
        step = self.rhs_inv if inverse else self.rhs
        values = np.empty((len(starts), count, starts.shape[-1]))
        state = starts
        for index in range(count):
            with np.errstate(all="ignore"):
                state = values[:, index] = step(state)
        self._warn_of_ends(values, "escaped or outside_domain")
        return values

    def _warn_of_ends(self, values: np.ndarray, status: str) -> None:
        """Say which orbit ended at which iterate; dysts 0.96 returns infinities without a word."""
        ended = ~np.isfinite(values).all(axis=-1)
        if ended.any():
            orbit = int(np.argmax(ended.any(axis=-1)))
            which = f" from state {orbit}" if len(values) > 1 else ""
            reason = " or ".join(words for name, words in ENDS.items() if name in status)
            warnings.warn(
                f"the orbit of {self.name}{which} ended at iterate {int(np.argmax(ended[orbit]))} of "
                f"{values.shape[1]} ({reason}), and has no numbers from there on",
                DystsWarning,
                stacklevel=5,
            )
