"""Lines about long work go to the logger ``dysts``, which is silent in a program that does not ask for them."""

import logging
import sys

LOGGER = logging.getLogger("dysts")
"""The logger of the package; its messages are of level INFO."""
LOGGER.addHandler(logging.NullHandler())


def tell(line: str, *, passing: bool = False) -> None:
    """Log a line; in an interactive session without a handler for it, print it to standard error.

    Parameters
    ----------
    line : str
        A sentence without a final newline.
    passing : bool
        Whether the next line makes this one outdated, as with a count. The record has it as an attribute of that name,
        and the command line lets the next line replace a passing one on a terminal.
    """
    if _has_reader():
        LOGGER.info("%s", line, extra={"passing": passing})
    elif hasattr(sys, "ps1"):
        # Somebody waits at a prompt, and would take a silence of seconds for a fault.
        print(f"dysts: {line}", file=sys.stderr, flush=True)


def _has_reader() -> bool:
    handlers = [*LOGGER.handlers, *(logging.getLogger().handlers if LOGGER.propagate else ())]
    return LOGGER.isEnabledFor(logging.INFO) and any(not isinstance(each, logging.NullHandler) for each in handlers)
