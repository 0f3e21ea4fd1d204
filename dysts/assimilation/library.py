"""A library of states on the attractor, from an orbit of the true equations, and the first states of a fit."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dysts.assimilation.given import Given
from dysts.assimilation.least_squares import Window
from dysts.assimilation.starts import SHORTEST, half_turn, similar_starts
from dysts.errors import InvalidArgumentError
from dysts.integration.integrate import integrate
from dysts.systems.angles import within_one_turn
from dysts.systems.kinds import MAP

LIBRARY_POINTS = 20_000
"""States of the attractor among which the fit looks for its starts."""
SETTLING = 0.1
"""Part of the orbit that is left out, as it may begin off the attractor."""
LONGEST = 100
"""Greatest number of points that are compared."""
UNRESOLVED = 0.05
"""Differences between states that the library cannot resolve, in standard deviations of a component."""
SAME_PHASE = 0.02
"""Difference of driving phases, as a part of their period, that counts as one such difference."""
RTOL = 1e-8
"""Relative tolerance of the orbit, whose states need to be near the attractor only."""
MAXIMUM_STEPS = 2_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Library:
    """States along one orbit.

    Attributes
    ----------
    states : float64 [time, variable]
    scale : float64 [variable]
        Sizes of the variables: standard deviations, and a quarter of a turn for angles.
    turning : bool [variable]
        Which variables have no mean, as they are angles or driving phases.
    """

    states: np.ndarray
    scale: np.ndarray
    turning: np.ndarray


def attractor_library(given: Given, count: int) -> Library:
    """Return states on the attractor, as far apart as the observations.

    Raises
    ------
    InvalidArgumentError
        If a component is constant on the attractor, so that its observations tell nothing.
    """
    system = given.system
    if system.lifetime is not None and "period" in system.properties:
        count = min(count, max(100, math.floor(0.5 * system.lifetime * system.period / given.step)))
    times = given.start + given.step * np.arange(count)
    settings: dict[str, Any] = (
        {} if system.kind == MAP else {"rtol": RTOL, "maximum_steps": MAXIMUM_STEPS, "predictability": False}
    )
    orbit = integrate(system, times=times, start=given.start, threads=1, on_failure="keep", **settings).values
    orbit = orbit[np.isfinite(orbit).all(axis=1)]
    states = orbit[int(SETTLING * len(orbit)) :]
    if len(states) < 2:
        raise InvalidArgumentError(f"the orbit of {system.name} from its stored state must last some points, got none")
    observed = given.observer(states)
    for name, component in zip(given.observer.components, observed.T, strict=True):
        if np.ptp(component) <= 1e-12 * (1.0 + np.abs(component).max()):
            raise InvalidArgumentError(
                f"components must vary on the attractor of {system.name}, got {name}, which is constant"
            )
    turns = system.turns
    scale = np.where(turns > 0.0, 0.25 * turns, states.std(axis=0))
    turning = turns > 0.0
    place, period = system.phase_index_and_period
    if given.phase_place >= 0:
        turning = turning | (np.arange(system.dimension) == given.phase_place)
    if place >= 0:
        scale[place] = 0.25 * period
    scale = np.maximum(scale, 1e-12 * max(1.0, float(np.abs(states).max())))
    return Library(states=within_one_turn(states, turns), scale=scale, turning=turning)


def starts_of(
    given: Given, window: Window, library: Library, fixed: Mapping[int, float]
) -> Iterator[tuple[np.ndarray, int]]:
    """Yield first states for a fit, each with the number of points that it was compared on.

    Parameters
    ----------
    given : Given
    window : Window
    library : Library
    fixed : mapping of int to float
        Known values of variables at the first point, by position: a driving phase.
    """
    states, observations = library.states, window.observations
    observed = given.observer(states)
    deviations = np.hypot(window.deviations, UNRESOLVED * observed.std(axis=0))
    turn = half_turn(observed)
    lengths = {max(SHORTEST, min(points, LONGEST)) for points in (turn // 4, turn)}
    for place, value in fixed.items():
        if place == given.system.phase_index_and_period[0]:
            # Driven alike, the library's orbits go on alike.
            angle = 2.0 * math.pi / given.system.phase_index_and_period[1]
            circle = np.stack([np.cos(angle * states[:, place]), np.sin(angle * states[:, place])], axis=1)
            rate = given.system.rhs(given.start, given.system.initial_conditions)[place]
            known = angle * (value + rate * given.step * np.arange(len(observations)))
            observed = np.concatenate([observed, circle], axis=1)
            observations = np.concatenate([observations, np.cos(known)[:, None], np.sin(known)[:, None]], axis=1)
            deviations = np.concatenate([deviations, np.full(2, 2.0 * math.pi * SAME_PHASE)])
    lengths = {min(length, len(observations)) for length in lengths}
    for state, points in similar_starts(
        states, observed, observations, deviations=deviations, lengths=tuple(sorted(lengths))
    ):
        for place, value in fixed.items():
            state[place] = value
        yield state, points
