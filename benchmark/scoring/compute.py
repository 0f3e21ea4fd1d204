"""All scores of one forecast, and the worst scores that a failed cell gets."""

import functools
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.scoring.table import (
    FIDELITY_PERIODS,
    LYAPUNOV_TIMES,
    SCORES,
    SHOWN,
    VALID_TIMES,
    at_column,
)
from benchmark.scoring.valid_times import known_points, known_time, responding, valid_times
from benchmark.tasks.data import ScoringData
from benchmark.values import content_hash
from dysts import metrics
from dysts.invariants.estimate import Estimate
from dysts.metrics.invariant_fidelity import dimension_difference, dimension_of
from dysts.metrics.registry import METRICS
from dysts.systems.properties import why_no_lyapunov_time

SCORING_VERSION = 3
"""Version of the definitions of the scores; a stored row of another version is outdated."""

WORST_SCORES: Mapping[str, float] = {name: score.worst for name, score in SCORES.items() if not math.isnan(score.worst)}
"""Scores of a cell without a usable forecast: the worst, so that failing never pays."""

DEFINITIONS: Mapping[str, str] = {name: SCORES[name].definition for name in SHOWN}
"""Definitions of the scores that leaderboard and report show."""

NO_FORECAST = "there is no forecast"
"""Reason of a score that is missing because its cell failed and there is no worst value."""

WITHOUT_FIDELITY = "the suite leaves out the scores of the attractor"
"""Reason of scores that are missing because the suite does not ask for them."""

_Array = NDArray[np.float64]
_Missing = dict[str, str]


def scoring_digest(data: ScoringData) -> str:
    """Hash the inputs of scoring that are not in the key of the cell: exponent, regime, end of the truth, version."""
    return content_hash(
        {
            "version": SCORING_VERSION,
            "scores": list(SCORES),
            "exponent": repr(data.lyapunov_exponent),
            "error": repr(data.lyapunov_exponent_error),
            "regime": data.regime,
            "truth_end": repr(data.truth_end),
            **({} if data.fidelity else {"fidelity": False}),
        }
    )


def score(data: ScoringData, forecast: _Array | None) -> dict[str, Any]:
    """Score a forecast, or give the worst scores where there is none.

    Parameters
    ----------
    data : ScoringData
        Truth, scale and exponent.
    forecast : ndarray, float64 [time, component], or None
        What the forecaster predicted.

    Returns
    -------
    dict
        Every name of `benchmark.scoring.table.SCORES`, NaN where a score has no meaning; a flag ``<name>_censored`` for
        each valid time, true where the forecast was valid as long as it is observed; ``censored_by``, what ended the
        observation of ``vpt``: ``"horizon"``, ``"truth"``, or nothing; ``horizon_points``; ``horizon_lyapunov`` and
        ``known_lyapunov``, the horizon and its part in which the truth is known, in Lyapunov times; ``truth_end``;
        ``scoring_version``; ``vpt_missing``, the reason why there is no Lyapunov time; ``missing``, JSON text of a
        mapping from each reason to the scores that are missing for it.
    """
    refusal = why_no_lyapunov_time(
        exponent=data.lyapunov_exponent, error=data.lyapunov_exponent_error, regime=data.regime
    )
    missing: _Missing = {}
    # Without a forecast, score the truth against itself to find the scores that the data leave undefined.
    given = data.truth if forecast is None else forecast
    values = _pointwise(data, given, missing)
    values |= valid_times(data, given, refusal, missing)
    values |= _until(data, given, refusal, missing)
    values |= _growth(data, given, refusal, missing)
    values |= _fidelity(data, given, refusal, missing)
    if forecast is None:
        values |= _worst(values, missing)
    values["vpt_missing"] = refusal
    exponent = math.nan if refusal else data.lyapunov_exponent
    values["horizon_points"] = len(data.truth)
    values["horizon_lyapunov"] = len(data.truth) * data.step * exponent
    values["known_lyapunov"] = known_time(data) * exponent
    values["truth_end"] = data.truth_end
    values["scoring_version"] = SCORING_VERSION
    values["missing"] = by_reason(missing)
    return values


def unavailable(data: ScoringData, reason: str) -> dict[str, Any]:
    """Return the scores of a reference that does not exist for these data: none, and the reason."""
    values = score(data, None) | dict.fromkeys(SCORES, math.nan)
    return values | {"missing": by_reason(dict.fromkeys(SCORES, reason))}


def _pointwise(data: ScoringData, forecast: _Array, missing: _Missing) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, metric in METRICS.items():
        if metric.scaled:
            arrays = _normed(data, forecast)
            value = metric(**arrays)
        else:
            value = metric(truth=data.truth, forecast=forecast)
        if math.isnan(value):
            missing[name] = f"{name} has no meaning for these values: see its definition"
        values[name] = value
    values["mase_10"] = metrics.mase(truth=data.truth, forecast=forecast)
    if math.isnan(values["mase_10"]):
        missing["mase_10"] = "the truth stands still at its beginning"
    values["first_error"] = float(metrics.normalised_error(**_normed(data, forecast))[0])
    values["cumulative_maximum_error"] = metrics.cumulative_maximum_error(**_normed(data, forecast))
    return values


