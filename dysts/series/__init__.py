"""Reads series of one's own, from files, tables and arrays, into labelled trajectories."""

from dysts.series.reader import read_series

__all__ = ["read_series"]
