"""The errors for names that a module of dysts 0.96 has, or never had, and this package does not.

``from dysts.flows import Lorentz`` has to raise an ImportError, or Python hides the message; ``getattr`` with a default
and ``hasattr`` need an AttributeError. A module's ``__getattr__`` serves both, so the caller decides which is raised.
"""

import dis
import sys
from collections.abc import Iterable

from dysts.errors import NotSupportedError, UnknownNameError, unknown_name

IMPORT_FROM = dis.opmap["IMPORT_FROM"]
"""The instruction of Python that looks up the names of ``from module import name``."""


class UnknownAttributeError(UnknownNameError, AttributeError):
    """A module has no such name, and neither had dysts 0.96."""


class UnknownImportError(UnknownNameError, ImportError):
    """A module has no such name to import, and neither had dysts 0.96."""


class LeftOutAttributeError(NotSupportedError, AttributeError):
    """A name of dysts 0.96 is left out; the message says what to write instead."""


class LeftOutImportError(NotSupportedError, ImportError):
    """A name of dysts 0.96 that is to be imported is left out; the message says what to write instead."""


def asked_by_import() -> bool:
    """Whether the code that asked this package for a name runs ``from module import name``."""
    frame = sys._getframe(1)
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "dysts":
        back = frame.f_back
        if back is None:
            return False
        frame = back
    return frame.f_code.co_code[frame.f_lasti] == IMPORT_FROM


def left_out(message: str) -> NotSupportedError:
    """Build the error for a name that is left out, of the kind that the caller needs."""
    return LeftOutImportError(message) if asked_by_import() else LeftOutAttributeError(message)


def unknown(kind: str, name: str, known: Iterable[str], *, listing: str = "") -> UnknownNameError:
    """Build the error for an unknown name with a suggestion, of the kind that the caller needs.

    Parameters
    ----------
    kind, name, known, listing
        As for `dysts.errors.unknown_name`.

    Examples
    --------
    >>> error = unknown("class of dysts.flows", "Lorentz", ["Lorenz"])
    >>> isinstance(error, AttributeError), str(error)
    (True, "unknown class of dysts.flows 'Lorentz'; did you mean 'Lorenz'? (known: Lorenz)")
    """
    message = str(unknown_name(kind, name, known, listing=listing))
    return UnknownImportError(message) if asked_by_import() else UnknownAttributeError(message)
