"""``dysts.utils.utils`` of dysts 0.96: tools for series."""

from typing import Any

from dysts.predecessor.left_out import refuse
from dysts.predecessor.native_tools import (
    group_consecutives,
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
    signif,
    standardize_ts,
)

__all__ = [
    "cartesian_to_polar",
    "find_characteristic_timescale",
    "find_psd",
    "find_slope",
    "freq_from_autocorr",
    "freq_from_fft",
    "group_consecutives",
    "jac_fd",
    "logarithmic_n",
    "make_epsilon_ball",
    "make_surrogate",
    "min_data_points_rosenstein",
    "nan_fill",
    "nanmean_trimmed",
    "pad_axis",
    "pad_to_shape",
    "polar_to_cartesian",
    "rowwise_euclidean",
    "signif",
    "standardize_ts",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.utils.utils", name, __all__)
