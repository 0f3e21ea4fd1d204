"""Valid times of a forecast, censored where its horizon or the knowledge of the truth ends."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.scoring.table import SMAPE_VPT_THRESHOLD, VALID_TIMES
from benchmark.tasks.data import ScoringData
from dysts import metrics
from dysts.metrics.lyapunov import ValidPredictionTime

HORIZON, TRUTH = "horizon", "truth"
"""Values of ``censored_by``: the forecast was valid to its end, or to the end of the known truth."""

_Array = NDArray[np.float64]


def known_points(data: ScoringData) -> int:
    """Return the number of points to predict at which the truth is known to hold."""
    if not math.isfinite(data.truth_end):
        return len(data.truth)
    # A time that is a whole number of steps must not lose one to rounding.
    return int(min(len(data.truth), math.floor(data.truth_end / data.step * (1.0 + 1e-12))))


def known_time(data: ScoringData) -> float:
    """Return the time after the last observed point that is observed: to the horizon or to the end of the truth."""
    return known_points(data) * data.step


def responding(data: ScoringData, values: _Array) -> _Array:
    """Return the columns of the components that a norm is taken over."""
    # A copy in another order would be summed in another order.
    if len(data.responding) in (0, values.shape[-1]):
        return values
    return np.ascontiguousarray(values[..., list(data.responding)])


def valid_times(data: ScoringData, forecast: _Array, refusal: str, missing: dict[str, str]) -> dict[str, Any]:
    """Return every valid time with its flag, and what censored the first of them.

    Parameters
    ----------
    data : ScoringData
    forecast : float64 [time, component]
    refusal : str
        Why there is no Lyapunov time; empty if there is one.
    missing : dict of str to str
        Gets the reason of each score that is missing.

    Returns
    -------
    dict
        ``vpt_periods`` and every name of `benchmark.scoring.table.VALID_TIMES` in Lyapunov times; a flag with
        ``_censored`` behind the name for each; ``censored_by``.
    """
    points = known_points(data)
    found = _found(data, forecast[:points], points)
    values: dict[str, Any] = {"vpt_periods": found["vpt"].time / (data.step * data.season_length)}
    for name in VALID_TIMES:
        values[name] = math.nan
        values[f"{name}_censored"] = name in found and found[name].censored
        if refusal:
            missing[name] = refusal
        elif name in found:
            values[name] = found[name].time * data.lyapunov_exponent
        else:
            missing[name] = "the size of the components is not known"
    end = HORIZON if points == len(data.truth) else TRUTH
    return values | {"censored_by": end if found["vpt"].censored else ""}


def _found(data: ScoringData, forecast: _Array, points: int) -> Mapping[str, ValidPredictionTime]:
    names = [name for name, entry in VALID_TIMES.items() if entry.norm != "size" or data.size is not None]
    if not points:
        return dict.fromkeys(names, ValidPredictionTime(time=0.0, censored=True))
    truth = data.truth[:points]
    found = {}
    for name in names:
        entry = VALID_TIMES[name]
        if not entry.norm:
            arrays: dict[str, Any] = {"truth": truth, "forecast": forecast, "step": data.step}
            found[name] = metrics.smape_valid_time(**arrays, threshold=SMAPE_VPT_THRESHOLD)
            continue
        found[name] = metrics.valid_prediction_time(
            truth=responding(data, truth),
            forecast=responding(data, forecast),
            step=data.step,
            threshold=entry.threshold,
            scale=metrics.norm_scale(
                entry.norm,
                standard_deviation=responding(data, data.scale),
                root_mean_square=None if data.size is None else responding(data, data.size),
            ),
        )
    return found