def _until(data: ScoringData, forecast: _Array, refusal: str, missing: _Missing) -> dict[str, Any]:
    names = [(name, at_column(name, time)) for name in ("smape", "nrmse") for time in LYAPUNOV_TIMES]
    if refusal:
        missing.update(dict.fromkeys((column for _, column in names), refusal))
        return dict.fromkeys((column for _, column in names), math.nan)
    curves = {
        "smape": metrics.cumulative_smape(truth=data.truth, forecast=forecast),
        "nrmse": metrics.cumulative_nrmse(**_normed(data, forecast)),
    }
    points = known_points(data)
    known = points * data.step * data.lyapunov_exponent
    end = "the horizon is" if points == len(data.truth) else "the truth is known for"
    values: dict[str, Any] = {}
    for name, curve in curves.items():
        read = np.full(len(LYAPUNOV_TIMES), math.nan)
        if points:
            read = metrics.at_lyapunov_times(
                curve[:points], step=data.step, lyapunov_exponent=data.lyapunov_exponent, times=LYAPUNOV_TIMES
            )
        for time, value in zip(LYAPUNOV_TIMES, read.tolist(), strict=True):
            column = at_column(name, time)
            values[column] = value
            if math.isnan(value):
                missing[column] = f"{end} {known:.3g} Lyapunov times"
    return values


def _growth(data: ScoringData, forecast: _Array, refusal: str, missing: _Missing) -> dict[str, Any]:
    found = Estimate(math.nan, math.nan, refusal)
    if not refusal:
        error = metrics.normalised_error(**_normed(data, forecast))[: known_points(data)]
        found = Estimate(math.nan, math.nan, "the truth is not known at any point")
        if error.size:
            found = metrics.error_growth_rate(error, step=data.step)
    return {"error_growth": _taken("error_growth", found, missing, unit=data.lyapunov_exponent)}


def _fidelity(data: ScoringData, forecast: _Array, refusal: str, missing: _Missing) -> dict[str, Any]:
    periods = len(data.truth) / data.season_length
    if periods < FIDELITY_PERIODS or not data.fidelity:
        names = (
            "spectral_hellinger",
            "state_space_divergence",
            "sliced_wasserstein",
            "dstsp_binned",
            "dstsp_published",
            "dh_smoothed",
            "mmd",
            "dimension_difference",
            "exponent_ratio",
        )
        reason = f"the horizon is {periods:.3g} periods; the attractor needs {FIDELITY_PERIODS}"
        if not data.fidelity:
            reason = WITHOUT_FIDELITY
        missing.update(dict.fromkeys(names, reason))
        return dict.fromkeys(names, math.nan)
    arrays: dict[str, Any] = {"truth": data.truth, "forecast": forecast}
    dimension = dimension_difference(_dimension_of_truth(data), dimension_of(forecast, theiler=data.season_length))
    exponent = Estimate(math.nan, math.nan, refusal)
    if not refusal:
        exponent = metrics.forecast_lyapunov_exponent(
            forecast=forecast,
            step=data.step,
            season_length=data.season_length,
            lyapunov_exponent=data.lyapunov_exponent,
        )
    distances = {
        "spectral_hellinger": metrics.spectral_hellinger_distance(**arrays),
        "state_space_divergence": metrics.state_space_divergence(**arrays),
        "sliced_wasserstein": metrics.sliced_wasserstein_distance(**arrays),
        "dstsp_binned": metrics.binned_state_space_divergence(**arrays),
        "dstsp_published": metrics.binned_state_space_divergence(**arrays, published=True),
        "dh_smoothed": metrics.smoothed_spectral_hellinger(**arrays),
        "mmd": metrics.maximum_mean_discrepancy(**arrays),
    }
    for name, value in distances.items():
        if math.isnan(value):
            missing[name] = f"{name} has no meaning for these values: see its definition"
    return distances | {
        "dimension_difference": _taken("dimension_difference", dimension, missing),
        "exponent_ratio": _taken("exponent_ratio", exponent, missing, unit=data.lyapunov_exponent),
    }


@functools.lru_cache(maxsize=256)
def _dimension_of_truth(data: ScoringData) -> Estimate:
    """Return the dimension of the truth, once for all forecasts of a task, as it takes as long as the forecast's."""
    return dimension_of(data.truth, theiler=data.season_length)


def _worst(values: Mapping[str, Any], missing: _Missing) -> dict[str, Any]:
    worst: dict[str, Any] = {}
    for name, entry in SCORES.items():
        if math.isnan(entry.worst):
            worst[name] = math.nan
            missing[name] = NO_FORECAST
        elif not math.isnan(values[name]):
            worst[name] = entry.worst
    return worst | {f"{name}_censored": False for name in VALID_TIMES} | {"censored_by": ""}


def _normed(data: ScoringData, forecast: _Array) -> dict[str, Any]:
    """Return the arguments of an error in standard deviations: without driving phases, with the scale."""
    return {
        "truth": responding(data, data.truth),
        "forecast": responding(data, forecast),
        "scale": responding(data, data.scale),
    }


def _taken(name: str, found: Estimate, missing: _Missing, *, unit: float = 1.0) -> float:
    if found.reliable:
        return found.value / unit
    missing[name] = found.reason
    return math.nan


def by_reason(missing: Mapping[str, str]) -> str:
    """Return a mapping from scores to reasons as JSON text of each reason with its scores; empty without any."""
    reasons: dict[str, list[str]] = {}
    for name, reason in missing.items():
        reasons.setdefault(reason, []).append(name)
    return json.dumps(reasons, ensure_ascii=False) if reasons else ""
