"""Systems that differ from one in parameter values, made without checks; they share its compiled functions."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dysts.checks import check_names
from dysts.equations.expressions import names_in, parse
from dysts.equations.parameters import flatten_parameters
from dysts.errors import InvalidArgumentError, unknown_name
from dysts.systems.frozen import FrozenMapping
from dysts.systems.system import System

_SHARED = ("vector_field", "compiled", "delayed_variables", "_observable_trees")
"""Cached parts of a system that do not depend on the values of its parameters."""


class ParameterSets:
    """The systems that differ from one in the values of some parameters.

    Parameters
    ----------
    system : System
    names : sequence of str, or str
        Parameters that are one number, or elements of others by their flat names (``w_1_2``).

    Raises
    ------
    UnknownNameError
        If a name is no parameter of the system.
    InvalidArgumentError
        If a name stands for several numbers, or is given twice.

    Examples
    --------
    >>> import dysts
    >>> sets = ParameterSets(dysts.get_system("Lorenz"), ["rho"])
    >>> [member.parameters["rho"] for member in sets.members(np.array([[28.0], [35.0]]))]
    [28.0, 35.0]
    """

    def __init__(self, system: System, names: Any) -> None:
        self.system = system
        self.names = check_names("parameters", names)
        flat = system.flat_parameters
        for name in self.names:
            if name in system.parameters and name not in flat:
                elements = ", ".join(sorted(key for key in flatten_parameters({name: system.parameters[name]})))
                raise InvalidArgumentError(
                    f"parameters must be single numbers, got {name!r} of {system.name}; its elements are {elements}"
                )
            if name not in flat:
                raise unknown_name(f"parameter of {system.name}", name, flat)
        if len(set(self.names)) < len(self.names):
            raise InvalidArgumentError(f"parameters must be different names, got {', '.join(self.names)}")
        self._shared = _unchanged_parts(system, self.names)
        self._changes = [_setter(system, name) for name in self.names]

    def check(self, given: Any) -> np.ndarray:
        """Return values as float64 [parameter] or [trajectory, parameter].

        Raises
        ------
        InvalidArgumentError
            If the shape is another one.
        """
        try:
            values = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise InvalidArgumentError(f"parameters must be numbers, got {given!r}") from None
        if values.ndim not in (1, 2) or values.shape[-1] != len(self.names) or values.size == 0:
            listed = ", ".join(self.names) or "none was named in dysts.prepare"
            raise InvalidArgumentError(
                f"parameters must have shape ({len(self.names)},) or (trajectories, {len(self.names)}) ({listed}), "
                f"got shape {values.shape}"
            )
        return values

    def members(self, values: np.ndarray) -> list[System]:
        """Return one system for each row of values [trajectory, parameter]."""
        return [self._member(row) for row in values.tolist()]

    def _member(self, row: list[float]) -> System:
        # The constructor and the checks of the values would take longer than a short integration.
        member = object.__new__(System)
        known = member.__dict__
        known.update(self._shared)
        parameters = dict(self.system.parameters)
        for change, value in zip(self._changes, row, strict=True):
            change(parameters, value)
        known["parameters"] = FrozenMapping(parameters)
        known["flat_parameters"] = self.system.flat_parameters | dict(zip(self.names, row, strict=True))
        return member


def _unchanged_parts(system: System, names: Sequence[str]) -> dict[str, Any]:
    shared = {name: getattr(system, name) for name in system.__getstate__()}
    shared |= {name: getattr(system, name) for name in _SHARED}
    period = {"period": system.properties["period"]} if "period" in system.properties else {}
    shared["properties"] = FrozenMapping(period)
    phase = system.driving_phase
    if (
        phase is None
        or phase.period is None
        or not names_in(parse(phase.period, where=system.name, names=system.flat_parameters)) & set(names)
    ):
        shared["phase_index_and_period"] = system.phase_index_and_period
    # The tolerances of angles are those of the first system, as for the members of an ensemble.
    shared["turns"] = system.turns
    return shared


def _setter(system: System, name: str) -> Callable[[dict[str, Any], float], None]:
    """Return a function that changes a number in a dictionary of all parameters."""
    if name in system.parameters:

        def change(parameters: dict[str, Any], value: float) -> None:
            parameters[name] = value

        return change
    stem = max((key for key in system.parameters if name.startswith(f"{key}_")), key=len)
    index = tuple(int(part) - 1 for part in name[len(stem) + 1 :].split("_"))

    def change_element(parameters: dict[str, Any], value: float) -> None:
        array = np.array(parameters[stem], dtype=np.float64)
        array[index] = value
        parameters[stem] = array.tolist()

    return change_element
