"""``dysts.base`` of dysts 0.96: the classes that models derive from."""

from typing import Any

import numpy as np

from dysts.predecessor.compilers import staticjit
from dysts.predecessor.continuous_model import DATAPATH_CONTINUOUS
from dysts.predecessor.delay_flow import DynSysDelay
from dysts.predecessor.discrete_map import DATAPATH_DISCRETE, DynMap
from dysts.predecessor.ensembles import get_attractor_list, get_system_data, make_trajectory_ensemble
from dysts.predecessor.flow import DynSys
from dysts.predecessor.left_out import refuse
from dysts.predecessor.model import BASE_REQUIRED_METADATA, BaseDyn
from dysts.predecessor.native_tools import cast_to_numpy, has_module
from dysts.predecessor.series_tools import standardize_ts
from dysts.predecessor.solving import ddeint, integrate_dyn

__all__ = [
    "BASE_REQUIRED_METADATA",
    "DATAPATH_CONTINUOUS",
    "DATAPATH_DISCRETE",
    "BaseDyn",
    "DynMap",
    "DynSys",
    "DynSysDelay",
    "cast_to_numpy",
    "ddeint",
    "get_attractor_list",
    "get_system_data",
    "has_module",
    "integrate_dyn",
    "make_trajectory_ensemble",
    "standardize_ts",
    "staticjit",
]
# After ``from dysts.base import *`` scripts for dysts 0.96 have NumPy under this name.
__all__ += ["np"]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.base", name, __all__)
