"""The names that ``dysts.systems``, ``dysts.datasets`` and ``dysts.metrics`` hand on beside their own."""

import importlib
from typing import Any

from dysts.predecessor.left_out import refuse

HOME: dict[str, dict[str, tuple[str, ...]]] = {
    "dysts.systems": {
        "dysts.predecessor.discrete_map": ("DATAPATH_DISCRETE", "DynMap"),
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
        "dysts.predecessor.events": ("_resolve_event_signature",),
        "dysts.predecessor.native_tools": ("num_unspecified_params",),
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
        "dysts.predecessor.native_tools": ("has_module",),
        "dysts.predecessor.score_tools": ("are_broadcastable",),
    },
}
"""Names by the module that hands them on and the module that has them."""
MODULES = {"dysts.systems": {"dfl": "dysts.flows", "dmp": "dysts.maps"}}
"""Modules that are names of other modules."""


def names(module: str) -> list[str]:
    """Return the public names that a module hands on, in alphabetical order.

    Examples
    --------
    >>> names("dysts.datasets")
    ['TimeSeriesDataset', 'load_dataset']
    """
    return sorted(one for listed in HOME[module].values() for one in listed if not one.startswith("_"))


def value(module: str, name: str) -> Any:
    """Return the value of a name of dysts 0.96 in a module of this package.

    Raises
    ------
    NotSupportedError
        If it is left out, with what to write instead.
    UnknownNameError
        If dysts 0.96 does not have it either, with the closest name as a suggestion.
    """
    if name in MODULES.get(module, {}):
        return importlib.import_module(MODULES[module][name])
    for home, listed in HOME[module].items():
        if name in listed:
            return getattr(importlib.import_module(home), name)
    own = importlib.import_module(module).__dict__.get("__all__", ())
    raise refuse(module, name, dict.fromkeys([*names(module), *own]))
