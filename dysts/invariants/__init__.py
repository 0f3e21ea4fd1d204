"""What can be computed about a system or a series: one algorithm per file, each with its error and its source."""

from dysts.invariants.autocorrelation import autocorrelation_time, recurrence_significance
from dysts.invariants.bifurcation import bifurcation_diagram
from dysts.invariants.correlation_dimension import correlation_dimension, correlation_sum
from dysts.invariants.divergence_from_data import divergence_curve, lyapunov_from_data
from dysts.invariants.entropy import multiscale_entropy, permutation_entropy, sample_entropy
from dysts.invariants.estimate import Estimate
from dysts.invariants.finite_time import local_exponents
from dysts.invariants.kaplan_yorke import kaplan_yorke_dimension, pesin_entropy
from dysts.invariants.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from dysts.invariants.period import Period, dominant_period, system_period
from dysts.invariants.time_series import embed
from dysts.invariants.zero_one import zero_one_test

__all__ = [
    "Estimate",
    "LyapunovSpectrum",
    "Period",
    "autocorrelation_time",
    "bifurcation_diagram",
    "correlation_dimension",
    "correlation_sum",
    "divergence_curve",
    "dominant_period",
    "embed",
    "kaplan_yorke_dimension",
    "local_exponents",
    "lyapunov_from_data",
    "lyapunov_spectrum",
    "multiscale_entropy",
    "permutation_entropy",
    "pesin_entropy",
    "recurrence_significance",
    "sample_entropy",
    "system_period",
    "zero_one_test",
]
