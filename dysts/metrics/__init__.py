"""Scores of a forecast against the truth: pointwise errors and Lyapunov-normalised ones.

Every metric takes keyword-only arrays with axes (time, component) and returns plain floats.
"""

from dysts.metrics.lyapunov import (
    ValidPredictionTime,
    in_lyapunov_times,
    normalised_error,
    valid_prediction_time,
)
from dysts.metrics.pointwise import mae, mse, nrmse, rmse, smape

__all__ = [
    "ValidPredictionTime",
    "in_lyapunov_times",
    "mae",
    "mse",
    "normalised_error",
    "nrmse",
    "rmse",
    "smape",
    "valid_prediction_time",
]
