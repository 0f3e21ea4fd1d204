"""``dysts.utils.native_utils`` of dysts 0.96: helpers that know Python and no series."""

from typing import Any

from dysts.predecessor.left_out import refuse
from dysts.predecessor.native_tools import (
    group_consecutives,
    has_module,
    num_unspecified_params,
)

__all__ = [
    "group_consecutives",
    "has_module",
    "num_unspecified_params",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.utils.native_utils", name, __all__)
