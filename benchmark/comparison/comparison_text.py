"""Comparisons over systems as text for a terminal."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd

from benchmark.comparison import (
    RankComparison,
    compare_ranks,
    hardest_systems,
    invariant_correlations,
    invariants_of,
    median_curve_correlations,
    pareto_front,
    rank_stability,
    step_limits,
    valid_shares,
    win_rates,
)
from benchmark.comparison.lasting_text import lasting_text
from benchmark.comparison.number_text import figures, short_name, with_distinct_names
from benchmark.comparison.shared_cells import notes_text
from dysts.errors import DystsError
from dysts.systems.registry import Registry

_MOST_SYSTEMS = 10
_MOST_CORRELATIONS = 10
_NAME = 20
_WIDTH = 80
_MOST_COLUMNS = 14


def comparison_text(
    table: pd.DataFrame,
    score: str = "vpt",
    *,
    curves: pd.DataFrame | None = None,
    registry: Registry | None = None,
) -> str:
    """Write all comparisons of a score, each under its heading; one that the results do not allow says why.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.
    curves : pandas.DataFrame, optional
        Errors at Lyapunov times, as from `benchmark.results.error_curves.error_curves`.
    registry : Registry, optional
        Holds systems beside those of the package, whose invariants count.

    Returns
    -------
    str
        Lines without a final newline.

    Raises
    ------
    UnknownNameError, InvalidArgumentError
        If there is no such score, or it has no direction.
    """
    told = notes_text(table)
    table = with_distinct_names(table)
    sections = [
        *([told] if told else []),
        _ranks(table, score),
        _wins(table, score),
        _front(table, score),
        _hard(table, score),
    ]
    lasting = lasting_text(table)
    if lasting:
        sections.append(lasting)
    sections.append(_invariants(table, score, registry))
    if curves is not None:
        sections.append(_along_the_forecast(curves, registry))
    return _fitted("\n\n".join(sections))


def comparison_tables(
    table: pd.DataFrame,
    score: str = "vpt",
    *,
    curves: pd.DataFrame | None = None,
    registry: Registry | None = None,
) -> dict[str, Any]:
    """Return what `comparison_text` writes, as lists and mappings for other programs.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.
    score : str
        A score with a direction.
    curves : pandas.DataFrame, optional
        Errors at Lyapunov times, as from `benchmark.results.error_curves.error_curves`, for ``over_time``.
    registry : Registry, optional
        Holds systems beside those of the package, whose invariants count.

    Returns
    -------
    dict of str to object
        ``ranks``, ``front``, ``hardest``, ``valid_shares``, ``step_limits``, ``invariants`` and ``over_time`` are lists
        of rows; ``wins`` holds a mapping
        of forecasters for each forecaster; ``test`` is the comparison of the ranks, or None with ``no_test`` as the
        reason.

    Raises
    ------
    UnknownNameError, InvalidArgumentError
        If there is no such score, or it has no direction.
    """
    ranks = rank_stability(table, score).to_dict("records")
    test, reason = None, ""
    try:
        found = compare_ranks(table, score)
        test = {**vars(found), "mean_ranks": dict(found.mean_ranks), "pairs": found.pairs.to_dict("records")}
    except DystsError as problem:
        reason = str(problem)
    return {
        "score": score,
        "ranks": ranks,
        "test": test,
        "no_test": reason,
        "wins": win_rates(table, score).to_dict("index"),
        "front": pareto_front(table, score).to_dict("records"),
        "hardest": hardest_systems(table, score).to_dict("records"),
        "valid_shares": valid_shares(table).to_dict("records"),
        "step_limits": step_limits(table).to_dict("records"),
        "invariants": _correlations(table, score, registry).to_dict("records"),
        "over_time": [] if curves is None else _median_correlations(curves, registry).to_dict("records"),
    }


def _ranks(table: pd.DataFrame, score: str) -> str:
    stability = rank_stability(table, score)
    lines = [f"Ranks by {score}, with the interval and the chance of the first place over resampled systems", ""]
    try:
        found: RankComparison | None = compare_ranks(table, score)
        reason = ""
    except DystsError as problem:
        found, reason = None, str(problem)
    lines.append(f"{'forecaster':<{_NAME}} {'rank':>6} {'95% interval':>14} {'first':>6} {'mean rank':>10}")
    for row in stability.to_dict("records"):
        mean = np.nan if found is None else float(found.mean_ranks[row["forecaster"]])
        span = f"{figures(row['rank_low'])} - {figures(row['rank_high'])}"
        share = f"{100 * row['first']:.0f}%"
        name = _short(row["forecaster"])
        lines.append(f"{name:<{_NAME}} {figures(row['rank']):>6} {span:>14} {share:>6} {figures(mean):>10}")
    if found is None:
        return "\n".join([*lines, "", f"No test of the ranks: {reason}."])
    different = int(found.pairs["different"].sum())
    lines += [
        "",
        f"Friedman: statistic {figures(found.friedman_statistic)}, p = {figures(found.friedman_p)}, "
        f"{found.systems} systems.",
        f"Nemenyi: mean ranks that differ by less than {figures(found.critical_difference)} are not told apart:",
        *(f"  {', '.join(_short(name) for name in group)}" for group in found.groups),
        f"Pairwise tests, corrected after Holm: {different} of {len(found.pairs)} pairs differ at {found.alpha:g}.",
    ]
    return "\n".join(lines)


def _wins(table: pd.DataFrame, score: str) -> str:
    rates = win_rates(table, score)
    lines = [f"Share of systems on which the row beats the column by {score}, in percent", ""]
    for first in range(0, len(rates), _MOST_COLUMNS):
        columns = range(first, min(first + _MOST_COLUMNS, len(rates)))
        lines += [""] * bool(first)
        lines.append(" " * (_NAME + 1) + " ".join(f"{column + 1:>3}" for column in columns))
        for number, (name, row) in enumerate(rates.iterrows(), start=1):
            shares = row.to_numpy()[first : first + _MOST_COLUMNS]
            cells = " ".join("  ." if np.isnan(share) else f"{100 * share:>3.0f}" for share in shares)
            lines.append(f"{number:>2} {_short(name)[: _NAME - 3]:<{_NAME - 3}} {cells}")
    return "\n".join(lines)


def _front(table: pd.DataFrame, score: str) -> str:
    lines = [f"Median {score} against median seconds of fit and forecast; * is not beaten at its cost", ""]
    for row in pareto_front(table, score).to_dict("records"):
        mark = "*" if row["on_front"] else " "
        lines.append(
            f"{mark} {_short(row['forecaster']):<{_NAME}} {figures(row['seconds']):>8} s {figures(row['score']):>8}"
        )
    return "\n".join(lines)


def _hard(table: pd.DataFrame, score: str) -> str:
    found = hardest_systems(table, score)
    failing, outlasted = int(found["everybody_fails"].sum()), int(found["censored"].sum())
    lines = [
        f"Hardest systems by the skill of the best {score}; on {failing} of {len(found)} the best is no better "
        f"than the floor, on {outlasted} it is valid to the end",
        "",
        f"{'system':<26} {'best forecaster':<{_NAME}} {'skill':>6} {score:>9} {'floor':>6} {'oracle':>6}",
    ]
    for row in found[~found["censored"].astype(bool)].head(_MOST_SYSTEMS).to_dict("records"):
        lines.append(
            f"{row['system']:<26} {_short(row['best']):<{_NAME}} {figures(row['skill']):>6} "
            f"{figures(row['score']):>9} {figures(row['floor']):>6} {figures(row['oracle']):>6}"
        )
    return "\n".join(lines)


def _correlations(table: pd.DataFrame, score: str, registry: Registry | None) -> pd.DataFrame:
    systems = [str(name) for name in table["system"].unique()]
    return invariant_correlations(table, score, invariants=invariants_of(systems, registry=registry))


def _invariants(table: pd.DataFrame, score: str, registry: Registry | None) -> str:
    found = _correlations(table, score, registry)
    median = found[(found["forecaster"] == "(median)") & found["correlation"].notna()]
    median = median.reindex(median["correlation"].abs().sort_values(ascending=False, kind="stable").index)
    lines = [f"Spearman's correlation of the median {score} over forecasters with invariants of the systems", ""]
    for row in median.head(_MOST_CORRELATIONS).to_dict("records"):
        span = f"{row['low']:+.2f} to {row['high']:+.2f}"
        lines.append(f"{row['invariant']:<34} {row['correlation']:+.2f}  ({span}, {row['systems']} systems)")
    if median.empty:
        lines.append("too few systems with known invariants")
    return "\n".join(lines)


def _median_correlations(curves: pd.DataFrame, registry: Registry | None) -> pd.DataFrame:
    systems = [str(name) for name in curves["system"].unique()]
    return median_curve_correlations(curves, invariants_of(systems, registry=registry))


def _along_the_forecast(curves: pd.DataFrame, registry: Registry | None) -> str:
    found = _median_correlations(curves, registry).dropna(subset="correlation")
    lines = ["The same of the median error, at Lyapunov times", ""]
    if found.empty:
        return "\n".join([*lines, "too few systems with known invariants and stored forecasts"])
    table = found.pivot(index="invariant", columns="time", values="correlation")
    lines.append(f"{'':<34} " + " ".join(f"{time:>6g}" for time in table.columns))
    for name, row in table.iterrows():
        lines.append(f"{name!s:<34} " + " ".join("   n/a" if np.isnan(value) else f"{value:+6.2f}" for value in row))
    return "\n".join(lines)


def _fitted(text: str) -> str:
    # Tables are made to fit; sentences and groups of names may be longer.
    return "\n".join(part for line in text.split("\n") for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    if len(line) <= _WIDTH:
        return [line]
    indent = "    " if line.startswith("  ") else ""
    return textwrap.wrap(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _short(forecaster: object) -> str:
    name = short_name(str(forecaster))
    # A name with its module is one that would collide with another if it were cut.
    return name if len(name) <= _NAME or name.endswith(")") else name[: _NAME - 1] + "…"
