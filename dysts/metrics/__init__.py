"""Scores of a forecast against the truth: the 17 metrics, errors in Lyapunov times, fidelity of the attractor.

Every metric takes keyword-only arrays with axes (time, component). `METRICS` is the table of the 17, and
`by_component` evaluates one of them on each component alone. Where the literature defines a score otherwise than this
package, both are here under names of their own; `map_lyapunov_spectrum` and `fixed_points` judge a forecaster's step.
"""

import importlib
from typing import Any

from dysts.metrics import _by_position
from dysts.metrics.association import kendall, mutual_information, pearson, spearman
from dysts.metrics.attractor_fidelity import (
    sliced_wasserstein_distance,
    spectral_hellinger_distance,
    state_space_divergence,
)
from dysts.metrics.binned_divergence import binned_state_space_divergence
from dysts.metrics.cumulative import cumulative_nrmse, cumulative_smape, smape_valid_time
from dysts.metrics.distributions import hellinger_distance, kl_divergence
from dysts.metrics.ensembles import denoising_score, rank_histogram, spread_skill
from dysts.metrics.growth import at_lyapunov_times, error_growth_rate
from dysts.metrics.invariant_fidelity import correlation_dimension_difference, forecast_lyapunov_exponent
from dysts.metrics.kernel_discrepancy import maximum_mean_discrepancy
from dysts.metrics.learned_map import FixedPoint, fixed_points, map_lyapunov_spectrum
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
from dysts.metrics.samples import crps, energy_score
from dysts.metrics.scaled_errors import cumulative_maximum_error, mase
from dysts.metrics.smoothed_spectrum import smoothed_spectral_hellinger

__all__ = [
    "METRICS",
    "FixedPoint",
    "Metric",
    "ValidPredictionTime",
    "at_lyapunov_times",
    "binned_state_space_divergence",
    "by_component",
    "coefficient_of_variation",
    "correlation_dimension_difference",
    "crps",
    "cumulative_maximum_error",
    "cumulative_nrmse",
    "cumulative_smape",
    "denoising_score",
    "energy_score",
    "error_growth_rate",
    "fixed_points",
    "forecast_lyapunov_exponent",
    "get_metric",
    "hellinger_distance",
    "in_lyapunov_times",
    "kendall",
    "kl_divergence",
    "mae",
    "map_lyapunov_spectrum",
    "mape",
    "marre",
    "mase",
    "maximum_mean_discrepancy",
    "mse",
    "mutual_information",
    "norm_scale",
    "normalised_error",
    "nrmse",
    "pearson",
    "r2_score",
    "rank_histogram",
    "rmse",
    "rmsle",
    "sliced_wasserstein_distance",
    "smape",
    "smape_valid_time",
    "smoothed_spectral_hellinger",
    "spearman",
    "spectral_hellinger_distance",
    "spread_skill",
    "state_space_divergence",
    "valid_prediction_time",
    "wape",
]

# Scripts for dysts 0.96 find its names after ``from dysts.metrics import *``.
__all__ += ["average_hellinger_distance", "compute_metrics", "estimate_kl_divergence", "horizoned_metric", "ope"]

for _name in _by_position.NAMES:
    globals()[_name] = _by_position.also_by_position(_name, globals()[_name])


def __getattr__(name: str) -> Any:
    """Return a name that dysts 0.96 has in this module."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module("dysts.predecessor.room_names").value(__name__, name)
