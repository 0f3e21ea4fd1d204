"""Scores of the members of an ensemble forecast, and of a series without its noise: columns beside the scores.

They need arrays that a results folder does not keep, so that they are computed when a cell ends and never again. What
depends on a Lyapunov exponent is therefore left in the unit of time of the system.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.scoring.table import VPT_THRESHOLD
from benchmark.scoring.valid_times import known_points, responding
from benchmark.tasks.data import ScoringData, TaskData
from dysts import metrics
from dysts.systems.properties import why_no_lyapunov_time

FloatArray = NDArray[np.float64]

SCORED_LYAPUNOV_TIMES = 5.0
"""Length of the forecast over which members are scored, in Lyapunov times: later all are drawn from the attractor."""
LEAST_MEMBERS = 2
"""Least number of members that have a spread."""

MEMBER_COLUMNS: Mapping[str, str] = {
    "members": "int64",
    "crps": "float64",
    "energy_score": "float64",
    "spread_skill": "float64",
    "rank_histogram": "str",
    "predicted_valid_low": "float64",
    "predicted_valid_high": "float64",
    "denoising": "float64",
    "denoised_points": "int64",
}
"""Columns and their types. ``members`` is their number, 0 without an ensemble. ``crps`` and ``energy_score`` are in
standard deviations of the attractor, over the first five Lyapunov times; so is ``spread_skill``, the root-mean-square
spread in units of that of the error of the mean, with the factor for few members. ``rank_histogram`` is JSON text.
``predicted_valid_low`` and ``predicted_valid_high`` are the least and the greatest time, in the unit of time of the
system, for which the forecast is valid if a member is the truth: how long the ensemble expects it to be valid, which
needs no truth. ``denoising`` is 100 (1 - relative error) of the last ``denoised_points`` training points."""


def member_scores(
    data: TaskData,
    forecast: NDArray[np.float64] | None,
    members: NDArray[np.float64] | None,
    denoised: NDArray[np.float64] | None,
) -> dict[str, Any]:
    """Return the columns of `MEMBER_COLUMNS` of one cell.

    Parameters
    ----------
    data : TaskData
    forecast : float64 [time, component] or None
    members : float64 [member, time, component] or None
    denoised : float64 [time, component] or None
        The end of the training series without its noise.
    """
    found: dict[str, Any] = {
        "members": 0,
        **{name: math.nan for name, kind in MEMBER_COLUMNS.items() if kind == "float64"},
        "rank_histogram": "",
        "denoised_points": 0,
    }
    if denoised is not None and data.clean is not None:
        found["denoised_points"] = len(denoised)
        found["denoising"] = metrics.denoising_score(truth=data.clean[-len(denoised) :], denoised=denoised)
    points = _scored_points(data)
    if forecast is None or members is None or len(members) < LEAST_MEMBERS or not points:
        return found
    # The components along the last axis are what `responding` chooses from.
    truth, scale = responding(data, data.truth[:points]), responding(data, data.scale)
    chosen = responding(data, members[:, :points])
    arrays: dict[str, Any] = {"truth": truth, "samples": chosen}
    low, high = _predicted_range(data, forecast, members)
    ranks = metrics.rank_histogram(**arrays)
    return found | {
        "members": len(members),
        "crps": metrics.crps(**arrays, scale=scale),
        "energy_score": metrics.energy_score(**arrays, scale=scale),
        "spread_skill": _spread_skill(truth, chosen, scale),
        "rank_histogram": json.dumps([round(float(share), 4) for share in ranks]),
        "predicted_valid_low": low,
        "predicted_valid_high": high,
    }


def _scored_points(data: ScoringData) -> int:
    known = known_points(data)
    refusal = why_no_lyapunov_time(
        exponent=data.lyapunov_exponent, error=data.lyapunov_exponent_error, regime=data.regime
    )
    if refusal:
        return known
    return min(known, math.ceil(SCORED_LYAPUNOV_TIMES / data.lyapunov_exponent / data.step))


def _spread_skill(truth: FloatArray, members: FloatArray, scale: FloatArray) -> float:
    """Return the ratio of means over all times, in which no single time with a small error decides."""
    count = len(members)
    spread = float(np.sqrt(((members.std(axis=0, ddof=1) / scale) ** 2).mean()))
    error = float(np.sqrt((((members.mean(axis=0) - truth) / scale) ** 2).mean()))
    return math.sqrt((count + 1) / count) * spread / error if error > 0.0 else math.inf


def _predicted_range(data: ScoringData, forecast: FloatArray, members: FloatArray) -> tuple[float, float]:
    points = known_points(data)
    scale, own = responding(data, data.scale), responding(data, forecast[:points])
    errors = np.sqrt((((responding(data, members[:, :points]) - own) / scale) ** 2).mean(axis=2))
    beyond = errors > VPT_THRESHOLD
    valid = np.where(beyond.any(axis=1), beyond.argmax(axis=1), points) * data.step
    return float(valid.min()), float(valid.max())
