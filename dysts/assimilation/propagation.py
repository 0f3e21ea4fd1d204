"""Computes trajectories of a system together with their derivatives by the initial state.

Equations without jumps are integrated together with their variational equations, and maps multiply their Jacobians.
Where the equations jump or become stiff, trajectories from displaced states give central differences, as the solvers
locate every switch on each of them.
"""

import math
from collections.abc import Callable

import numpy as np

from dysts.errors import NotSupportedError
from dysts.integration.choice import solve
from dysts.integration.integrate import integrate
from dysts.integration.problem import Problem
from dysts.integration.tolerances import by_component
from dysts.systems.kinds import MAP
from dysts.systems.system import System

RTOL = 1e-9
"""Relative tolerance of states: their errors grow by a few e-foldings in a window, and must stay below the noise."""
TANGENT_RTOL = 1e-6
"""Relative tolerance of tangent vectors, which decide how fast the iteration converges and not where to."""
DISPLACEMENT = 1e-5
"""Displacement of central differences in units of a component's scale, near the cube root of `RTOL` / 1e6."""
PROBED_POINTS = 200
"""Points along which variational equations with switches are compared with differences, two periods as a rule."""
AGREEMENT = 0.01
"""Largest difference between both, relative to the tangents; a jump displaces them by their own size."""
MAXIMUM_STEPS = 200_000
"""Limit on the solver's steps in one window, which ends attempts that left the domain of the equations."""

Propagate = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]
"""From a state [component] and a number of points to states [time, component] and their derivatives by the first.

The derivatives are float64 [time, component, component]. The first point is the state itself. Rows after the last
time that was reached hold NaN."""


