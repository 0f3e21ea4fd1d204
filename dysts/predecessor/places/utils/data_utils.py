"""``dysts.utils.data_utils`` of dysts 0.96: tools that make plain values and scaled series."""

from typing import Any

from dysts.predecessor.left_out import refuse
from dysts.predecessor.native_tools import (
    demote_from_numpy,
    dict_demote_from_numpy,
)
from dysts.predecessor.series_tools import (
    safe_standardize,
)

__all__ = [
    "demote_from_numpy",
    "dict_demote_from_numpy",
    "safe_standardize",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.utils.data_utils", name, __all__)
