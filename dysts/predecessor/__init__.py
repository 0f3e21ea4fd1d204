"""The interface of dysts 0.96 on this package's engine, for scripts that were written against it.

The modules of 0.96 (``dysts.flows``, ``dysts.base``, ``dysts.maps``, ...) lie in ``places`` and hand on the names of
this room; ``dysts.systems``, ``dysts.datasets`` and ``dysts.metrics`` hand them on beside their own. Nothing of it is
loaded by ``import dysts``.
"""

from dysts.predecessor.published import published_values_in_use, use_published_values

__all__ = ["published_values_in_use", "use_published_values"]
