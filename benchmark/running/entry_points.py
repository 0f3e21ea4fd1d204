"""Forecasters of other installed packages, by the names of their entry points, and clashes with our own names."""

import contextlib
import sys
from collections.abc import Iterable, Sequence

from benchmark.running.job import one_line
from benchmark.tasks.references import REFERENCES
from dysts.errors import unknown_name
from forecasters import list_forecasters
from forecasters.offered import Offer, offered_factory, own_factory
from forecasters.offered import offers as offers_beside


def offers() -> tuple[list[Offer], list[str]]:
    """Return the forecasters that installed packages offer, by name, and a sentence for each broken entry point.

    No package is imported, so the factory of an offer may not exist; `unusable` tries it.
    """
    return offers_beside(_names_of_ours())


def unusable(offer: Offer) -> str:
    """Import the factory of an offered forecaster, and return why that is not possible; empty if it is."""
    # A package may print while it is imported, and standard output belongs to the list.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            own_factory(offer.factory)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others may raise anything
            return f"the entry point {offer.entry!r} of {offer.package} cannot be used: {one_line(error)}"
    return ""


def whole_names(forecasters: Iterable[str]) -> list[str]:
    """Return names in which those of entry points are replaced by ``module:factory``; the others stay as they are.

    Raises
    ------
    UnknownNameError
        If a name is neither one of this package's nor that of an entry point, where there are any.
    InvalidArgumentError
        If two packages offer a forecaster of one name.

    Examples
    --------
    >>> whole_names(["NVAR", "my_models:Wavelets"])
    ['NVAR', 'my_models:Wavelets']
    """
    names = list(forecasters)
    if all(_is_whole(name) for name in names):
        return names
    offered, _ = offers()
    return [name if _is_whole(name) else _whole_name(name, offered) for name in names]


def _whole_name(name: str, offered: Sequence[Offer]) -> str:
    factory = offered_factory(name, offered)
    if factory is not None:
        return factory
    if not offered:
        return name
    known = [*list_forecasters(optional=True, pretrained=True), *(offer.name for offer in offered)]
    raise unknown_name("forecaster", name, known, listing="dysts-benchmark list")


def _is_whole(name: str) -> bool:
    return ":" in name or name in _names_of_ours()


def _names_of_ours() -> frozenset[str]:
    return frozenset((*list_forecasters(optional=True, pretrained=True), *REFERENCES))
