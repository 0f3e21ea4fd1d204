"""The command line of dysts."""

from dysts.cli.main import main

__all__ = ["main"]
