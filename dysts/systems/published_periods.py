"""The periods of dysts 0.96, by which the series of the published comparisons of forecasters were sampled."""

import functools
import json
from pathlib import Path

from dysts.errors import NotSupportedError
from dysts.systems.system import System

PUBLISHED_FILE = Path(__file__).parents[1] / "data" / "chaotic_attractors.json"
"""Numbers that dysts 0.96 ships for its 135 systems, under the name and in the place that the file has there.

``returned`` names the observables that its models return in place of unbounded coordinates."""


@functools.cache
def published_periods() -> dict[str, float]:
    """Return the dominant period of each system in dysts 0.96, in the system's own time, read once.

    Half of them differ from those of this package (`System.period`) by more than a quarter.
    """
    return {name: entry["period"] for name, entry in json.loads(PUBLISHED_FILE.read_text()).items()}


def published_period(system: System) -> float:
    """Return the period that dysts 0.96 has for a system, in the system's own time.

    A form of a system that keeps an equation of dysts 0.96 has the period of that system.

    Raises
    ------
    NotSupportedError
        If dysts 0.96 has no system of that name.

    Examples
    --------
    >>> import dysts
    >>> lorenz = dysts.get_system("Lorenz")
    >>> published_period(lorenz), round(lorenz.period, 4)
    (1.5008, 0.7607)
    """
    name = system.name.removesuffix("Predecessor")
    if name not in published_periods():
        raise NotSupportedError(
            f"{system.name} has no published period: it is not among the {len(published_periods())} systems of dysts "
            "0.96; take a recipe that counts in this package's own periods"
        )
    return published_periods()[name]
