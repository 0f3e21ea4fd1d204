"""The track on finding equations: its tasks, the cells that run in worker processes, its table."""
