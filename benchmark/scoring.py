"""Scores of one forecast, and the worst scores that a failed cell gets."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.data import TaskData
from dysts import metrics

VPT_THRESHOLD = 0.4
"""Normalised error up to which a forecast is valid, in standard deviations of the attractor."""

LYAPUNOV_MARGIN = 3.0
"""Standard errors by which an exponent must exceed zero before time is counted in Lyapunov times."""

WORST_SCORES: Mapping[str, float] = {"smape": 200.0, "nrmse": math.inf, "mae": math.inf, "vpt": 0.0}
"""What a cell without a usable forecast scores, so that failing never pays."""

DEFINITIONS: Mapping[str, str] = {
    "smape": "Symmetric mean absolute percentage error, 200 · mean(|a - p| / (|a| + |p|)) over the horizon "
    "and all components: 0 is perfect, 200 the worst.",
    "nrmse": "Root mean squared error with every component in units of its standard deviation on the "
    "attractor: 0 is perfect, predicting the mean scores about 1.",
    "mae": "Mean absolute error in the raw units of the system: 0 is perfect.",
    "vpt": "Valid prediction time: how long the error, averaged over components as a root mean square in "
    f"units of their standard deviations, stays within {VPT_THRESHOLD}, in Lyapunov times (the time over "
    "which a small error grows by the factor e): higher is better, and the horizon bounds it.",
}


def lyapunov_refusal(*, exponent: float, error: float) -> str:
    """Say why an exponent gives no Lyapunov time, or return an empty text if it does.

    Examples
    --------
    >>> lyapunov_refusal(exponent=0.906, error=0.002)
    ''
    >>> lyapunov_refusal(exponent=0.001, error=0.002)
    'the largest Lyapunov exponent, 0.001 +- 0.002, is not positive by 3 standard errors'
    """
    if not math.isfinite(exponent):
        return "the largest Lyapunov exponent is unknown"
    margin = LYAPUNOV_MARGIN * error if math.isfinite(error) else 0.0
    if exponent - margin > 0.0:
        return ""
    return (
        f"the largest Lyapunov exponent, {exponent:.3g} +- {error:.2g}, "
        f"is not positive by {LYAPUNOV_MARGIN:g} standard errors"
    )


def score(data: TaskData, forecast: NDArray[np.float64] | None) -> dict[str, Any]:
    """Score a forecast, or give the worst scores where there is none.

    Parameters
    ----------
    data : TaskData
        Truth, scale and exponent.
    forecast : ndarray, float64 [time, component], or None
        What the forecaster predicted.

    Returns
    -------
    dict
        ``smape``, ``nrmse``, ``mae``; ``vpt`` and ``horizon_lyapunov`` in Lyapunov times, NaN with a
        sentence in ``vpt_missing`` where the exponent gives none; ``vpt_periods``; ``vpt_censored``.
    """
    exponent, error = data.lyapunov_exponent, data.lyapunov_exponent_error
    refusal = lyapunov_refusal(exponent=exponent, error=error)
    if forecast is None:
        valid = metrics.ValidPredictionTime(time=0.0, censored=False)
        scores: dict[str, Any] = dict(WORST_SCORES)
    else:
        valid = metrics.valid_prediction_time(
            truth=data.truth, forecast=forecast, step=data.step, threshold=VPT_THRESHOLD, scale=data.scale
        )
        scores = {
            "smape": metrics.smape(truth=data.truth, forecast=forecast),
            "nrmse": metrics.nrmse(truth=data.truth, forecast=forecast, scale=data.scale),
            "mae": metrics.mae(truth=data.truth, forecast=forecast),
        }
    scores["vpt"] = math.nan if refusal else valid.time * exponent
    scores["vpt_periods"] = valid.time / (data.step * data.season_length)
    scores["vpt_censored"] = valid.censored
    scores["vpt_missing"] = refusal
    scores["horizon_lyapunov"] = math.nan if refusal else len(data.truth) * data.step * exponent
    return scores
