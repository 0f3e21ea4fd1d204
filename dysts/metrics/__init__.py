"""Scores of a forecast against the truth: the 17 metrics, errors in Lyapunov times, fidelity of the attractor.

Every metric takes keyword-only arrays with axes (time, component). `METRICS` is the table of the 17, and
`by_component` evaluates one of them on each component alone.
"""

from dysts.metrics.association import kendall, mutual_information, pearson, spearman
from dysts.metrics.attractor_fidelity import (
    sliced_wasserstein_distance,
    spectral_hellinger_distance,
    state_space_divergence,
)
from dysts.metrics.cumulative import cumulative_nrmse, cumulative_smape, smape_valid_time
from dysts.metrics.distributions import hellinger_distance, kl_divergence
from dysts.metrics.growth import at_lyapunov_times, error_growth_rate
from dysts.metrics.invariant_fidelity import correlation_dimension_difference, forecast_lyapunov_exponent
from dysts.metrics.lyapunov import (
    ValidPredictionTime,
    in_lyapunov_times,
    norm_scale,
    normalised_error,
    valid_prediction_time,
)
from dysts.metrics.pointwise import mae, mse, nrmse, rmse, smape
from dysts.metrics.registry import METRICS, Metric, by_component, get_metric
from dysts.metrics.relative import coefficient_of_variation, mape, marre, r2_score, rmsle, wape

__all__ = [
    "METRICS",
    "Metric",
    "ValidPredictionTime",
    "at_lyapunov_times",
    "by_component",
    "coefficient_of_variation",
    "correlation_dimension_difference",
    "cumulative_nrmse",
    "cumulative_smape",
    "error_growth_rate",
    "forecast_lyapunov_exponent",
    "get_metric",
    "hellinger_distance",
    "in_lyapunov_times",
    "kendall",
    "kl_divergence",
    "mae",
    "mape",
    "marre",
    "mse",
    "mutual_information",
    "norm_scale",
    "normalised_error",
    "nrmse",
    "pearson",
    "r2_score",
    "rmse",
    "rmsle",
    "sliced_wasserstein_distance",
    "smape",
    "smape_valid_time",
    "spearman",
    "spectral_hellinger_distance",
    "state_space_divergence",
    "valid_prediction_time",
    "wape",
]
