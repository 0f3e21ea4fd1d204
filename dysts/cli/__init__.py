"""The command line of dysts, and the conventions that it shares with ``dysts-benchmark``."""

from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        The exit code.
    """
    # Imported here, as the benchmark shares the conventions of this package and none of its commands.
    from dysts.cli.program import run

    return run(arguments)
