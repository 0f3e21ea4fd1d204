"""The suite `basins`: train on one motion of a system, forecast on every motion that coexists with it.

The registry says for which systems orbits from elsewhere do not end in the same motion, with exponents over thousands
of periods. Here the same starts are followed for some hundred periods, until two successive parts of an orbit occupy
the same states: a motion, and no transient.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.generalisation.cases import CONTEXT, HORIZON, POINTS_PER_PERIOD, RTOL, TRAIN, Case, Elsewhere
from dysts.errors import InvalidArgumentError, unknown_name
from dysts.integration.integrate import integrate
from dysts.invariants.coexistence import SPREAD
from dysts.metrics import sliced_wasserstein_distance
from dysts.systems.kinds import FLOW
from dysts.systems.registry import get_system, list_systems
from dysts.systems.system import System

FloatArray = NDArray[np.float64]

PROPERTY = "same_motion_from_elsewhere"
"""The stored property with the outcomes of orbits from elsewhere."""
OTHER = ("other motion", "at rest")
"""Outcomes of bounded motion that is not that of the registry."""
STARTS = 32
"""Number of starts, those of the stored property."""
SETTLING, PART = 200, 100
"""Periods that are left out, and of each of the two parts that are compared."""
SETTLED, DISTINCT = 0.1, 0.2
"""Sliced Wasserstein distances in standard deviations of the registry's motion: the largest of two parts of one motion,
and the least of two motions."""
COMPARED = 2000
"""Number of states of each set that are compared."""
MOST_MOTIONS = 3
"""Number of motions of a system, that of the registry included."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Motion:
    """A motion of a system.

    Attributes
    ----------
    name : str
        ``"stored"`` for that of the registry, else ``"start"`` with the number of the start that leads to it.
    states : float64 [time, variable]
        Equidistant states on it.
    """

    name: str
    states: FloatArray


def coexisting_systems() -> tuple[str, ...]:
    """Return the systems whose stored property has orbits that end in another bounded motion.

    Systems with angles or driving phases are left out, as distances of states on circles are not those of the plane.

    Examples
    --------
    >>> names = coexisting_systems()
    >>> len(names) >= 15, "Lorenz84" in names, "Lorenz" in names
    (True, True, False)
    """
    found = []
    for name in list_systems(kind=FLOW):
        system = get_system(name)
        stored = system.properties.get(PROPERTY)
        if stored is None or system.driving_phase is not None or system.observables:
            continue
        outcomes = stored["settings"]["outcomes"]
        if sum(int(outcomes.get(outcome, 0)) for outcome in OTHER):
            found.append(name)
    return tuple(found)


def motions(system: System, *, most: int = MOST_MOTIONS, seed: int = 0) -> tuple[Motion, ...]:
    """Return the motion of the registry and others that orbits from elsewhere end in, each once.

    Parameters
    ----------
    system : System
    most : int
        Number of motions at which the search ends.
    seed : int
        Seed of the starts.
    """
    step = system.period / POINTS_PER_PERIOD
    settings: dict[str, Any] = {"step": step, "rtol": RTOL, "predictability": False, "on_failure": "keep"}
    points = (2 * PART) * POINTS_PER_PERIOD
    stored = integrate(system, points, **settings).values
    scale = stored.std(axis=0)
    found = [Motion(name="stored", states=stored)]
    box = np.random.default_rng(seed).uniform(-SPREAD, SPREAD, (STARTS, system.dimension))
    for number, start in enumerate(stored.mean(axis=0) + box * scale):
        if len(found) == most:
            break
        orbit = integrate(system, points + SETTLING * POINTS_PER_PERIOD, initial_conditions=start, **settings).values[
            SETTLING * POINTS_PER_PERIOD :
        ]
        if not np.isfinite(orbit).all():
            continue
        halves = orbit[: len(orbit) // 2], orbit[len(orbit) // 2 :]
        if distance(*halves, scale) > SETTLED:
            continue
        if min(distance(halves[1], known.states, scale) for known in found) > DISTINCT:
            found.append(Motion(name=f"start {number}", states=orbit))
    return tuple(found)


def distance(one: FloatArray, other: FloatArray, scale: FloatArray) -> float:
    """Return the sliced Wasserstein distance between the occupations of two sets of states, in units of a scale."""
    count = min(COMPARED, len(one), len(other))
    # Evenly over both: neighbours in time tell the same.
    sparse = [points[np.arange(count) * len(points) // count] for points in (one, other)]
    return float(sliced_wasserstein_distance(truth=sparse[0], forecast=sparse[1], scale=scale))


def basins_of(name: str) -> Elsewhere:
    """Return the task of one system: the training series is the motion of the registry.

    Raises
    ------
    UnknownNameError
        If the registry does not say that other motions coexist.
    InvalidArgumentError
        If none is found from the starts.
    """
    if name not in coexisting_systems():
        raise unknown_name("system with coexisting motions", name, coexisting_systems())
    system = get_system(name)
    found = motions(system)
    states = found[0].states
    apart = distance(states[: len(states) // 2], states[len(states) // 2 :], states.std(axis=0))
    if apart > DISTINCT:
        raise InvalidArgumentError(
            f"system must occupy the same states in two parts of {PART} periods within {DISTINCT} standard deviations, "
            f"got {apart:.2g} for {name}"
        )
    if len(found) == 1:
        raise InvalidArgumentError(
            f"system must have a second motion that settles within {SETTLING} periods from one of {STARTS} starts, got "
            f"{name}"
        )
    return Elsewhere(
        system=name,
        train=found[0].states[:TRAIN],
        held=(),
        cases=tuple(_case(motion) for motion in found),
        step=system.period / POINTS_PER_PERIOD,
        scale=found[0].states.std(axis=0),
    )


def _case(motion: Motion) -> Case:
    # Beyond the training series on the motion that it is taken from.
    begin = TRAIN + CONTEXT
    piece = motion.states[begin : begin + CONTEXT + HORIZON]
    return Case(
        name=motion.name,
        kind="trained" if motion.name == "stored" else "other",
        context=piece[:CONTEXT],
        truth=piece[CONTEXT:],
        facts={"occupation": motion.states},
    )
