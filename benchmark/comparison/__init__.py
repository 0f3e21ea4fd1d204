"""Statistics over the systems of a run: one question per file. References are not compared."""

from benchmark.comparison.blocks import score_by_system
from benchmark.comparison.correlations import (
    curve_correlations,
    invariant_correlations,
    invariants_of,
    median_curve_correlations,
    median_over_forecasters,
)
from benchmark.comparison.decorrelation import Decorrelation, decorrelation
from benchmark.comparison.hardest import hardest_systems
from benchmark.comparison.ladders import ladder_text, noise_ladders
from benchmark.comparison.pareto import pareto_front
from benchmark.comparison.ranks import RankComparison, compare_ranks
from benchmark.comparison.stability import rank_stability
from benchmark.comparison.step_limits import step_limits
from benchmark.comparison.valid_shares import valid_shares
from benchmark.comparison.win_rates import win_rates

__all__ = [
    "Decorrelation",
    "RankComparison",
    "compare_ranks",
    "curve_correlations",
    "decorrelation",
    "hardest_systems",
    "invariant_correlations",
    "invariants_of",
    "ladder_text",
    "median_curve_correlations",
    "median_over_forecasters",
    "noise_ladders",
    "pareto_front",
    "rank_stability",
    "score_by_system",
    "step_limits",
    "valid_shares",
    "win_rates",
]
