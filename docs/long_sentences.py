"""Computes the sentences of docs/long.md that judge the paper's claims, so that no verdict is written by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from results_sentences import EXPONENT, listed, medians_by_class
from scipy.stats import binomtest

from benchmark.comparison import decorrelation, invariants_of, median_over_forecasters, valid_shares
from benchmark.comparison.blocks import score_by_system
from benchmark.comparison.number_text import figures
from benchmark.tasks.references import ORACLE, REFERENCES

TWO_DOZEN = 24.0
"""Lyapunov times of the paper's first claim."""
EARLY, LATE = 1.0, 12.0
"""Lyapunov times between which the decorrelation is tested."""
NETWORKS = ("NBEATS", "NHiTS", "Transformer", "LSTM", "RNN", "TCN", "DLinear", "NLinear")
DYNAMICAL = ("ESN", "NVAR", "NeuralODE")
"""Forecasters that were made for dynamical systems."""
ROUNDING, TRAINED, APART = 1e-10, 1e-3, 100.0
"""First errors below which arithmetic, and above which training is named as the limit; and the factor between the
classes of equations from which the model is."""


def long_task(results: pd.DataFrame) -> str:
    """Return how long the horizon is in Lyapunov times, and on how many systems it reaches two dozen."""
    systems = results.drop_duplicates("system")
    horizons = systems["horizon_lyapunov"].dropna()
    low, middle, high = np.quantile(horizons, [0.1, 0.5, 0.9])
    reached = int((systems["known_lyapunov"] >= TWO_DOZEN).sum())
    return (
        f"{figures(middle)} Lyapunov times in the median of the {len(horizons)} systems that have one (a tenth of them "
        f"below {figures(low)}, a tenth above {figures(high)}); two dozen Lyapunov times with a known truth are there "
        f"for {reached} systems"
    )


def percent(low: float, high: float | None = None) -> str:
    """Return a share, or the two ends of an interval, as text.

    Examples
    --------
    >>> percent(0.123), percent(0.1, 0.25)
    ('12 %', '10 to 25 %')
    """
    return f"{100 * low:.0f} %" if high is None else f"{100 * low:.0f} to {100 * high:.0f} %"


def share_text(row: Mapping[str, Any]) -> str:
    """Return a share with its interval, or the interval alone where nobody was observed so long.

    Examples
    --------
    >>> share_text({"share": 0.5, "low": 0.25, "high": 0.75}), share_text({"share": np.nan, "low": 0.0, "high": 0.1})
    ('50 % (25 to 75 %)', '0 to 10 %')
    """
    span = "n/a" if np.isnan(row["low"]) else percent(row["low"], row["high"])
    return span if np.isnan(row["share"]) else f"{percent(row['share'])} ({span})"


def two_dozen_words(results: pd.DataFrame) -> str:
    """Return the share of systems on which the best forecasters last two dozen Lyapunov times, by both scores."""
    parts = []
    for score, words in (("vpt", "By the valid time"), ("vpt_smape", "By the cumulative smape of at most 30")):
        shares = valid_shares(results, [TWO_DOZEN], score=score)
        own = shares[~shares["forecaster"].isin(list(REFERENCES))].sort_values("share", ascending=False, kind="stable")
        best = own.iloc[0]
        third = listed([f"{row['forecaster']} {percent(row['share'])}" for row in own.iloc[1:4].to_dict("records")])
        anybody = results[~results["forecaster"].isin(list(REFERENCES))].assign(forecaster="any")
        anybody = anybody.sort_values(score, kind="stable").groupby("system").tail(1)
        union = valid_shares(anybody, [TWO_DOZEN], score=score).iloc[0]
        reached = shares.loc[shares["forecaster"] == ORACLE, "share"]
        ceiling = "".join(f"; the true equations from the last point reach them on {percent(one)}" for one in reached)
        parts.append(
            f"{words} the forecaster that lasts longest, {best['forecaster']}, reaches 24 Lyapunov times on "
            f"{percent(best['share'])} of the systems ({percent(best['low'], best['high'])}), followed by {third}; at "
            f"least one of the {len(own)} does on {percent(union['share'])} ({percent(union['low'], union['high'])})"
            f"{ceiling}: as a statement about the typical system the claim is {_verdict(best)}."
        )
    return " ".join(parts)


def paper_periods_words(results: pd.DataFrame) -> str:
    """Return the same shares for series with the paper's points in a period, for the forecasters that were run."""
    parts, best = [], []
    for score, words in (("vpt", "by the valid time"), ("vpt_smape", "by the cumulative smape")):
        shares = valid_shares(results, [TWO_DOZEN], score=score)
        own = shares[~shares["forecaster"].isin(list(REFERENCES))].sort_values("share", ascending=False, kind="stable")
        told = [f"{row['forecaster']} {share_text(row)}" for row in own.to_dict("records")]
        parts.append(f"{words} {listed(told)}")
        best.append(own.iloc[0])
    return f"{'; '.join(parts)}: {listed(list(dict.fromkeys(_verdict(row) for row in best)))}."


def _verdict(best: "pd.Series[Any]") -> str:
    """Return whether the share of systems on which the best forecaster lasts is below or above a half."""
    return "refuted" if best["high"] < 0.5 else "confirmed" if best["low"] > 0.5 else "undecided"


