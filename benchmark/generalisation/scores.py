"""Scores of a forecast elsewhere: valid time, distance of occupations, and the motion in which it ends."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.generalisation.basins import distance
from benchmark.generalisation.cases import POINTS_PER_PERIOD, Case, Elsewhere
from dysts.metrics import valid_prediction_time
from dysts.systems.properties import SIGNIFICANT

FloatArray = NDArray[np.float64]


def scores(task: Elsewhere, case: Case, forecast: FloatArray | None) -> dict[str, Any]:
    """Return the scores of a forecast from one place.

    Parameters
    ----------
    task : Elsewhere
    case : Case
    forecast : float64 [time, component] or None

    Returns
    -------
    dict
        ``valid_periods`` and ``valid_to_the_end``; ``valid_lyapunov_times`` where the place has an exponent above three
        standard errors; ``sliced_wasserstein``, the distance of the occupations of forecast and truth in standard
        deviations of the training series; ``right``, 1 if the occupation of the second half of the forecast is nearest
        to that of the motion on which it starts, of all motions of the system, else 0; NaN for a single motion, and
        where ten periods of the truth are nearer to another motion themselves. Without a forecast the worst: 0, 0 and
        infinity.
    """
    exponent, error = case.facts.get("exponent", math.nan), case.facts.get("error", math.nan)
    known = exponent > SIGNIFICANT * error
    told = _nearest(task, case.truth[:, task.scored]) == task.cases.index(case)
    if forecast is None:
        return {
            "valid_periods": 0.0,
            "valid_to_the_end": False,
            "valid_lyapunov_times": 0.0 if known else math.nan,
            "sliced_wasserstein": math.inf,
            "right": 0.0 if told else math.nan,
        }
    columns = task.scored
    truth, own = case.truth[:, columns], forecast[:, columns]
    valid = valid_prediction_time(truth=truth, forecast=own, step=task.step, scale=task.scale)
    right = float(_nearest(task, own) == task.cases.index(case)) if told else math.nan
    return {
        "valid_periods": valid.time / task.step / POINTS_PER_PERIOD,
        "valid_to_the_end": bool(valid.censored),
        "valid_lyapunov_times": valid.time * exponent if known else math.nan,
        "sliced_wasserstein": distance(truth, own, task.scale),
        "right": right,
    }


def _nearest(task: Elsewhere, path: FloatArray) -> int:
    """Return the place of the motion that is nearest to the second half of a path; -1 without a choice."""
    motions = [case.facts["occupation"] for case in task.cases if "occupation" in case.facts]
    if len(motions) < 2:
        return -1
    return int(np.argmin([distance(occupation, path[len(path) // 2 :], task.scale) for occupation in motions]))
