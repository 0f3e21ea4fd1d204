"""The classes of ``dysts.flows`` and ``dysts.maps``, made of registry entries when they are first asked for."""

import functools
from typing import Any

from dysts.predecessor.delay_flow import DynSysDelay
from dysts.predecessor.discrete_map import INVERSES, DynMap
from dysts.predecessor.equations import StaticEquations
from dysts.predecessor.flow import DynSys, postprocessing_of
from dysts.predecessor.missing_names import unknown
from dysts.predecessor.published import MAP, map_names, published
from dysts.systems.registry import get_system

FLOWS = "dysts.flows"
FAMILIES = {
    "BlinkingVortex": "BlinkingRotlet",
    "Bouali": "Bouali2",
    "CaTwoPlusQuasiperiodic": "CaTwoPlus",
    "Coullet": "Arneodo",
    "LiuChen": "Sakarya",
    "PanXuZhou": "DequanLi",
    "SprottDelay": "IkedaDelay",
    "ThomasLabyrinth": "Thomas",
    "Tsucs2": "DequanLi",
}
"""Systems that have the equations of another with other parameters, and whose class derives from that of the other."""


def flow_names() -> list[str]:
    """Return the names of all flows and delay systems, in alphabetical order."""
    return sorted(published())


@functools.cache
def flow_class(name: str) -> type[Any]:
    """Return the class of a flow or delay system.

    Raises
    ------
    UnknownNameError
        With the closest known name as a suggestion.
    """
    known = published()
    if name not in known:
        raise unknown("class of dysts.flows", name, known, listing="dysts.systems.get_attractor_list()")
    delayed = known[name]["delay"]
    base = flow_class(FAMILIES[name]) if name in FAMILIES else DynSysDelay if delayed else DynSys
    members: dict[str, Any] = {
        "__module__": FLOWS,
        "__doc__": f"{get_system(name).description}.",
        "registry_name": name,
        "_rhs": staticmethod(StaticEquations(name, "rhs")),
    }
    if not delayed:
        members["_jac"] = staticmethod(StaticEquations(name, "jacobian"))
    if "returned" in known[name]:
        members["_postprocessing"] = postprocessing_of(name)
    return type(name, (base,), members)


@functools.cache
def map_class(name: str) -> type[Any]:
    """Return the class of a map.

    Raises
    ------
    UnknownNameError
        With the closest known name as a suggestion.
    """
    if name not in map_names():
        raise unknown("class of dysts.maps", name, map_names(), listing="get_attractor_list('discrete')")
    members: dict[str, Any] = {
        "__module__": "dysts.maps",
        "__doc__": f"{get_system(f'{name}{MAP}').description}.",
        "registry_name": name,
        "_rhs": staticmethod(StaticEquations(name, "rhs", kind="map")),
    }
    if name in INVERSES:
        members["_rhs_inv"] = staticmethod(INVERSES[name])
    return type(name, (DynMap,), members)
