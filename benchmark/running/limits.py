"""The limits of workers and cells unless told otherwise, apart from what enforces them, which needs more packages."""

MOST_WORKERS = 8
"""Largest number of workers that is chosen without being asked for."""

DEFAULT_TIME_LIMIT = 300.0
"""Wall-clock seconds of a cell unless told otherwise."""
TIME_LIMITS = {"discovery": 60.0, "transfer": 1800.0}
"""The same for runs whose cells are no forecasters: equations take seconds, learning an encoder many minutes."""
DEFAULT_MEMORY_LIMIT_MB = 4096
"""Memory of a cell in MiB unless told otherwise."""
