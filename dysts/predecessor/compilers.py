"""The decorator with which classes of users compile their equations."""

from collections.abc import Callable
from typing import Any


def staticjit(func: Callable[..., Any]) -> Any:
    """Return a static method that numba compiles at its first call.

    Examples
    --------
    >>> from dysts.base import DynSys
    >>> class Decay(DynSys):
    ...     @staticjit
    ...     def _rhs(x, t, k):
    ...         return (-k * x,)
    >>> Decay(parameters={"k": 2.0}, initial_conditions=[1.0], period=1.0).rhs([3.0], 0.0)
    (-6.0,)
    """
    from numba import njit

    return staticmethod(njit(func))
