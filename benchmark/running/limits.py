"""The limits of workers and cells unless told otherwise, apart from what enforces them, which needs more packages."""

MOST_WORKERS = 8
"""Largest number of workers that is chosen without being asked for."""

DEFAULT_TIME_LIMIT = 300.0
"""Wall-clock seconds of a cell unless told otherwise."""
DEFAULT_MEMORY_LIMIT_MB = 4096
"""Memory of a cell in MiB unless told otherwise."""
