"""Chaotic dynamical systems as data: integrate a system, know it, store its series.

Names are loaded when they are first used, so ``import dysts`` stays fast.
"""

import importlib
from typing import TYPE_CHECKING, Any

from dysts.version import __version__

if TYPE_CHECKING:
    from dysts import metrics
    from dysts.datasets import open_dataset
    from dysts.integration import integrate
    from dysts.invariants import dominant_period, local_exponents, lyapunov_spectrum
    from dysts.labelling import rebuild
    from dysts.noise import Noise
    from dysts.parameters import Ensemble
    from dysts.registry import get_system, list_systems, load_systems
    from dysts.sections import poincare_section
    from dysts.system import System


_HOME = {
    "Ensemble": "dysts.parameters",
    "Noise": "dysts.noise",
    "System": "dysts.system",
    "dominant_period": "dysts.invariants",
    "get_system": "dysts.registry",
    "integrate": "dysts.integration",
    "list_systems": "dysts.registry",
    "load_systems": "dysts.registry",
    "local_exponents": "dysts.invariants",
    "lyapunov_spectrum": "dysts.invariants",
    "open_dataset": "dysts.datasets",
    "poincare_section": "dysts.sections",
    "rebuild": "dysts.labelling",
}
_MODULES = ("errors", "metrics")

__all__ = [
    "Ensemble",
    "Noise",
    "System",
    "__version__",
    "dominant_period",
    "errors",
    "get_system",
    "integrate",
    "list_systems",
    "load_systems",
    "local_exponents",
    "lyapunov_spectrum",
    "metrics",
    "open_dataset",
    "poincare_section",
    "rebuild",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"dysts.{name}")
    else:
        raise AttributeError(f"module 'dysts' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
