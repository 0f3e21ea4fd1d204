"""The figures of the front page that compare forecasters, with a sentence on the ranks."""

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from benchmark.comparison import (
    RankComparison,
    compare_ranks,
    invariant_correlations,
    invariants_of,
    median_curve_correlations,
    pareto_front,
    score_by_system,
)
from benchmark.comparison.number_text import figures, short_name
from benchmark.report.comparison_figures import (
    MEDIAN,
    cost_svg,
    heat_map_svg,
    invariants_svg,
    mean_ranks_svg,
    over_time_svg,
)
from benchmark.report.site import Site
from dysts.errors import InvalidArgumentError
from dysts.systems.as_text import title_of

RESAMPLES = 500
VALID_TIME = "Valid time, Lyapunov times"
FEWEST_FOR_HEAT_MAP = 2
OVER_TIME = ("lyapunov_exponent_per_period", "kaplan_yorke_dimension", "pesin_entropy", "correlation_dimension")
TIMES_OF_CORRELATIONS = 20
NAMES = ("mean-ranks", "cost", "heat-map", "invariants")


def comparison_figures(site: Site, ranks: RankComparison | None) -> tuple[dict[str, Markup | None], str]:
    """Return the figures by name, None for one that the results do not suffice for, and a sentence on invariants."""
    table = site.results.table
    drawn: dict[str, Markup | None] = dict.fromkeys(NAMES)
    blocks = score_by_system(table, "vpt")
    if blocks.empty or not blocks.shape[1]:
        return drawn, ""
    if ranks is not None:
        drawn["mean-ranks"] = mean_ranks_svg(ranks, site.series, name="mean-ranks")
    front = pareto_front(table, "vpt")
    if (np.isfinite(front["seconds"]) & np.isfinite(front["score"])).any():
        drawn["cost"] = cost_svg(front, site.series, score=VALID_TIME, name="cost")
    if len(blocks) >= FEWEST_FOR_HEAT_MAP:
        order = [name for name in site.forecasters if name in blocks.columns]
        hardest_last = blocks.max(axis=1).sort_values(ascending=False, kind="stable").index
        drawn["heat-map"] = heat_map_svg(blocks.loc[hardest_last, order], unit=VALID_TIME, name="heat-map")
    invariants = invariants_of(site.systems, registry=site.results.registry)
    correlations = invariant_correlations(table, "vpt", invariants=invariants, resamples=RESAMPLES)
    if correlations.loc[correlations["forecaster"] == MEDIAN, "correlation"].notna().any():
        drawn["invariants"] = invariants_svg(correlations, score="the valid time", name="invariants")
    return drawn, invariants_words(correlations)


def invariants_words(correlations: pd.DataFrame) -> str:
    """Return a sentence that says how many invariants have a correlation whose interval leaves zero out."""
    middle = correlations[(correlations["forecaster"] == MEDIAN) & correlations["correlation"].notna()]
    clear = [title_of(str(row["invariant"])) for row in middle.to_dict("records") if row["low"] * row["high"] > 0]
    if middle.empty:
        return ""
    if not clear:
        return f"All {len(middle)} intervals include zero: no invariant is shown to matter."
    return f"The intervals of {len(clear)} of {len(middle)} leave zero out: {', '.join(clear)}."


def over_time_figure(curves: pd.DataFrame, grid: NDArray[np.float64], site: Site) -> Markup | None:
    """Return how the correlation of the error with invariants changes along the forecast; None without any."""
    if not grid.size or curves.empty:
        return None
    times = list(grid[:: max(1, grid.size // TIMES_OF_CORRELATIONS)])
    named = curves[["key", "system", "forecaster", *times]]
    found = median_curve_correlations(
        named, invariants_of(site.systems, registry=site.results.registry), resamples=RESAMPLES
    )
    shown = found[found["invariant"].isin(OVER_TIME)].dropna(subset="correlation")
    if shown["time"].nunique() < 2:
        return None
    return over_time_svg(shown, order=OVER_TIME, name="invariants-over-time")


def comparison_words(ranks: RankComparison | None) -> str:
    """Return a sentence on the ranks, or an empty text without any."""
    if ranks is None:
        return ""
    best = str(ranks.mean_ranks.index[0])
    alike = [
        short_name(str(name))
        for name, mean in ranks.mean_ranks.items()
        if name != best and mean - ranks.mean_ranks.iloc[0] < ranks.critical_difference
    ]
    told = (
        f"Over {ranks.systems} systems {short_name(best)} has the best mean rank, {figures(ranks.mean_ranks.iloc[0])}. "
    )
    if ranks.friedman_p >= ranks.alpha:
        return told + f"Friedman's test does not tell the forecasters apart (p = {figures(ranks.friedman_p)})."
    if alike:
        return told + f"At the level {ranks.alpha:g} Nemenyi's test does not tell it from {_and(alike)}."
    return told + f"At the level {ranks.alpha:g} Nemenyi's test tells it from all others."


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def ranks_of(site: Site) -> RankComparison | None:
    """Return the ranks by valid prediction time, or None where there are too few forecasters or systems."""
    try:
        return compare_ranks(site.results.table, "vpt")
    except InvalidArgumentError:
        return None
