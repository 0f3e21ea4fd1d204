"""The inputs of a data set as a small checked value that determines all its numbers."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from dysts.checks import check_count, check_positive
from dysts.errors import InvalidArgumentError, NotSupportedError, unknown_name
from dysts.systems.kinds import FLOW, MAP
from dysts.systems.published_periods import published_period
from dysts.systems.system import System

SPLITS = {"train": (0, 2), "test": (1, 2), "all": (0, 1)}
"""Strata of the orbit in which the trajectories of a split start: position of the first, and distance to the next."""
DTYPES = ("float64", "float32")
STRATUM = 2.0
"""Length of a stratum in lengths of a trajectory: one begins in the first half, so it ends within its stratum."""

PERIOD_SOURCES = ("registry", "published")
"""Periods that a recipe may count in: those of the registry, or those of dysts 0.96."""
CLOCK_FIELDS = ("points_per_period", "periods", "points_per_lyapunov_time", "lyapunov_times", "iterates")
"""Fields of a recipe that give granularity and length, on one of three clocks."""
MOST_NOISE = 10.0
"""Dynamical noise at which nothing of the dynamics is left, so that percent must be meant."""
READ_ROWS = 256
"""Trajectories that are held in memory at once where a whole data set is read."""


def solver_of(system: System) -> str:
    """Return the solver of the series of a system.

    Maps are iterated; flows have power series where the equations admit them. It is named, as its bits are part of what
    a data set is: what is chosen by itself may get better with any version.
    """
    if system.kind == MAP:
        return "iteration"
    if system.delay is not None:
        return "dop853"
    return "taylor" if system.compiled.expandable and not system.compiled.has_switches else "dop853+radau"


def period_of(system: System) -> float:
    """Return the unit of time of a system: its dominant period, and one iterate for a map."""
    return 1.0 if system.kind == MAP else system.period


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How the series of one data set are computed.

    Length and granularity are given on one of two clocks, ``points_per_period`` and ``periods``, or
    ``points_per_lyapunov_time`` and ``lyapunov_times``. A system whose largest exponent is not positive by three of
    its standard errors has no Lyapunov time; there the same numbers count periods. A recipe of maps has ``iterates``
    in place of both: a map has no period, and every point is the next iterate.

    The trajectories are pieces of one orbit from the stored initial condition. The orbit is cut into strata, twice as
    long as a trajectory, and a trajectory starts at a random time in the first half of its stratum. The splits
    ``train`` and ``test`` take every second stratum, so that trajectories of the same length and `after` never
    overlap in time. Recipes that differ only in granularity, noise or data type have the same starts.

    Parameters
    ----------
    name : str
        Letters, digits and hyphens.
    points_per_period, periods : int, optional
        Granularity, and length of each trajectory in periods.
    points_per_lyapunov_time, lyapunov_times : int, optional
        The same in Lyapunov times.
    iterates : int, optional
        Length of each trajectory of a map.
    trajectories : int
        Number of them for each system.
    split : {"train", "test", "all"}
    after : float
        Periods, or iterates, of the orbit before the first stratum, to keep clear of other recipes.
    dynamical_noise : float
        Amplitude of white noise in the equations, in standard deviations of each variable per square root of the
        period; see `dysts.datasets.forcing`.
    signal_to_noise_db : float, optional
        Adds independent Gaussian noise to the series so that the variance of each component is this many decibels
        above that of its noise.
    rtol : float
        Relative tolerance of the integration, by default the tightest one: below, rounding errors decide. It has no
        meaning for maps.
    dtype : {"float64", "float32"}
        How the series are stored; they are computed in float64.
    period_source : {"registry", "published"}
        Whether ``points_per_period`` and ``periods`` count this package's periods, or those by which dysts 0.96 sampled
        the series of the published comparisons (`dysts.systems.published_periods`).
    seed : int
        Together with the split and the name of the system it decides where the trajectories start, and the noise.

    Raises
    ------
    InvalidArgumentError

    Examples
    --------
    >>> Recipe(name="mine", points_per_period=50, periods=10, trajectories=2).points
    500
    """

    name: str
    points_per_period: int | None = None
    periods: int | None = None
    points_per_lyapunov_time: int | None = None
    lyapunov_times: int | None = None
    iterates: int | None = None
    trajectories: int = 10
    split: str = "test"
    after: float = 0.0
    dynamical_noise: float = 0.0
    signal_to_noise_db: float | None = None
    rtol: float = 1e-14
    dtype: str = "float64"
    period_source: str = "registry"
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.replace("-", "").isalnum() or not self.name.isascii():
            raise InvalidArgumentError(f"recipe names must be letters, digits and hyphens, got {self.name!r}")
        by_period = (self.points_per_period, self.periods)
        by_exponent = (self.points_per_lyapunov_time, self.lyapunov_times)
        of_flows = sorted(pair.count(None) for pair in (by_period, by_exponent))
        if of_flows != ([2, 2] if self.iterates is not None else [0, 2]):
            raise InvalidArgumentError(
                f"recipe {self.name!r} needs points_per_period and periods, or points_per_lyapunov_time and "
                "lyapunov_times, or iterates for maps, and not two of these"
            )
        for field in (*CLOCK_FIELDS, "trajectories"):
            if getattr(self, field) is not None:
                check_count(field, getattr(self, field))
        check_positive("rtol", self.rtol)
        for field in ("after", "dynamical_noise"):
            if getattr(self, field) != 0.0:
                check_positive(field, getattr(self, field))
        if self.iterates is not None and (self.dynamical_noise != 0.0 or self.after % 1.0 != 0.0):
            raise InvalidArgumentError(
                f"recipe {self.name!r} counts iterates, so it must have no dynamical_noise and a whole number of "
                f"iterates in after, got {self.dynamical_noise!r} and {self.after!r}"
            )
        if self.dynamical_noise >= MOST_NOISE:
            raise InvalidArgumentError(
                f"dynamical_noise must be below {MOST_NOISE:g} standard deviations per square root of the period, got "
                f"{self.dynamical_noise!r}; {self.dynamical_noise:g} percent are {self.dynamical_noise / 100:g}"
            )
        noise = self.signal_to_noise_db
        if noise is not None and (isinstance(noise, bool) or not isinstance(noise, int | float) or abs(noise) > 300.0):
            raise InvalidArgumentError(f"signal_to_noise_db must be a number of decibels up to 300, got {noise!r}")
        if self.period_source == "published" and self.points_per_period is None:
            raise InvalidArgumentError(
                f"recipe {self.name!r} must have points_per_period and periods to count published periods"
            )
        for field, allowed in (("split", tuple(SPLITS)), ("dtype", DTYPES), ("period_source", PERIOD_SOURCES)):
            if getattr(self, field) not in allowed:
                raise InvalidArgumentError(f"{field} must be one of {', '.join(allowed)}, got {getattr(self, field)!r}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise InvalidArgumentError(f"seed must be a whole number from 0, got {self.seed!r}")
        # Equal recipes must have equal JSON and equal hashes, with whole numbers written as float or int.
        for field in ("after", "dynamical_noise", "signal_to_noise_db", "rtol"):
            if getattr(self, field) is not None:
                object.__setattr__(self, field, float(getattr(self, field)))

    @property
    def kind(self) -> str:
        """The kind of the systems that the recipe is for: ``"flow"`` or ``"map"``."""
        return FLOW if self.iterates is None else MAP

    @property
    def points_per_unit(self) -> int:
        """Points in one period or Lyapunov time, whichever the recipe counts in; 1 where it counts iterates."""
        return self.points_per_period or self.points_per_lyapunov_time or 1

    @property
    def units(self) -> int:
        """Length of a trajectory in periods, Lyapunov times or iterates, whichever the recipe counts in."""
        return self.periods or self.lyapunov_times or self.iterates or 0

    @property
    def points(self) -> int:
        """Number of points in one trajectory."""
        return self.points_per_unit * self.units

    @property
    def noisy(self) -> bool:
        """Whether noise of either kind is added."""
        return self.dynamical_noise > 0.0 or self.signal_to_noise_db is not None

    def clock(self, system: System) -> str:
        """Return what is counted for a system: period, published period, Lyapunov time or iterate, in lower case."""
        if self.kind == MAP:
            return "iterate"
        if self.period_source == "published":
            return "published period"
        if self.points_per_period is not None or system.lyapunov_time is None:
            return "period"
        return "lyapunov time"

    def check_kind(self, system: System) -> None:
        """Check that the recipe is for systems of this kind.

        Raises
        ------
        NotSupportedError
        """
        if system.kind != self.kind:
            raise NotSupportedError(
                f"the data set {self.name} is for {self.kind}s, got the {system.kind} {system.name}; "
                + ("those of maps count iterates, such as test-maps" if system.kind == MAP else "those count periods")
            )

    def unit(self, system: System) -> float:
        """Return the length of the unit of the clock, in the system's own time.

        Raises
        ------
        NotSupportedError
            If the recipe is for systems of another kind, or no such period of the system is stored.
        """
        self.check_kind(system)
        if self.kind == MAP:
            return 1.0
        if self.period_source == "published":
            return published_period(system)
        if "period" not in system.properties:
            raise NotSupportedError(
                f"{system.name} has no stored period, in which data sets count: write its entry into a file and run "
                "dysts annotate FILE"
            )
        time = None if self.points_per_period is not None else system.lyapunov_time
        return system.period if time is None else time

    def step(self, system: System) -> float:
        """Return the time between two points, in the system's own time."""
        return self.unit(system) / self.points_per_unit

    def duration(self, system: System) -> float:
        """Return the length of a trajectory, in the system's own time."""
        return self.unit(system) * self.units

    def seed_for(self, system: str, purpose: str) -> int:
        """Return the seed of one system for one purpose, independent of which others are built."""
        text = f"{self.split}/{self.seed}/{system}/{purpose}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

    def with_dtype(self, dtype: str) -> "Recipe":
        """Return the recipe that stores another type of number, with the type in its name."""
        if dtype == self.dtype:
            return self
        name = self.name.removesuffix(f"-{self.dtype}")
        return replace(self, dtype=dtype, name=name if dtype == "float64" else f"{name}-{dtype}")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, iterates and published periods only where they are counted."""
        fields = asdict(self)
        if self.iterates is None:
            del fields["iterates"]
        if self.period_source == "registry":
            del fields["period_source"]
        return fields

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        """Make a recipe from plain values, refusing unknown fields.

        Raises
        ------
        UnknownNameError, InvalidArgumentError
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise unknown_name("field of a recipe", name, known)
        try:
            return cls(**values)
        except TypeError as error:
            raise InvalidArgumentError(f"a recipe needs more fields ({error})") from None

    def to_json(self) -> str:
        """Return the fields as JSON with sorted keys."""
        return json.dumps(self.to_dict(), sort_keys=True)
