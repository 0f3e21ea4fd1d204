"""Lines on standard error about the work of a command: progress, and the messages of the package's logger."""

import contextlib
import logging
import shutil
import sys
from collections.abc import Iterator

from dysts.cli.terminal import printable
from dysts.progress import LOGGER


class _Cursor:
    """Remembers whether the cursor of the terminal stands behind a line that the next one replaces."""

    behind_line = False


def say(line: str) -> None:
    """Print a line of progress to standard error; on a terminal the next line replaces it."""
    end = "\n"
    if sys.stderr.isatty():
        # A line that the terminal wraps could not be replaced by the next one.
        line, end = f"\r\033[K{line[: shutil.get_terminal_size().columns - 1]}", ""
        _Cursor.behind_line = True
    print(line, end=end, file=sys.stderr, flush=True)


def end_line() -> None:
    """End a line of progress, where the cursor of a terminal stands behind one."""
    if _Cursor.behind_line and sys.stderr.isatty():
        print(file=sys.stderr, flush=True)
    _Cursor.behind_line = False


class _Printer(logging.Handler):
    """Prints the messages of a logger to standard error, each after the name of the program."""

    def __init__(self, program: str) -> None:
        super().__init__(logging.INFO)
        self._program = program

    def emit(self, record: logging.LogRecord) -> None:
        """Print a message; one with the attribute ``passing`` is replaced by the next on a terminal."""
        line = f"{self._program}: {printable(record.getMessage())}"
        if getattr(record, "passing", False):
            say(line)
        else:
            end_line()
            print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def messages_shown(program: str) -> Iterator[None]:
    """Print the messages of the package's logger to standard error while a command runs.

    Parameters
    ----------
    program : str
        Name at the beginning of each line.
    """
    handler = _Printer(program)
    before = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        end_line()
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(before)
