"""Fits trajectories of known equations to noisy, partly observed series, with the spread that the noise leaves."""

from dysts.assimilation.assimilate import assimilate
from dysts.assimilation.result import Assimilation

__all__ = ["Assimilation", "assimilate"]
