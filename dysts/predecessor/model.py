"""The class that models of flows, of delay systems and of maps have in common."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from dysts.checks import shown
from dysts.errors import DystsWarning, InvalidArgumentError, unknown_name
from dysts.predecessor.left_out import INSTEAD, refuse
from dysts.predecessor.loading import LoadTrajectory, facts_in_file, load_system_metadata
from dysts.predecessor.parameters import ParameterList, Parameters, assign

CONSTRUCTED = "_constructed"
"""Attribute that a model has once its constructor of this module has returned."""
BASE_REQUIRED_METADATA = ("parameters", ("dimension", "embedding_dimension"))
"""Facts that dysts 0.96 wants of a class; here an initial condition, which has a dimension, is enough."""


class BaseDyn:
    """A dynamical system as dysts 0.96 has it: an object whose parameters and initial condition are set in place.

    Parameters
    ----------
    metadata_path : str, optional
        A JSON file with facts by the name of the class.
    metadata : mapping, optional
        Facts such as ``parameters``, ``initial_conditions``, ``dimension``, ``period`` and ``dt``.
    required_fields : sequence of str or of tuple of str
        Facts that have to be there; of a tuple, one.
    **extra_metadata
        The same by keyword; of a model of the registry, parameters too.

    Raises
    ------
    InvalidArgumentError
        If there are no parameters, or neither a dimension nor an initial condition.
    """

    registry_name: ClassVar[str | None] = None
    """The system of the registry that a class stands for; None for classes of users."""

    name: str
    params: Parameters
    param_list: list[Any]
    ic: np.ndarray
    dimension: int
    mean: np.ndarray
    std: np.ndarray

    def __init__(
        self,
        metadata_path: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        required_fields: Sequence[str | tuple[str, ...]] = BASE_REQUIRED_METADATA,
        **extra_metadata: Any,
    ) -> None:
        self.name = type(self).__name__
        self.metadata_path = metadata_path
        known = dict(self._stored_facts())
        known |= metadata or {}
        if metadata_path is not None:
            known |= facts_in_file(metadata_path, self.name)
        own = {key: value for key, value in extra_metadata.items() if value is not None}
        _check_required(required_fields, {**known, **own}, self.name)
        parameters = dict(known.get("parameters", {}))
        given = own.pop("parameters", {})
        _check_mapping(given, self.name)
        if self.registry_name is not None:
            _check_names(given, parameters, self.name)
            given = {**given, **{key: own.pop(key) for key in list(own) if key in parameters}}
            parameters |= given
            for key, value in own.items():
                if key not in known and isinstance(value, int | float):
                    self._warn_of_unread(key, parameters)
        elif given:
            parameters = dict(given)
        known |= own
        known.pop("parameters", None)
        self.params = Parameters(parameters)
        if "initial_conditions" in known:
            self.ic = known.pop("initial_conditions")
        dimension = known.pop("dimension", None) or known.pop("embedding_dimension", None)
        known.pop("embedding_dimension", None)
        if dimension is None and not hasattr(self, "ic"):
            raise InvalidArgumentError(
                f"{self.name} must have a dimension or initial_conditions, got {', '.join(sorted(known)) or 'neither'}"
            )
        self.dimension = int(dimension) if dimension is not None else self.ic.shape[-1]
        self.metadata = known
        for key, value in known.items():
            if key not in ("mean", "std"):
                setattr(self, key, value)
        self.mean = np.asarray(known.get("mean", np.zeros(self.dimension)), dtype=np.float64)
        self.std = np.asarray(known.get("std", np.ones(self.dimension)), dtype=np.float64)
        self.__dict__[CONSTRUCTED] = True

    load_system_metadata = staticmethod(load_system_metadata)
    load_trajectory = LoadTrajectory()

    def _load_data(self) -> dict[str, Any]:
        """Return the facts of the model, as releases before 0.96 do."""
        return dict(self._stored_facts())

    def _stored_facts(self) -> Mapping[str, Any]:
        """Return what is known about a system of the registry; nothing for classes of users."""
        return {}

    @property
    def embedding_dimension(self) -> int:
        """The number of components of a trajectory."""
        return self.dimension

    def __getattr__(self, name: str) -> Any:
        # Called only where there is no such attribute: parameters are attributes without being stored twice.
        parameters = self.__dict__.get("params")
        if name == "param_list" and parameters is not None:
            return ParameterList(parameters)
        if name == "parameters" and parameters is not None:
            return parameters
        if parameters is not None and name in parameters:
            return parameters[name]
        module = f"{type(self).__module__}.{type(self).__name__}"
        if name in INSTEAD.get(module, {}):
            raise refuse(module, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        parameters = self.__dict__.get("params")
        if name in ("params", "parameters"):
            _check_mapping(value, self.name)
            if parameters is not None and self.registry_name is not None:
                _check_names(value, parameters, self.name)
                value = {**parameters, **value}
            self.__dict__["params"] = Parameters(value)
        elif name == "param_list" and parameters:
            assign(parameters, value)
        elif name == "ic":
            self.__dict__[name] = self._checked_states("ic", value)
        elif parameters is not None and name in parameters and not _is_property(type(self), name):
            parameters[name] = value
        else:
            if self._is_suspicious(name, value):
                self._warn_of_unread(name, self.params)
            object.__setattr__(self, name, value)

    def _is_suspicious(self, name: str, value: Any) -> bool:
        """Whether a number is given to an attribute of a system of the registry that nothing reads."""
        if self.registry_name is None or CONSTRUCTED not in self.__dict__ or name.startswith("_"):
            return False
        return not hasattr(type(self), name) and name not in self.__dict__ and isinstance(value, int | float)

    def _warn_of_unread(self, name: str, parameters: Mapping[str, Any]) -> None:
        warnings.warn(
            f"{self.name} has no parameter {name!r}, so this attribute has no effect on trajectories; its parameters "
            f"are {', '.join(sorted(parameters)) or 'none'}",
            DystsWarning,
            stacklevel=3,
        )

    def _checked_states(self, what: str, value: Any) -> np.ndarray:
        """Return states as float64, [component] or [trajectory, component]."""
        try:
            states = np.atleast_1d(np.array(value, dtype=np.float64))
        except (TypeError, ValueError):
            raise InvalidArgumentError(f"{what} of {self.name} must be numbers, got {value!r}") from None
        expected = self.__dict__.get("dimension")
        allowed = {expected, *self._other_lengths()} if expected is not None else {states.shape[-1]}
        if states.ndim > 2 or states.shape[-1] not in allowed:
            raise InvalidArgumentError(
                f"{what} of {self.name} must have {expected} components, or be an array of such states, got an array "
                f"of shape {np.shape(value)}"
            )
        return states

    def _other_lengths(self) -> tuple[int, ...]:
        """Return lengths of states that are accepted beside the dimension."""
        return ()

    def _starts(self, init_cond: Any) -> np.ndarray:
        """Return the initial conditions of a call: float64 [trajectory, component]."""
        if init_cond is None and not hasattr(self, "ic"):
            raise InvalidArgumentError(f"{self.name} has no initial condition: set ic, or give init_cond")
        states = self.ic if init_cond is None else self._checked_states("init_cond", init_cond)
        return np.atleast_2d(states)

    @staticmethod
    def _rhs(*_arguments: Any) -> Any:
        """Evaluate the equations: components, time and parameters in alphabetical order; classes define it."""
        raise NotImplementedError

    @staticmethod
    def _jac(*_arguments: Any) -> Any:
        """Evaluate the Jacobian, row by row, with the arguments of ``_rhs``; classes may define it."""
        raise NotImplementedError

    def has_jacobian(self) -> bool:
        """Whether the class has a Jacobian."""
        return type(self)._jac is not BaseDyn._jac

    def transform_ic(self, transform_fn: Callable[..., Any]) -> bool:
        """Replace the initial condition by ``transform_fn(ic, system=model)``; False, unchanged, if that is None."""
        _check_function("transform_ic", transform_fn)
        changed = transform_fn(self.ic, system=self)
        if changed is None:
            return False
        self.ic = changed
        return True

    def transform_params(self, transform_fn: Callable[..., Any]) -> bool:
        """Replace each parameter by ``transform_fn(name, value, system=model)``; False, unchanged, if one is None."""
        _check_function("transform_params", transform_fn)
        changed = {name: transform_fn(name, self.params[name], system=self) for name in sorted(self.params)}
        if any(value is None for value in changed.values()):
            return False
        for name, value in changed.items():
            self.params[name] = np.asarray(value).item() if np.ndim(value) == 0 else value
        return True

    def make_trajectory(self, n: int, **_options: Any) -> Any:
        """Return a trajectory; classes define how."""
        raise NotImplementedError


def _is_property(kind: type, name: str) -> bool:
    return isinstance(getattr(kind, name, None), property)


def _check_names(given: Mapping[str, Any], known: Mapping[str, Any], name: str) -> None:
    for key in given:
        if key not in known:
            raise unknown_name(f"parameter of {name}", key, known)


def _check_function(method: str, function: Any) -> None:
    if not callable(function):
        raise InvalidArgumentError(f"{method} must be given a function, got {shown(function)}")


def _check_mapping(given: Any, name: str) -> None:
    if not isinstance(given, Mapping):
        raise InvalidArgumentError(f"parameters of {name} must be a mapping of names to numbers, got {shown(given)}")


def _check_required(fields: Sequence[str | tuple[str, ...]], known: Mapping[str, Any], name: str) -> None:
    if fields is BASE_REQUIRED_METADATA:
        return
    for field in fields:
        choices = (field,) if isinstance(field, str) else field
        if not any(choice in known for choice in choices):
            raise InvalidArgumentError(
                f"{name} must have {' or '.join(choices)}, got {', '.join(sorted(known)) or 'nothing'}"
            )