def groups_words(results: pd.DataFrame) -> str:
    """Return on how many systems the best network lasts longer than the best method made for dynamics."""
    blocks = score_by_system(results, "vpt")
    networks = blocks[[name for name in NETWORKS if name in blocks]].max(axis=1)
    dynamical = blocks[[name for name in DYNAMICAL if name in blocks]].max(axis=1)
    ahead, behind = int((networks > dynamical).sum()), int((networks < dynamical).sum())
    interval = binomtest(ahead, ahead + behind).proportion_ci(method="wilson")
    verdict = "refuted" if interval.high < 0.5 else "confirmed" if interval.low > 0.5 else "undecided"
    best = blocks.median().sort_values(ascending=False, kind="stable")
    names = {
        "networks": [n for n in best.index if n in NETWORKS][:3],
        "dynamical": [n for n in best.index if n in DYNAMICAL],
    }
    told = {key: listed([f"{name} {figures(best[name])}" for name in value]) for key, value in names.items()}
    return (
        f"With the preset `fast` the best of {len(NETWORKS)} networks lasts longer than the best of "
        f"{listed(DYNAMICAL)} on {ahead} of the {ahead + behind} systems on which the two differ "
        f"({percent(interval.low, interval.high)}): "
        f"{verdict} for these settings. Plain medians of the valid time: {told['dynamical']}; of the networks "
        f"{told['networks']}."
    )


def fixed_systems(curves: pd.DataFrame, time: float = LATE) -> list[str]:
    """Return the systems that are observed for a time."""
    return sorted(curves.loc[curves[time].notna(), "system"].unique())


def decorrelated_words(results: pd.DataFrame, curves: pd.DataFrame) -> str:
    """Return how the correlation of error and exponent changes between an early and a late time."""
    exponents = invariants_of(sorted(results["system"].unique()))[EXPONENT]
    parts = []
    for score in ("nrmse", "smape"):
        errors = median_over_forecasters(curves[curves["score"] == score])
        found = decorrelation(errors, exponents, early=EARLY, late=LATE)
        verdict = "falls" if found.change[2] < 0 else "rises" if found.change[1] > 0 else "does not change measurably"
        parts.append(
            f"for {score} from {_signed(found.early)} in the first Lyapunov time to {_signed(found.late)} in the first "
            f"{LATE:g}, and its size {verdict} ({found.change[1]:+.2f} to {found.change[2]:+.2f})"
        )
    return (
        f"Over the {found.systems} systems that are observed for {LATE:g} Lyapunov times, the correlation of the "
        f"median error with the exponent goes {'; '.join(parts)}."
    )


def hidden_words(results: pd.DataFrame, times: Sequence[float]) -> str:
    """Return how many answers the ends of observation hide."""
    shares = valid_shares(results, times)
    own = shares[~shares["forecaster"].isin(list(REFERENCES))]
    most = [f"{int(rows['hidden'].max())} for {time:g}" for time, rows in own.groupby("time")]
    ends = results.loc[~results["forecaster"].isin(list(REFERENCES)), "censored_by"].value_counts()
    return (
        f"Of {int(own['cells'].max())} systems the end of observation hides the answer at most on so many for one "
        f"forecaster: {listed(most)}; {int(ends.get('horizon', 0))} valid times end with the horizon and "
        f"{int(ends.get('truth', 0))} with the truth."
    )


def limits_words(results: pd.DataFrame, limits: pd.DataFrame, best: Sequence[str]) -> str:
    """Return what limits each of the best forecasters: arithmetic, what the model can represent, or training."""
    classes = medians_by_class(results, "first_error")
    told: dict[str, list[str]] = {}
    for name in best:
        by_class = classes[name].dropna()
        error = float(limits.set_index("forecaster").loc[name, "first_error"])
        if by_class.max() > APART * by_class.min():
            limit = f"the model, as the first error is more than {APART:g} times as large for some classes of equations"
        elif error < ROUNDING:
            limit = f"arithmetic, with a first error below {ROUNDING:g}"
        elif error > TRAINED:
            limit = f"training, with a first error above {TRAINED:g} for all classes of equations"
        else:
            limit = "none of the three by these rules"
        told.setdefault(limit, []).append(name)
    named = "; ".join(f"{listed(names)} by {limit}" for limit, names in told.items())
    most = limits[limits["forecaster"].isin(best)]
    low, high = most["correlation"].min(), most["correlation"].max()
    return (
        f"Over systems the time that it allows and the valid time are correlated with {low:.2f} to {high:.2f} for the "
        f"{len(best)} forecasters that last longest. They are limited: {named}."
    )


def slow_words(results: pd.DataFrame) -> str:
    """Return which forecasters take more than two seconds for a rollout of 5000 points."""
    medians = results[~results["forecaster"].isin(list(REFERENCES))].groupby("forecaster")["predict_seconds"].median()
    slow = medians[medians > 2.0].sort_values(ascending=False, kind="stable")
    if slow.empty:
        return "Every rollout takes less than two seconds in the median."
    named = listed([f"{name} ({figures(value)} s)" for name, value in slow.items()])
    return f"More than two seconds for a rollout take {named}."


def _signed(values: tuple[float, float, float]) -> str:
    value, low, high = values
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"
