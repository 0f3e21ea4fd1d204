"""``dysts.flows`` of dysts 0.96: a class for each flow and each delay system of the registry."""

from typing import Any

import numpy as np

from dysts.predecessor.classes import flow_class, flow_names
from dysts.predecessor.compilers import staticjit
from dysts.predecessor.delay_flow import DynSysDelay
from dysts.predecessor.flow import DynSys
from dysts.predecessor.left_out import refuse

HELPERS = {"DynSys": DynSys, "DynSysDelay": DynSysDelay, "np": np, "staticjit": staticjit}
"""Names beside the classes that scripts find here after ``from dysts.flows import *``."""


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return [*flow_names(), *HELPERS]
    if not name[:1].isupper():
        raise refuse("dysts.flows", name, __dir__())
    found = flow_class(name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *flow_names()})
