"""The kinds of systems: flows, whose equations are derivatives, and maps, whose equations are the next values."""

from typing import Protocol

from dysts.errors import NotSupportedError

FLOW = "flow"
MAP = "map"
KINDS = (FLOW, MAP)


class Named(Protocol):
    """A system as far as its name and kind."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def kind(self) -> str:
        """Its kind."""
        ...


def refuse_map(system: Named, what: str) -> None:
    """Refuse a map where only a flow has a meaning.

    Parameters
    ----------
    system : System
    what : str
        What was asked for, the subject of the message.

    Raises
    ------
    NotSupportedError
    """
    if system.kind == MAP:
        raise NotSupportedError(f"{what} is for flows, got the map {system.name}; dysts.integrate iterates it")
