"""``dysts.generator`` of dysts 0.96, which is left out; each of its names says what to write instead."""

import importlib
from typing import Any

from dysts.predecessor.ensembles import make_trajectory_ensemble
from dysts.predecessor.left_out import refuse
from dysts.predecessor.model import BaseDyn
from dysts.predecessor.native_tools import dict_demote_from_numpy
from dysts.predecessor.samplers import BaseSampler, OnAttractorInitCondSampler

__all__ = [
    "BaseDyn",
    "BaseSampler",
    "OnAttractorInitCondSampler",
    "dict_demote_from_numpy",
    "make_trajectory_ensemble",
]


def __getattr__(name: str) -> Any:
    if name == "flows":
        return importlib.import_module("dysts.flows")
    raise refuse("dysts.generator", name, __all__)
