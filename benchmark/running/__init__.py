"""Cells in worker processes: planning, execution, limits, progress."""
