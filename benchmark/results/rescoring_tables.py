"""Score a table of results again that has no forecasts, as far as that is possible.

An exported table holds no forecasts, so no score can be computed from one. Two changes need none: scores in Lyapunov
times become missing where a system turns out to have no Lyapunov time, and valid times, which are whole numbers of
steps, regain the digits that an export has rounded away.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmark.own_series import OWN
from benchmark.results.rescoring import Exponents, registry_exponents, registry_regime
from benchmark.scoring.compute import SCORING_VERSION, WITHOUT_FIDELITY, by_reason, scoring_digest
from benchmark.scoring.table import LYAPUNOV_TIMES, SCORES, VALID_TIMES, at_column
from benchmark.tasks.data import ScoringData
from dysts.errors import RunError
from dysts.systems.properties import why_no_lyapunov_time
from dysts.systems.registry import registry_of

ROUNDED = 1e-4
"""Largest relative difference that rounding to five significant digits explains, with a margin of two."""

_IN_LYAPUNOV_TIMES = (
    *VALID_TIMES,
    *(at_column(name, time) for name in ("smape", "nrmse") for time in LYAPUNOV_TIMES),
    "error_growth",
    "exponent_ratio",
)

Steps = Callable[[Mapping[str, Any]], float]


def rescored_table(
    table: pd.DataFrame,
    *,
    exponents: Exponents = registry_exponents,
    regimes: Callable[[Mapping[str, Any]], str] = registry_regime,
    steps: Steps | None = None,
) -> tuple[pd.DataFrame, int]:
    """Return a table with the scores that today's exponents and regimes give, and the number of rows that changed.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    exponents : callable
        Called with a row for the largest Lyapunov exponent of its system and its standard error; the registry's by
        default.
    regimes : callable
        Called with a row for the regime of its system; the registry's by default.
    steps : callable, optional
        Called with a row for the time between two observed points; the registry's and the recipe's by default.

    Raises
    ------
    RunError
        If a score would have to be computed from a forecast: the definition of the scores, the exponent or the step has
        changed, or a system has gained a Lyapunov time.
    """
    other = table.loc[table["scoring_version"] != SCORING_VERSION, "scoring_version"]
    if len(other):
        raise RunError(
            f"the scores of the table are of version {other.iloc[0]}, those of this package of version "
            f"{SCORING_VERSION}; score the forecasts of the run again, or run it again"
        )
    rows = [
        _rescored({str(name): value for name, value in row.items()}, exponents, regimes, steps or registry_step)
        for row in table.to_dict("records")
    ]
    fresh = pd.DataFrame(rows, columns=table.columns).astype(table.dtypes)
    same = (fresh == table) | (fresh.isna() & table.isna())
    return fresh, int((~same.all(axis=1)).sum())


def registry_step(row: Mapping[str, Any]) -> float:
    """Return the time between two observed points of a row's task, or the row's where it is of one's own."""
    import dysts
    from dysts.datasets.named_recipes import get_recipe

    # A table has no entries of systems of one's own, so its rows are all that is known of them.
    if row["recipe"] == OWN or row["system"] not in registry_of(None):
        return float(row["step"])
    return get_recipe(str(row["recipe"])).step(dysts.get_system(str(row["system"]))) * int(row["stride"])


def _rescored(
    row: dict[str, Any], exponents: Exponents, regimes: Callable[[Mapping[str, Any]], str], steps: Steps
) -> dict[str, Any]:
    exponent, error = exponents(row)
    regime = regimes(row)
    refusal = why_no_lyapunov_time(exponent=exponent, error=error, regime=regime)
    if refusal:
        row |= _without_lyapunov_times(row, refusal)
    else:
        row |= _to_full_precision(row, exponent, steps(row))
    return row | {
        "lyapunov_exponent": exponent,
        "lyapunov_exponent_error": error,
        "scoring": scoring_digest(_stub(row, exponent, error, regime)),
    }


def _without_lyapunov_times(row: Mapping[str, Any], refusal: str) -> dict[str, Any]:
    changed: dict[str, Any] = {"vpt_missing": refusal, "horizon_lyapunov": math.nan, "known_lyapunov": math.nan}
    if row["status"] == "unavailable":
        return changed
    missing = {name: reason for reason, names in json.loads(row["missing"] or "{}").items() for name in names}
    for name in _IN_LYAPUNOV_TIMES:
        failed_without_worst = row["status"] != "ok" and math.isnan(SCORES[name].worst)
        left_out = ("the attractor needs", WITHOUT_FIDELITY)
        too_short = name == "exponent_ratio" and any(reason in missing.get(name, "") for reason in left_out)
        if not failed_without_worst and not too_short:
            changed[name] = math.nan
            missing[name] = refusal
    return changed | {"missing": by_reason({name: missing[name] for name in SCORES if name in missing})}


def _to_full_precision(row: Mapping[str, Any], exponent: float, step: float) -> dict[str, Any]:
    where = f"{row['forecaster']} on {row['system']}"
    if row["vpt_missing"]:
        raise RunError(f"{where} has no Lyapunov time in the table and has one now; its forecast is needed to score it")
    for name, known in (("lyapunov_exponent", exponent), ("step", step)):
        if not math.isclose(float(row[name]), known, rel_tol=ROUNDED):
            raise RunError(f"the {name} of {where} is {row[name]:g} in the table and {known:g} now; score its forecast")
    points = int(row["horizon_points"])
    end = float(row["truth_end"])
    known = points if math.isnan(end) else min(points, math.floor(end / step * (1.0 + 1e-12)))
    exact: dict[str, Any] = {"horizon_lyapunov": points * step * exponent, "step": step}
    exact["known_lyapunov"] = known * step * exponent
    for name in VALID_TIMES:
        value = float(row[name])
        if not math.isnan(value):
            exact[name] = round(value / (step * exponent)) * step * exponent
    for name, value in exact.items():
        if not math.isclose(value, float(row[name]), rel_tol=ROUNDED):
            raise RunError(f"the {name} of {where}, {row[name]:g}, is no whole number of steps")
    return exact


def _stub(row: Mapping[str, Any], exponent: float, error: float, regime: str) -> ScoringData:
    nothing = np.empty((0, 0))
    return ScoringData(
        truth=nothing,
        step=math.nan,
        season_length=1,
        scale=np.empty(0),
        lyapunov_exponent=exponent,
        lyapunov_exponent_error=error,
        regime=regime,
        truth_end=float(row["truth_end"]),
        fidelity=WITHOUT_FIDELITY not in row["missing"],
    )
