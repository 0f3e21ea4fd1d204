"""The tasks of the track: which series a method sees, and on which it is tested."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dysts.discovery.comparison import derivative_at
from dysts.discovery.expansion import canonical_form
from dysts.discovery.found_flow import library_flow
from dysts.discovery.relations import relation_degree
from dysts.errors import DystsError
from dysts.integration.integrate import integrate
from dysts.systems.equation_class import DELAYED, equation_class
from dysts.systems.registry import list_systems
from dysts.systems.system import System

FloatArray = NDArray[np.float64]

VERSION = 2
"""Version of the protocol: results of another one are not used again."""
SAMPLINGS = {100: 1500, 15: 150}
"""Points of the series to fit by points in a period: ten periods, as was published in 2021, and fifteen."""
NOISES = (None, 20, 40, 10, 30)
"""Ratios of signal to noise in decibels, None without noise, in the order in which they are run."""
INPUTS = ("states", "derivatives")
"""What a method is given: states and exact derivatives, or states only."""
REFERENCES = ("NVAR", "ESN")
"""Forecasters that see the same states and continue the series, beside which the found equations stand."""
SLOW = (*REFERENCES, "PySINDy-MIOSR")
"""Those that take several times as long as the others."""
NOISES_OF_SLOW = (None, 20)
"""Levels of noise at which `SLOW` ones run, so that the track stays within half an hour on two cores."""
TEST_AFTER = 25
"""Periods after which the test begins on the same orbit, so that it is another start."""
TEST_PERIODS = 10
"""Periods of the test."""
TEST_SAMPLING = 100
CONVERGED = 1e-11
"""Largest difference of two step sizes over one sample, in standard deviations, at which a series is taken without the
engine, which would compile each system by itself."""
MOST_SUBSTEPS = 256
HIGHEST_DEGREE = 5
"""Highest degree of a term that is in the polynomial library."""
ELSEWHERE_STARTS = 16
"""States in a box around the motion from which another motion of the system is looked for."""
ELSEWHERE_BOX = 2.0
"""Half the width of that box in standard deviations, as for the record of the registry."""
ELSEWHERE_APART = 0.5
"""Least distance of the means and standard deviations of another motion, in standard deviations."""
_WAVE = re.compile(r"(sin|cos)\([A-Za-z]\w*\)\Z")


@dataclass(frozen=True, kw_only=True)
class DiscoveryTask:
    """One task: a system, what is given, and how it is sampled.

    Attributes
    ----------
    system : str
    given : {"derivatives", "states"}
    points_per_period : int
    noise_db : int or None
        Ratio of the variances of signal and noise.
    version : int
        Of the protocol.
    """

    system: str
    given: str
    points_per_period: int
    noise_db: int | None
    version: int = VERSION

    @property
    def label(self) -> str:
        """The task in words."""
        noise = "" if self.noise_db is None else f", {self.noise_db} dB"
        return f"{self.system} from {self.given}, {self.points_per_period} per period{noise}"

    def key(self, method: str, code: str) -> str:
        """Return the key of the cell of a method, whose code has a fingerprint."""
        text = json.dumps({**asdict(self), "method": method, "code": code}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class SystemData:
    """The series of one system, of which the tasks take their parts.

    Attributes
    ----------
    system : System
    series : mapping of int to (step, states)
        By points in a period.
    continuation : mapping of int to ndarray, float64 [time, component]
        The `TEST_PERIODS` periods after each of them.
    test : ndarray, float64 [time, component]
        From another start, `TEST_SAMPLING` points in a period.
    test_step : float
    elsewhere : ndarray, float64 [time, component], or None
        Another motion of the system at the step of the test, where the registry has one beside that of the entry.
    angles : tuple of str
        Variables that are angles; their series are unwrapped.
    relation_degree : int
        Lowest degree of a polynomial that is zero along the series, 0 without any.
    """

    system: System
    series: dict[int, tuple[float, FloatArray]]
    continuation: dict[int, FloatArray]
    test: FloatArray
    test_step: float
    elsewhere: FloatArray | None = None
    angles: tuple[str, ...] = ()
    relation_degree: int = 0

    @classmethod
    def of(cls, system: System) -> "SystemData":
        """Integrate a system for its tasks."""
        orbits = {
            sampling: orbit(system, points + TEST_PERIODS * sampling, system.period / sampling)
            for sampling, points in SAMPLINGS.items()
        }
        series = {
            sampling: (system.period / sampling, orbits[sampling][:points]) for sampling, points in SAMPLINGS.items()
        }
        step = system.period / TEST_SAMPLING
        away = orbit(system, (TEST_AFTER + TEST_PERIODS) * TEST_SAMPLING + 1, step)
        phase = () if system.driving_phase is None else (system.driving_phase.variable,)
        return cls(
            system=system,
            series=series,
            continuation={sampling: orbits[sampling][points:] for sampling, points in SAMPLINGS.items()},
            test=away[TEST_AFTER * TEST_SAMPLING :],
            test_step=step,
            elsewhere=another_motion(system, away),
            angles=phase,
            relation_degree=relation_degree(series[max(SAMPLINGS)][1]),
        )

    def given(self, task: DiscoveryTask) -> tuple[FloatArray, FloatArray, FloatArray | None]:
        """Return times, states and derivatives (or None) as a method of a task gets them."""
        step, states = self.series[task.points_per_period]
        rates = derivative_at(self.system, states) if task.given == "derivatives" else None
        if task.noise_db is not None:
            digits = hashlib.sha256(f"{task.system} {task.points_per_period}".encode()).digest()
            # The same noise at every level, so that levels differ in its size only.
            noise = np.random.default_rng(int.from_bytes(digits[:8], "big")).standard_normal(states.shape)
            spread = _spread(states, self.system, self.angles)
            states = np.asarray(states + 10.0 ** (-task.noise_db / 20.0) * spread * noise, dtype=np.float64)
        return np.asarray(step * np.arange(len(states)), dtype=np.float64), states, rates


def discovery_systems() -> list[str]:
    """Return the systems of the track: all flows without delay."""
    from dysts.systems.registry import get_system

    return [name for name in list_systems() if equation_class(get_system(name)) != DELAYED]


def takes_part(method: str, task: DiscoveryTask) -> bool:
    """Tell whether a method has a cell of its own for a task.

    `SLOW` ones run without noise and at 20 dB. A forecaster sees states only, and no driving phase, which grows without
    end. Given derivatives, pysindy's weak form is its `STLSQ`, which has that cell.

    Examples
    --------
    >>> tasks = {task.given: task for task in discovery_tasks("Duffing")}
    >>> [takes_part(name, tasks["derivatives"]) for name in ("PySINDy-STLSQ", "PySINDy-Weak", "NVAR")]
    [True, False, False]
    """
    if method in SLOW and task.noise_db not in NOISES_OF_SLOW:
        return False
    if method in REFERENCES:
        return task.given == "states" and not _has_phase(task.system)
    return method != "PySINDy-Weak" or task.given == "states"


@cache
def _has_phase(system: str) -> bool:
    from dysts.systems.registry import get_system

    return get_system(system).driving_phase is not None


def discovery_tasks(system: str) -> Iterator[DiscoveryTask]:
    """Yield the tasks of one system, those without noise first."""
    for noise in NOISES:
        for given in INPUTS:
            for sampling in SAMPLINGS:
                yield DiscoveryTask(system=system, given=given, points_per_period=sampling, noise_db=noise)


def library_of(system: System) -> str:
    """Return which library has all terms of a system: ``"polynomial"``, ``"sines"``, or ``"outside"`` for none.

    Examples
    --------
    >>> import dysts
    >>> [library_of(dysts.get_system(name)) for name in ("Lorenz", "Thomas", "Duffing", "MacArthur", "Chua")]
    ['polynomial', 'sines', 'sines', 'outside', 'outside']
    """
    kinds = {"polynomial"}
    for equation in canonical_form(system):
        for term in equation:
            if sum(exponent for _, exponent in term) > HIGHEST_DEGREE:
                return "outside"
            for base, exponent in term:
                if base in system.variables:
                    if exponent < 0.0 or not exponent.is_integer():
                        return "outside"
                elif _WAVE.match(base) and exponent == 1.0:
                    kinds.add("sines")
                else:
                    return "outside"
    return "sines" if "sines" in kinds else "polynomial"


def another_motion(system: System, states: FloatArray) -> FloatArray | None:
    """Return the part of the test on another motion that coexists with given states, None without any.

    Only systems are tried for which the registry records another motion. Of orbits from `ELSEWHERE_STARTS` random
    states around the given ones that stay bounded and move, the one is taken that is farthest from them.
    """
    record = system.properties.get("same_motion_from_elsewhere")
    if record is None or not record["settings"]["outcomes"].get("other motion"):
        return None
    index = system.phase_index_and_period[0]
    free = np.arange(states.shape[1]) != index
    mean, spread = states.mean(axis=0), states.std(axis=0)
    starts = mean + ELSEWHERE_BOX * spread * np.random.default_rng(0).uniform(-1.0, 1.0, (ELSEWHERE_STARTS, len(mean)))
    starts[:, ~free] = states[0, ~free]
    best, most = None, ELSEWHERE_APART
    for start in starts:
        try:
            path = orbit(system.with_initial_conditions(start.tolist()), len(states), system.period / TEST_SAMPLING)
        except DystsError:
            # An orbit that escapes is no motion.
            continue
        part = path[TEST_AFTER * TEST_SAMPLING :]
        own = part.std(axis=0)
        if not np.isfinite(part).all() or (own[free] < 1e-3 * spread[free]).all():
            continue
        moved = np.concatenate([part.mean(axis=0) - mean, own - spread]) / np.tile(spread, 2)
        distance = float(np.sqrt((moved[np.tile(free, 2)] ** 2).mean()))
        if distance > most:
            best, most = part, distance
    return best


def orbit(system: System, points: int, step: float) -> FloatArray:
    """Return the orbit from the stored initial condition, float64 [time, component], the driving phase unwrapped."""
    start = np.array(system.initial_conditions)
    flow = library_flow(system)
    substeps = 1
    while flow is not None and substeps <= MOST_SUBSTEPS:
        path = np.concatenate([start[None], flow.roll_out(start[None], step, points - 1, substeps=substeps)[0]])
        if np.isfinite(path).all():
            twice = flow.roll_out(path[:-1], step, 1, substeps=2 * substeps)[:, 0]
            scale = np.where(path.std(axis=0) > 0.0, path.std(axis=0), 1.0)
            if (np.abs(twice - path[1:]) <= CONVERGED * scale).all():
                return path
        substeps *= 2
    return _unwrapped(system, integrate(system, points, step=step, predictability=False).values)


def _unwrapped(system: System, states: FloatArray) -> FloatArray:
    """Return states in which the driving phase grows on, as sines of a phase that jumps have no derivative there."""
    index, period = system.phase_index_and_period
    if index < 0:
        return states
    states = states.copy()
    states[:, index] = np.unwrap(states[:, index], period=period)
    return states


def _spread(states: FloatArray, system: System, angles: tuple[str, ...]) -> FloatArray:
    """Return the size of a component for its noise: its standard deviation, and 1 for an angle."""
    spread = states.std(axis=0)
    return np.array([1.0 if name in angles else value for name, value in zip(system.variables, spread, strict=True)])
