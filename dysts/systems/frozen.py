"""A mapping that cannot be changed, can be hashed and can be sent to another process."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")


class FrozenMapping(Mapping[str, Value]):
    """An immutable mapping with string keys, in the order in which it was given.

    Lists in the values become tuples and dictionaries frozen mappings, all the way down.

    Examples
    --------
    >>> FrozenMapping({"a": [1, 2]})
    FrozenMapping({'a': (1, 2)})
    """

    __slots__ = ("_items",)
    _items: dict[str, Any]

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        known = items._items if isinstance(items, FrozenMapping) else None
        frozen = {key: freeze(value) for key, value in (items or {}).items()} if known is None else known
        object.__setattr__(self, "_items", frozen)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {name!r}: a FrozenMapping does not change")

    def __getitem__(self, key: str) -> Value:
        return self._items[key]

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __repr__(self) -> str:
        return f"FrozenMapping({self._items!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMapping, (self._items,)


def freeze(value: Any) -> Any:
    """Return a value in which no list or dictionary is left."""
    if isinstance(value, FrozenMapping):
        return value
    if isinstance(value, Mapping):
        return FrozenMapping(value)
    return tuple(map(freeze, value)) if isinstance(value, list | tuple) else value


def thaw(value: Any) -> Any:
    """Return a frozen value as plain dictionaries and lists, ready for JSON."""
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    return [thaw(item) for item in value] if isinstance(value, tuple | list) else value


def plain(value: Any, *, levels: int = 20) -> Any:
    """Return a value with arrays as lists, NumPy scalars as numbers and mappings as dictionaries, ready for checks.

    What lies deeper than so many levels stays as it is, so that a list that holds itself comes to an end.

    Examples
    --------
    >>> import numpy as np
    >>> plain({"w": np.eye(2), "k": np.float64(3.0)})
    {'w': [[1.0, 0.0], [0.0, 1.0]], 'k': 3.0}
    """
    if levels == 0:
        return value
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: plain(item, levels=levels - 1) for key, item in value.items()}
    return [plain(item, levels=levels - 1) for item in value] if isinstance(value, list | tuple) else value
