"""Parameters that act when they are changed, as a dictionary and as a list in alphabetical order."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError


class Parameters(dict[str, Any]):
    """The parameters of a model; vectors and matrices are arrays.

    Parameters
    ----------
    values : mapping of str to float or array_like
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.update(values)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value if np.isscalar(value) else np.array(value))

    def update(self, *changes: Any, **more: Any) -> None:
        """Set parameters, from a mapping or by keyword."""
        for name, value in dict(*changes, **more).items():
            self[name] = value

    def in_order(self) -> list[Any]:
        """Return the values in the alphabetical order of the names, in which ``_rhs`` takes them."""
        return [self[name] for name in sorted(self)]

    def frozen(self) -> tuple[tuple[str, Any], ...]:
        """Return names and values, arrays as nested tuples, which can be the key of a cache."""
        return tuple((name, _frozen(value)) for name, value in self.items())


def _frozen(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else value


class ParameterList(list[Any]):
    """The values of parameters in alphabetical order; a changed element changes the parameter."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters.in_order())
        self._parameters = parameters

    def __setitem__(self, place: Any, value: Any) -> None:
        super().__setitem__(place, value)
        assign(self._parameters, self)


def assign(parameters: Parameters, values: Iterable[Any]) -> None:
    """Set all parameters from a list in alphabetical order of their names.

    Raises
    ------
    InvalidArgumentError
        If there are more or fewer values than parameters.
    """
    given, names = list(values), sorted(parameters)
    if len(given) != len(names):
        raise InvalidArgumentError(f"param_list must have {len(names)} values ({', '.join(names)}), got {len(given)}")
    for name, value in zip(names, given, strict=True):
        parameters[name] = value
