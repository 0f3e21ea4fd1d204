"""``dysts.utils.integration_utils`` of dysts 0.96: solvers for functions in Python."""

from typing import Any

from dysts.predecessor.left_out import refuse
from dysts.predecessor.native_tools import (
    cast_to_numpy,
    has_module,
)
from dysts.predecessor.series_tools import (
    freq_from_autocorr,
)
from dysts.predecessor.solving import (
    ddeint,
    generate_ic_ensemble,
    integrate_dyn,
    integrate_weiner,
)

__all__ = [
    "cast_to_numpy",
    "ddeint",
    "freq_from_autocorr",
    "generate_ic_ensemble",
    "has_module",
    "integrate_dyn",
    "integrate_weiner",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.utils.integration_utils", name, __all__)
