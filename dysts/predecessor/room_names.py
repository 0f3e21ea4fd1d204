"""The names that ``dysts.systems``, ``dysts.datasets`` and ``dysts.metrics`` hand on beside their own."""

import importlib
from typing import Any

from dysts.predecessor.left_out import refuse

HOME: dict[str, dict[str, tuple[str, ...]]] = {
    "dysts.systems": {
        "dysts.predecessor.ensembles": (
            "compute_trajectory_statistics",
            "get_attractor_list",
            "get_system_data",
            "make_trajectory_ensemble",
        ),
        "dysts.predecessor.model": ("BaseDyn",),
        "dysts.predecessor.continuous_model": ("DATAPATH_CONTINUOUS",),
        "dysts.predecessor.flow": ("DynSys",),
        "dysts.predecessor.delay_flow": ("DynSysDelay",),
    },
    "dysts.datasets": {"dysts.predecessor.stored_series": ("TimeSeriesDataset", "load_dataset")},
    "dysts.metrics": {
        "dysts.predecessor.scores": (
            "average_hellinger_distance",
            "compute_metrics",
            "estimate_kl_divergence",
            "horizoned_metric",
            "ope",
        ),
        "dysts.predecessor.score_tools": ("are_broadcastable",),
    },
}
"""Names by the module that hands them on and the module that has them."""


def value(module: str, name: str) -> Any:
    """Return the value of a name of dysts 0.96 in a module of this package.

    Raises
    ------
    NotSupportedError
        If it is left out, with what to write instead.
    AttributeError
        If dysts 0.96 does not have it either.
    """
    for home, names in HOME[module].items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise refuse(module, name)
