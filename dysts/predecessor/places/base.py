"""``dysts.base`` of dysts 0.96: the classes that models derive from."""

from typing import Any

from dysts.predecessor.compilers import staticjit
from dysts.predecessor.continuous_model import DATAPATH_CONTINUOUS
from dysts.predecessor.delay_flow import DynSysDelay
from dysts.predecessor.discrete_map import DynMap
from dysts.predecessor.ensembles import get_attractor_list, get_system_data, make_trajectory_ensemble
from dysts.predecessor.flow import DynSys
from dysts.predecessor.left_out import refuse
from dysts.predecessor.model import BaseDyn

__all__ = [
    "DATAPATH_CONTINUOUS",
    "BaseDyn",
    "DynMap",
    "DynSys",
    "DynSysDelay",
    "get_attractor_list",
    "get_system_data",
    "make_trajectory_ensemble",
    "staticjit",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.base", name)
