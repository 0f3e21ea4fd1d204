"""What is asked of a forecaster, as frozen values with a content hash."""

import hashlib
import json
import operator
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from dysts.errors import InvalidArgumentError


@dataclass(frozen=True, kw_only=True)
class Task:
    """Forecast one trajectory of one system from its beginning.

    The forecaster sees points ``0 .. train_length - 1`` and predicts the `horizon` points that follow.

    Parameters
    ----------
    system : str
        Name of the system.
    recipe : str
        Name of the dataset recipe.
    trajectory : int
        Index of the trajectory within the dataset, from 0.
    train_length : int
        Number of points to fit on, at least 2.
    horizon : int
        Number of points to predict, at least 1.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> task = Task(system="Lorenz", horizon=50)
    >>> Task.from_dict(task.to_dict()) == task
    True
    """

    system: str
    recipe: str = "test-fine"
    trajectory: int = 0
    train_length: int = 1000
    horizon: int = 200

    def __post_init__(self) -> None:
        for name in ("system", "recipe"):
            _require_name("task", name, getattr(self, name))
        for name, smallest in (("trajectory", 0), ("train_length", 2), ("horizon", 1)):
            object.__setattr__(self, name, _integer("task", name, getattr(self, name), smallest))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build a task from its fields.

        Raises
        ------
        InvalidArgumentError
            If a field is unknown, missing or not allowed.
        """
        return cls(**_known_fields(cls, "task", values, required=("system",)))

    @property
    def digest(self) -> str:
        """Hash of the content: equal tasks have equal digests, in every process and on every machine."""
        return content_hash(self.to_dict())


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One measurement: a forecaster, with its preset and seed, on a task.

    Parameters
    ----------
    task : Task
        What to forecast.
    forecaster : str
        A name of ``forecasters.list_forecasters()``, or ``"module:factory"`` for one's own.
    preset : str
        Name of the forecaster's preset.
    seed : int
        Seed of the forecaster's randomness, from 0.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> cell = Cell(task=Task(system="Lorenz"), forecaster="NVAR")
    >>> cell.label
    'NVAR on Lorenz/0'
    """

    task: Task
    forecaster: str
    preset: str = "fast"
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.task, Task):
            raise InvalidArgumentError(f"the task of a cell must be a Task, got {self.task!r}")
        for name in ("forecaster", "preset"):
            _require_name("cell", name, getattr(self, name))
        object.__setattr__(self, "seed", _integer("cell", "seed", self.seed, 0))

    @property
    def label(self) -> str:
        """Return a short text for people."""
        return f"{self.forecaster} on {self.task.system}/{self.task.trajectory}"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)

    def key(self, *, config: Mapping[str, Any], data: Mapping[str, Any], version: str) -> str:
        """Hash everything that determines the cell's result, so that a result is reused only if it holds.

        Parameters
        ----------
        config : mapping
            The forecaster's resolved configuration, as JSON values.
        data : mapping
            Fingerprint of the data: content hash and the numbers that scoring takes from it.
        version : str
            Version of this package.
        """
        return content_hash({**self.to_dict(), "config": config, "data": data, "version": version})


def content_hash(values: Mapping[str, Any]) -> str:
    """Return 24 hexadecimal digits of the SHA-256 of a mapping of JSON values, whatever its order.

    Examples
    --------
    >>> content_hash({"a": 1, "b": 2}) == content_hash({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()[:24]


def canonical_json(values: Mapping[str, Any]) -> str:
    """Write JSON with sorted keys and without spaces, refusing anything that is not a JSON value."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=True)


def _require_name(owner: str, name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise InvalidArgumentError(f"the {name} of a {owner} must be a printable name, got {value!r}")


def _integer(owner: str, name: str, value: object, smallest: int) -> int:
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError as error:
        raise InvalidArgumentError(f"the {name} of a {owner} must be an integer, got {value!r}") from error
    if isinstance(value, bool) or number < smallest:
        raise InvalidArgumentError(f"the {name} of a {owner} must be at least {smallest}, got {value!r}")
    return number


def _known_fields(kind: type, owner: str, values: Mapping[str, Any], *, required: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise InvalidArgumentError(f"a {owner} must be a mapping of its fields, got {values!r}")
    known = [field.name for field in fields(kind)]
    unknown = sorted(str(name) for name in values if name not in known)
    if unknown:
        raise InvalidArgumentError(f"unknown field {unknown[0]!r} of a {owner} (known: {', '.join(known)})")
    missing = [name for name in required if name not in values]
    if missing:
        raise InvalidArgumentError(f"a {owner} lacks the field {missing[0]!r}")
    return dict(values)
