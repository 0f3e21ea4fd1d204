"""What can be computed about a system: one algorithm per file, each with its error and its source."""

from dysts.invariants.lyapunov import LyapunovSpectrum, lyapunov_spectrum
from dysts.invariants.period import Period, dominant_period, system_period

__all__ = ["LyapunovSpectrum", "Period", "dominant_period", "lyapunov_spectrum", "system_period"]
