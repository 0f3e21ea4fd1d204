"""Other parameter values for a system: one set, or an ensemble of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError, unknown_name
from dysts.frozen import FrozenMapping
from dysts.system import System

_ALLOWED = "a finite number, or a sequence of them in the shape of the parameter"


@dataclass(frozen=True)
class Ensemble(Sequence[System]):
    """Systems that differ in parameter values only, to be integrated in one call.

    Attributes
    ----------
    base : System
        The system whose parameters vary.
    varied : mapping of str to tuple
        The values of each parameter that was given as an array, one for each member.
    members : tuple of System
    """

    base: System
    varied: Mapping[str, tuple[Any, ...]]
    members: tuple[System, ...]

    def __getitem__(self, index: Any) -> Any:
        return self.members[index]

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[System]:
        return iter(self.members)

    def __repr__(self) -> str:
        return f"Ensemble({self.base.name!r}, {len(self)} members, varied={', '.join(self.varied)})"


def changed(system: System, changes: Mapping[str, Any]) -> System | Ensemble:
    """Return a system with other parameter values, or an ensemble for arrays; see `System.with_parameters`."""
    values = {name: _numbers(system, name, value) for name, value in changes.items()}
    varied = {name: value for name, value in values.items() if value.ndim == _axes(system, name) + 1}
    base = _with_values(system, {name: value for name, value in values.items() if name not in varied})
    if not varied:
        return base
    lengths = {name: len(value) for name, value in varied.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise InvalidArgumentError(f"the parameter arrays of an ensemble must be equally long; {told}")
    count = next(iter(lengths.values()))
    if count == 0:
        raise InvalidArgumentError(f"an ensemble of {system.name} needs at least one value of {', '.join(varied)}")
    members = tuple(
        _with_values(base, {name: value[index] for name, value in varied.items()}) for index in range(count)
    )
    return Ensemble(base, {name: tuple(value.tolist()) for name, value in varied.items()}, members)


def _numbers(system: System, name: str, value: Any) -> np.ndarray:
    where = f"parameter {name!r} of {system.name}"
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"{where} is {value!r}; allowed is {_ALLOWED}") from None
    if not np.isfinite(array).all():
        raise InvalidArgumentError(f"{where} is {value!r}; allowed is {_ALLOWED}")
    return array


def _axes(system: System, name: str) -> int:
    if name in system.parameters:
        return np.ndim(system.parameters[name])
    _element(system, name)
    return 0


def _element(system: System, name: str) -> tuple[str, tuple[int, ...]]:
    """Return the parameter and the index that the name of one element stands for."""
    if name not in system.flat_parameters:
        raise unknown_name(f"parameter of {system.name}", name, system.parameters, listing=f"dysts show {system.name}")
    stem = max((key for key in system.parameters if name.startswith(f"{key}_")), key=len)
    return stem, tuple(int(part) - 1 for part in name[len(stem) + 1 :].split("_"))


def _with_values(system: System, changes: Mapping[str, np.ndarray]) -> System:
    parameters = {name: np.array(value, dtype=float) for name, value in system.parameters.items()}
    for name, value in changes.items():
        where = f"parameter {name!r} of {system.name}"
        if name in parameters:
            if value.shape != parameters[name].shape:
                raise InvalidArgumentError(f"{where} has shape {value.shape}; allowed is {parameters[name].shape}")
            parameters[name] = value
            continue
        stem, index = _element(system, name)
        if value.shape:
            raise InvalidArgumentError(f"{where} has shape {value.shape}; allowed is one number")
        parameters[stem][index] = float(value)
    kept = {"period": system.properties["period"]} if "period" in system.properties else {}
    new: FrozenMapping[Any] = FrozenMapping({name: value.tolist() for name, value in parameters.items()})
    if new == system.parameters:
        return system
    return replace(system, parameters=new, properties=FrozenMapping(kept))
