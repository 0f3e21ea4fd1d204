"""Makes the entries of properties for JSON: a value with its error, method, settings and version."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dysts.invariants.estimate import Estimate
from dysts.version import __version__


def estimate_entry(found: Estimate, method: str, *, settings: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Return the entry of an estimate, or None if it is not reliable."""
    if not found.reliable:
        return None
    return entry(found.value, method, error=found.error, settings=settings)


def entry(value: Any, method: str, *, error: Any = None, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return an entry; the value with eight digits, the error with three and only where it is finite."""
    made: dict[str, Any] = {"value": value if isinstance(value, str) else rounded(value)}
    if error is not None and np.isfinite(error).all():
        made["error"] = rounded(error, digits=3)
    made["method"] = method
    if settings:
        made["settings"] = dict(settings)
    made["version"] = __version__
    return made


def rounded(value: Any, *, digits: int = 8) -> Any:
    """Return a number, or the numbers of a list, with so many significant digits."""
    if isinstance(value, list):
        return [rounded(item, digits=digits) for item in value]
    return float(f"{value:.{digits}g}")
