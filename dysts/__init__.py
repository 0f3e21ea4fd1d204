"""Chaotic dynamical systems as data: integrate a system, know it, store its series.

Names are loaded when they are first used, so ``import dysts`` stays fast.
"""

import importlib
from typing import TYPE_CHECKING, Any

from dysts.version import __version__

if TYPE_CHECKING:
    from dysts import discovery, metrics
    from dysts.assimilation import Assimilation, assimilate
    from dysts.atlas import nearest
    from dysts.datasets import open_dataset
    from dysts.discovery import discover
    from dysts.integration.integrate import integrate
    from dysts.integration.noise import Noise
    from dysts.integration.prepared import prepare
    from dysts.integration.rebuild import rebuild
    from dysts.integration.sections import poincare_section
    from dysts.integration.truth import truth_horizon, window_truth
    from dysts.invariants import bifurcation_diagram, dominant_period, local_exponents, lyapunov_spectrum
    from dysts.plotting import animate
    from dysts.series import read_series
    from dysts.systems.registry import get_system, list_systems, load_systems
    from dysts.systems.system import Ensemble, System


_HOME = {
    "Assimilation": "dysts.assimilation",
    "Ensemble": "dysts.systems.system",
    "Noise": "dysts.integration.noise",
    "System": "dysts.systems.system",
    "animate": "dysts.plotting",
    "assimilate": "dysts.assimilation",
    "bifurcation_diagram": "dysts.invariants",
    "discover": "dysts.discovery",
    "dominant_period": "dysts.invariants",
    "get_system": "dysts.systems.registry",
    "integrate": "dysts.integration.integrate",
    "list_systems": "dysts.systems.registry",
    "load_systems": "dysts.systems.registry",
    "local_exponents": "dysts.invariants",
    "lyapunov_spectrum": "dysts.invariants",
    "nearest": "dysts.atlas",
    "open_dataset": "dysts.datasets",
    "poincare_section": "dysts.integration.sections",
    "prepare": "dysts.integration.prepared",
    "read_series": "dysts.series",
    "rebuild": "dysts.integration.rebuild",
    "truth_horizon": "dysts.integration.truth",
    "window_truth": "dysts.integration.truth",
}
_MODULES = (
    "analysis",
    "base",
    "datasets",
    "discovery",
    "errors",
    "flows",
    "maps",
    "metrics",
    "sampling",
    "systems",
    "utils",
)
# The modules of dysts 0.96 (``dysts.flows``, ``dysts.base``, ...) lie in a folder of their own and are found here.
__path__.append(f"{__path__[0]}/predecessor/places")

__all__ = [
    "Assimilation",
    "Ensemble",
    "Noise",
    "System",
    "__version__",
    "animate",
    "assimilate",
    "bifurcation_diagram",
    "discover",
    "discovery",
    "dominant_period",
    "errors",
    "get_system",
    "integrate",
    "list_systems",
    "load_systems",
    "local_exponents",
    "lyapunov_spectrum",
    "metrics",
    "nearest",
    "open_dataset",
    "poincare_section",
    "prepare",
    "read_series",
    "rebuild",
    "truth_horizon",
    "window_truth",
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
