"""The scores of a row as data: definition, direction, and the value of a cell without a forecast."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from dysts.errors import unknown_name
from dysts.metrics.registry import METRICS

Direction = Literal["lower", "higher"]

VPT_THRESHOLD = 0.4
"""Normalised error up to which a forecast is valid, in standard deviations of the attractor."""

LOOSE_VPT_THRESHOLD = 0.5
"""A second threshold of the normalised error, in standard deviations of the attractor."""
SMAPE_VPT_THRESHOLD = 30.0
"""Cumulative smape up to which a forecast is valid, as in the published comparison."""

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Thresholds of the curve of valid times, in standard deviations; the literature uses values between its ends."""

LYAPUNOV_TIMES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Lyapunov times up to which smape and nrmse are given."""

FIDELITY_PERIODS = 10
"""Periods that a forecast must cover before it is compared with the attractor."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One score of a row.

    Attributes
    ----------
    name : str
        Its column.
    direction : {"lower", "higher"} or None
        Which values are better; None where a middle value is.
    worst : float
        What a cell without a forecast gets, so that failing never pays; NaN where there is no such value.
    definition : str
        For people.
    """

    name: str
    direction: Direction | None
    worst: float
    definition: str


@dataclass(frozen=True, kw_only=True)
class ValidTime:
    """A definition of the valid prediction time.

    Attributes
    ----------
    threshold : float
        Largest valid error.
    norm : str
        One of `dysts.metrics.lyapunov.NORMS`; empty for the cumulative smape.
    words : str
        For people.
    """

    threshold: float
    norm: str
    words: str


def within_column(threshold: float) -> str:
    """Return the column of the valid time with a threshold of the normalised error.

    Examples
    --------
    >>> within_column(0.4), within_column(0.5), within_column(1.0)
    ('vpt', 'vpt_loose', 'vpt_within_1')
    """
    named = {VPT_THRESHOLD: "vpt", LOOSE_VPT_THRESHOLD: "vpt_loose"}
    return named.get(threshold, f"vpt_within_{threshold:g}")


def _valid_times() -> Mapping[str, ValidTime]:
    def curve(threshold: float) -> ValidTime:
        words = f"The valid prediction time with a threshold of {threshold:g}, in Lyapunov times."
        return ValidTime(threshold=threshold, norm="component", words=words)

    first = {name: curve(value) for name, value in (("vpt", VPT_THRESHOLD), ("vpt_loose", LOOSE_VPT_THRESHOLD))}
    named = {
        "vpt_smape": ValidTime(
            threshold=SMAPE_VPT_THRESHOLD,
            norm="",
            words=f"How long the smape of the forecast so far stays within {SMAPE_VPT_THRESHOLD:g}, in Lyapunov times; "
            "no lower bound or estimate of the valid prediction time.",
        ),
        "vpt_spread": ValidTime(
            threshold=VPT_THRESHOLD,
            norm="spread",
            words="The valid prediction time with all components in one unit, the spread around the mean, in Lyapunov "
            "times.",
        ),
        "vpt_size": ValidTime(
            threshold=VPT_THRESHOLD,
            norm="size",
            words="The valid prediction time with all components in one unit, the size from the origin, in Lyapunov "
            "times.",
        ),
    }
    others = {within_column(value): curve(value) for value in THRESHOLDS if within_column(value) not in first}
    return MappingProxyType({**first, **named, **others})


def _scores() -> Mapping[str, Score]:
    scores = [
        Score(
            name=metric.name,
            direction=metric.direction,
            worst=metric.worst,
            definition=_OWN_WORDS.get(metric.name, metric.summary),
        )
        for metric in METRICS.values()
    ]
    scores += [
        Score(name="vpt", direction="higher", worst=0.0, definition=_VPT),
        Score(
            name="vpt_periods",
            direction="higher",
            worst=0.0,
            definition="The valid prediction time in periods, for systems without a Lyapunov time as well.",
        ),
    ]
    scores += [
        Score(name=name, direction="higher", worst=0.0, definition=entry.words)
        for name, entry in VALID_TIMES.items()
        if name != "vpt"
    ]
    scores += [
        Score(
            name="mase_10",
            direction="lower",
            worst=math.inf,
            definition="Mean absolute error of the first ten points in units of the mean change from one to the next.",
        ),
        Score(
            name="first_error",
            direction="lower",
            worst=math.inf,
            definition="Normalised error of the first point, in standard deviations: the error of one step, from which "
            "chaos lets the others grow.",
        ),
        Score(
            name="cumulative_maximum_error",
            direction="lower",
            worst=1.0,
            definition="Mean over the horizon of the largest normalised error so far, at most 1: 0 is perfect.",
        ),
    ]
    for name, worst in (("smape", 200.0), ("nrmse", math.inf)):
        scores += [
            Score(
                name=at_column(name, time),
                direction="lower",
                worst=worst,
                definition=f"The {name} of the first {time:g} Lyapunov times of the forecast.",
            )
            for time in LYAPUNOV_TIMES
        ]
    scores += [
        Score(
            name="error_growth",
            direction=None,
            worst=math.nan,
            definition="Exponential rate at which the error grows before it saturates, in units of the largest "
            "Lyapunov exponent: about 1 for a forecaster whose errors chaos alone amplifies.",
        ),
        Score(
            name="spectral_hellinger",
            direction="lower",
            worst=1.0,
            definition="Hellinger distance between the power spectra of forecast and truth: 0 is equal, 1 the worst.",
        ),
        Score(
            name="state_space_divergence",
            direction="lower",
            worst=math.inf,
            definition="Kullback-Leibler divergence between the distributions over state space, in nats: 0 is equal.",
        ),
        Score(
            name="sliced_wasserstein",
            direction="lower",
            worst=math.inf,
            definition="Sliced Wasserstein distance between the sets of states, in standard deviations: 0 is equal.",
        ),
        Score(
            name="dstsp_binned",
            direction="lower",
            worst=math.inf,
            definition="Kullback-Leibler divergence of states in 30 bins of each axis, 1e-5 added to each count, as "
            "the literature defines it: 0 is equal.",
        ),
        Score(
            name="dstsp_published",
            direction="lower",
            worst=math.inf,
            definition="The same as the published programs compute it, which drop states in the lowest bins.",
        ),
        Score(
            name="dh_smoothed",
            direction="lower",
            worst=1.0,
            definition="Hellinger distance between power spectra after a Gaussian filter of 20 frequency bins: 0 is "
            "equal.",
        ),
        Score(
            name="mmd",
            direction="lower",
            worst=math.sqrt(2.0),
            definition="Maximum mean discrepancy of the states with a Gaussian kernel as wide as their median "
            "distance.",
        ),
        Score(
            name="dimension_difference",
            direction="lower",
            worst=math.inf,
            definition="Difference between the correlation dimensions of forecast and truth.",
        ),
        Score(
            name="exponent_ratio",
            direction=None,
            worst=math.nan,
            definition="Largest Lyapunov exponent of the forecaster's own closed loop, from its forecast, in units of "
            "that of the system: 1 is right.",
        ),
    ]
    return MappingProxyType({score.name: score for score in scores})


def at_column(name: str, time: float) -> str:
    """Return the column of a score at a Lyapunov time.

    Examples
    --------
    >>> at_column("smape", 0.5), at_column("nrmse", 10.0)
    ('smape_at_0.5', 'nrmse_at_10')
    """
    return f"{name}_at_{time:g}"


def get_score(name: str) -> Score:
    """Return a score by its name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> get_score("vpt").direction
    'higher'
    """
    if name not in SCORES:
        raise unknown_name("score", name, SCORES)
    return SCORES[name]


_VPT = (
    "Valid prediction time: how long the error, averaged over components as a root mean square in "
    f"units of their standard deviations, stays within {VPT_THRESHOLD}, in Lyapunov times (the time over "
    "which a small error grows by the factor e): higher is better. Driving phases do not count; horizon and end of the "
    "known truth bound it."
)
_OWN_WORDS = {
    "smape": "Symmetric mean absolute percentage error, 200 · mean(|a - p| / (|a| + |p|)) over the horizon "
    "and all components: 0 is perfect, 200 the worst.",
    "nrmse": "Root mean squared error with every component in units of its standard deviation on the "
    "attractor: 0 is perfect, predicting the mean scores about 1.",
    "mae": "Mean absolute error in the raw units of the system: 0 is perfect.",
}

VALID_TIMES: Mapping[str, ValidTime] = _valid_times()
"""The valid times in Lyapunov times by name; a row has a flag ``<name>_censored`` beside each."""

SCORES: Mapping[str, Score] = _scores()
"""All scores by name, in the order of their columns."""

SHOWN = ("smape", "nrmse", "mae", "vpt")
"""The scores that leaderboard and report show."""
