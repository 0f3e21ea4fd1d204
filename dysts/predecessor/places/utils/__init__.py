"""``dysts.utils`` of dysts 0.96: tools for series and for functions."""

from typing import Any

from dysts.predecessor.left_out import refuse
from dysts.predecessor.native_tools import (
    cast_to_numpy,
    dict_demote_from_numpy,
    group_consecutives,
    has_module,
    num_unspecified_params,
)
from dysts.predecessor.series_tools import (
    cartesian_to_polar,
    find_characteristic_timescale,
    find_psd,
    find_slope,
    freq_from_autocorr,
    freq_from_fft,
    jac_fd,
    logarithmic_n,
    make_epsilon_ball,
    make_surrogate,
    min_data_points_rosenstein,
    nan_fill,
    nanmean_trimmed,
    pad_axis,
    pad_to_shape,
    polar_to_cartesian,
    rowwise_euclidean,
    safe_standardize,
    signif,
    standardize_ts,
)
from dysts.predecessor.solving import ddeint, generate_ic_ensemble, integrate_dyn, integrate_weiner

__all__ = [
    "cartesian_to_polar",
    "cast_to_numpy",
    "ddeint",
    "dict_demote_from_numpy",
    "find_characteristic_timescale",
    "find_psd",
    "find_slope",
    "freq_from_autocorr",
    "freq_from_fft",
    "generate_ic_ensemble",
    "group_consecutives",
    "has_module",
    "integrate_dyn",
    "integrate_weiner",
    "jac_fd",
    "logarithmic_n",
    "make_epsilon_ball",
    "make_surrogate",
    "min_data_points_rosenstein",
    "nan_fill",
    "nanmean_trimmed",
    "num_unspecified_params",
    "pad_axis",
    "pad_to_shape",
    "polar_to_cartesian",
    "rowwise_euclidean",
    "safe_standardize",
    "signif",
    "standardize_ts",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.utils", name, __all__)
