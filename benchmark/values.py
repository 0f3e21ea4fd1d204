"""Frozen values from mappings: known fields, checked names, a content hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from dysts.errors import InvalidArgumentError


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


def checked_names(owner: str, names: object) -> tuple[str, ...]:
    """Return names as a tuple, or raise if they are not a sequence of different printable names."""
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise InvalidArgumentError(f"the {owner} must be a sequence of names, got {names!r}")
    for name in names:
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise InvalidArgumentError(f"the {owner} must be printable names, got {name!r}")
        if list(names).count(name) > 1:
            raise InvalidArgumentError(f"the {owner} hold {name!r} more than once")
    return tuple(names)


def known_fields(kind: type, owner: str, values: Mapping[str, Any], *, required: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of a dataclass from a mapping, or raise if one is unknown or missing."""
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
