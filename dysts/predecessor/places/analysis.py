"""``dysts.analysis`` of dysts 0.96: invariants of models and series."""

from typing import Any

import numpy as np

from dysts.predecessor.analysis import (
    estimate_powerlaw,
    find_lyapunov_exponents,
    gp_dim,
    kaplan_yorke_dimension,
    max_lyapunov_exponent,
    max_lyapunov_exponent_rosenstein,
    mutual_information,
    run_zero_one_sweep,
    sample_initial_conditions,
    twonn_dim,
    zero_one_test,
)
from dysts.predecessor.flow import DynSys
from dysts.predecessor.left_out import refuse
from dysts.predecessor.native_tools import has_module
from dysts.predecessor.series_tools import find_characteristic_timescale, jac_fd, logarithmic_n, rowwise_euclidean

__all__ = [
    "DynSys",
    "estimate_powerlaw",
    "find_characteristic_timescale",
    "find_lyapunov_exponents",
    "gp_dim",
    "has_module",
    "jac_fd",
    "kaplan_yorke_dimension",
    "logarithmic_n",
    "max_lyapunov_exponent",
    "max_lyapunov_exponent_rosenstein",
    "mutual_information",
    "rowwise_euclidean",
    "run_zero_one_sweep",
    "sample_initial_conditions",
    "twonn_dim",
    "zero_one_test",
]
# After ``from dysts.analysis import *`` scripts for dysts 0.96 have NumPy under this name.
__all__ += ["np"]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.analysis", name, __all__)