class Propagator:
    """Trajectories of one system at equidistant times, with their derivatives by the first state.

    Parameters
    ----------
    system : System
        Without a delay.
    step : float
        Time between two points.
    start : float
        Time of the first point in equations that contain it.
    scale : float64 [component]
        Sizes of the components, the unit of absolute tolerances and displacements.
    continuous : bool
        Whether switches in the equations are known to be kinks, at which tangents are continuous; see `only_kinks`.

    Raises
    ------
    NotSupportedError
        If the system has a delay.
    """

    def __init__(
        self, system: System, *, step: float, start: float, scale: np.ndarray, continuous: bool = False
    ) -> None:
        if system.delay is not None:
            raise NotSupportedError(
                f"{system.name} is a delay system, whose state is a function: this version assimilates into states only"
            )
        self.system = system
        self.step = step
        self.start = start
        self.scale = scale
        self.continuous = system.kind != MAP and (continuous or not system.compiled.has_switches)

    def __call__(self, state: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
        """Return states and tangents; see `Propagate`."""
        if self.system.kind == MAP:
            return self._iterated(state, points)
        if self.continuous:
            found = self._variational(state, points)
            if found is not None:
                return found
            self.continuous = False
        return self._differences(state, points)

    def trajectories(self, states: np.ndarray, points: int) -> np.ndarray:
        """Return trajectories from many states, float64 [trajectory, time, component], NaN after one has ended."""
        if self.system.kind == MAP:
            return np.array([self._orbit(state, points) for state in states])
        absolute = RTOL * 1e-3 * self.scale
        relatives, absolutes = by_component(self.system, RTOL, absolute)
        problem = Problem(
            systems=(self.system,),
            times=self._times(points),
            start=self.start,
            states=np.array(states),
            relative_tolerance=relatives,
            absolute_tolerance=absolutes,
            maximum_steps=MAXIMUM_STEPS,
            tolerance=RTOL,
        )
        return solve(problem, threads=1).values

    def _times(self, points: int) -> np.ndarray:
        return self.start + self.step * np.arange(points)

    def _variational(self, state: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Integrate the variational equations; None where they become stiff."""
        from dysts.solvers.dop853.loop import integrate_smooth
        from dysts.solvers.shared.arguments import Cases, Control, Ends
        from dysts.solvers.status import Status

        size = self.system.dimension
        function, program = self.system.compiled.variational(size)
        relative, absolute = by_component(self.system, RTOL, RTOL * 1e-3 * self.scale)
        phase, period = self.system.phase_index_and_period
        # A tangent vector is measured in displacements of the first state's component; these have the scale's ratio.
        ratios = (self.scale[None, :] / self.scale[:, None]).ravel()
        control = Control(
            np.concatenate([relative, np.full(size * size, TANGENT_RTOL)]),
            np.concatenate([absolute, TANGENT_RTOL * ratios]),
            MAXIMUM_STEPS,
            math.inf,
            True,
            phase,
        )
        augmented = np.concatenate([state, np.eye(size).ravel()])[None]
        values = np.full((1, points, augmented.shape[1]), np.nan)
        ends = Ends(values, np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros((1, 3), dtype=np.int64))
        constants = program.table(self.system.flat_parameters)[None]
        cases = Cases(constants, augmented, np.array([period]))
        integrate_smooth(function.address, cases, 0, 1, self.start, self._times(points), control, ends)
        if ends.status[0] == Status.STIFF:
            return None
        tangents = values[0, :, size:].reshape(points, size, size)
        return values[0, :, :size], np.swapaxes(tangents, 1, 2)

    def _orbit(self, state: np.ndarray, points: int) -> np.ndarray:
        iterates = integrate(
            self.system, times=self._times(points), initial_conditions=state, start=self.start, on_failure="keep"
        )
        values: np.ndarray = iterates.values
        return values

    def _iterated(self, state: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
        """Multiply the Jacobians of a map along its orbit."""
        size = self.system.dimension
        between = max(1, round(self.step))
        whole = self.start + np.arange((points - 1) * between + 1)
        orbit = integrate(
            self.system, times=whole, initial_conditions=state, start=self.start, on_failure="keep"
        ).values
        tangents = np.full((points, size, size), np.nan)
        tangents[0] = tangent = np.eye(size)
        if np.isfinite(orbit).all():
            for row in range(1, len(orbit)):
                tangent = self.system.jacobian(whole[row - 1], orbit[row - 1]) @ tangent
                if row % between == 0:
                    tangents[row // between] = tangent
        return orbit[::between], tangents

    def _differences(self, state: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
        size = self.system.dimension
        displacements = np.diag(DISPLACEMENT * self.scale)
        found = self.trajectories(np.concatenate([state[None], state + displacements, state - displacements]), points)
        differences = found[1 : size + 1] - found[size + 1 :]
        phase, period = self.system.phase_index_and_period
        if phase >= 0:
            differences[..., phase] -= period * np.round(differences[..., phase] / period)
        tangents = np.moveaxis(differences, 0, 2) / (2.0 * DISPLACEMENT * self.scale)
        return found[0], tangents


def only_kinks(system: System, state: np.ndarray, *, step: float, start: float, scale: np.ndarray) -> bool:
    """Return whether the variational equations agree with differences of trajectories, as they do without jumps.

    The error control of the solver resolves kinks. At a jump tangents jump as well, which only the differences show.

    Parameters
    ----------
    system : System
    state : float64 [component]
        A state on the attractor, from which some periods are followed.
    step, start, scale
        As for `Propagator`.
    """
    if system.kind == MAP or not system.compiled.has_switches:
        return system.kind != MAP
    propagate = Propagator(system, step=step, start=start, scale=scale, continuous=True)
    differences = propagate._differences(state, PROBED_POINTS)[1]
    tangents = propagate(state, PROBED_POINTS)[1]
    if not propagate.continuous or not np.isfinite(differences).all():
        return False
    sizes = np.abs(differences).max(axis=(1, 2))
    return bool((np.abs(tangents - differences).max(axis=(1, 2)) <= AGREEMENT * sizes).all())
