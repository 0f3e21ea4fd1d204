"""Finds the systems of the collection that behave most like a series of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.atlas.features import features_of_series, mean_frequency
from dysts.atlas.figure import draw_nearest
from dysts.atlas.noise import kind_of_noise
from dysts.atlas.reference import Reference, read_reference
from dysts.atlas.words import described
from dysts.checks import check_count
from dysts.errors import InvalidArgumentError
from dysts.series import read_series

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COUNT = 5
"""Number of systems that are named."""
SHOWN_FEATURES = 4
"""Number of features named as agreeing, and as differing."""
ORDINARY = 0.3
"""Distance from the mean of the collection, in standard deviations, below which a feature characterises nothing."""


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """One system beside a series.

    Attributes
    ----------
    system : str
    distance : float
        Root mean square difference of the features, in standard deviations between windows of one system: about one
        for a series of the system itself.
    familiar : float
        The distance within which a series counts as like this system.
    components : tuple of str
        Which component of the system stands beside each component of the series.
    agree, differ : tuple of str
        Features in words: those by which both stand out from the collection, and those in which they differ most.
    """

    system: str
    distance: float
    familiar: float
    components: tuple[str, ...]
    agree: tuple[str, ...]
    differ: tuple[str, ...]

    @property
    def is_like(self) -> bool:
        """Whether the series lies within the distance that series of this system keep."""
        return self.distance <= self.familiar


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """The systems most like a series.

    Attributes
    ----------
    neighbours : tuple of Neighbour
        The nearest first; empty for noise, which has no time scale by which it could be compared.
    cycle : float
        Mean length of a cycle of the first component that was compared, in the units of the step; NaN for noise.
    left_out : dict of str to str
        Components of the series that were not compared, with the reason.
    series, step : numpy.ndarray [time, component], float
        The compared components, for the figure.
    """

    neighbours: tuple[Neighbour, ...]
    cycle: float
    left_out: dict[str, str]
    series: np.ndarray
    step: float

    @property
    def systems(self) -> tuple[str, ...]:
        """Names of the systems, the nearest first."""
        return tuple(neighbour.system for neighbour in self.neighbours)

    @property
    def distances(self) -> tuple[float, ...]:
        """Their distances."""
        return tuple(neighbour.distance for neighbour in self.neighbours)

    @property
    def is_like_none(self) -> bool:
        """Whether no system is as near as its own series are."""
        return not any(neighbour.is_like for neighbour in self.neighbours)

    def __str__(self) -> str:
        if not self.neighbours:
            return f"like none of the collection: {'; '.join(f'{name} {why}' for name, why in self.left_out.items())}"
        first = self.neighbours[0]
        if self.is_like_none:
            lines = [
                f"like none of the collection: {first.system}, the nearest, is at distance {first.distance:.3g}, "
                f"its own series are within {first.familiar:.3g}"
            ]
        else:
            like = [neighbour.system for neighbour in self.neighbours if neighbour.is_like]
            lines = [f"like {', '.join(like)}"]
        for neighbour in self.neighbours:
            lines.append(f"  {neighbour.system:<24} {neighbour.distance:7.3g}  as {', '.join(neighbour.components)}")
        lines.append(f"shared with {first.system}: {'; '.join(first.agree) or 'nothing out of the ordinary'}")
        lines.append(f"different from {first.system}: {'; '.join(first.differ) or 'nothing'}")
        lines += [f"left out: {name}: {reason}" for name, reason in self.left_out.items()]
        return "\n".join(lines)

    def figure(self, *, systems: int = 3) -> "Figure":
        """Draw the series above as much of the nearest systems, each in cycles of its own.

        Parameters
        ----------
        systems : int
            Number of systems.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InvalidArgumentError
            If the series is noise, beside which stands no system.
        """
        if not self.neighbours:
            raise InvalidArgumentError(f"the series must have a time scale for a figure, got one {self}")
        shown = self.neighbours[: check_count("systems", systems)]
        return draw_nearest(self.series[:, 0], [(each.system, each.components[0], each.distance) for each in shown])


def nearest(
    source: Any,
    *,
    step: float | None = None,
    columns: Sequence[str] = (),
    count: int = COUNT,
    reference: Reference | None = None,
) -> Nearest:
    """Find the systems of the collection that behave most like a series.

    Units and the scale of time do not matter: each component is standardised and measured in cycles of its own. With
    several components, those of a system are paired with them so that the distance is smallest.

    Parameters
    ----------
    source : path, array_like, pandas.DataFrame or xarray.DataArray
        What `dysts.read_series` reads, one trajectory, evenly sampled.
    step : float, optional
        Time between two rows, where the source has no times.
    columns : sequence of str
        Which components; by default all.
    count : int
        Number of systems.
    reference : Reference, optional
        By default that of the collection.

    Returns
    -------
    Nearest

    Raises
    ------
    InvalidArgumentError
        If no component has a time scale: the series is too short, constant, or sampled too coarsely. Noise has none
        either, and is like no system.
    MissingPackageError
        If pycatch22 is not installed.

    Examples
    --------
    >>> nearest([1.0, 2.0])
    Traceback (most recent call last):
    ...
    dysts.errors.InvalidArgumentError: source must have a component with a time scale, got none (0: ...)
    """
    known = read_reference() if reference is None else reference
    labelled = read_series(source, columns=columns, step=1.0 if step is None and _is_plain(source) else step)
    if "trajectory" in labelled.dims:
        raise InvalidArgumentError(
            f"source must be one trajectory, got {labelled.sizes['trajectory']}; choose one, such as series[0]"
        )
    series, names = labelled.values, [str(name) for name in labelled["component"].values]
    rows, kept, left_out, noise = [], [], {}, {}
    for position, name in enumerate(names):
        try:
            found = features_of_series(series[:, position])
        except InvalidArgumentError as error:
            left_out[name] = str(error)
            if kind := kind_of_noise(series[:, position]):
                noise[name] = f"is {kind}, without a time scale"
            continue
        rows.append([found[feature] for feature in known.features])
        kept.append(position)
    if not rows and len(noise) == len(names):
        return Nearest(
            neighbours=(), cycle=float("nan"), left_out=noise, series=series, step=float(labelled.attrs["step"])
        )
    if not rows:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise InvalidArgumentError(f"source must have a component with a time scale, got none ({reasons})")
    values = np.array(rows)
    neighbours = ranked_systems(known, values)[: check_count("count", count)]
    return Nearest(
        neighbours=tuple(_neighbour(known, values, *found) for found in neighbours),
        cycle=float(labelled.attrs["step"]) / mean_frequency(series[:, kept[0]]),
        left_out=left_out,
        series=series[:, kept],
        step=float(labelled.attrs["step"]),
    )


def _is_plain(source: Any) -> bool:
    """Return whether a source can have no times, so that its rows are counted."""
    return isinstance(source, np.ndarray | list | tuple)


def ranked_systems(known: Reference, values: np.ndarray) -> list[tuple[str, float, np.ndarray]]:
    """Return the systems with their distances and the row of each component of the series, the nearest first.

    Parameters
    ----------
    known : Reference
    values : numpy.ndarray [component, feature]
        Raw features of each component of the series.
    """
    from scipy.optimize import linear_sum_assignment

    squares = known.distances(values) ** 2
    found = []
    for system in dict.fromkeys(known.systems.tolist()):
        rows = np.flatnonzero(known.systems == system)
        taken, beside = linear_sum_assignment(squares[:, rows])
        if len(taken) < len(values):
            # A system with fewer components than the series lends one of them twice.
            beside = squares[:, rows].argmin(axis=1)
            taken = np.arange(len(values))
        found.append((system, float(np.sqrt(squares[taken, rows[beside]].mean())), rows[beside]))
    return sorted(found, key=lambda each: each[1])


def _neighbour(known: Reference, values: np.ndarray, system: str, distance: float, rows: np.ndarray) -> Neighbour:
    mine, own = known.standardised(values), known.means[rows]
    away = np.abs(mine - own).mean(axis=0) / known.spreads
    unusual = np.minimum(np.abs(mine), np.abs(own)).mean(axis=0)
    shared = np.where((mine * own > 0.0).all(axis=0) & (unusual > ORDINARY), unusual / (1.0 + away), 0.0)
    agree = [index for index in np.argsort(-shared) if shared[index] > 0.0]
    differ = [index for index in np.argsort(-away) if away[index] > 2.0]
    names = known.features
    return Neighbour(
        system=system,
        distance=distance,
        familiar=float(np.sqrt((known.familiar[rows] ** 2).mean())),
        components=tuple(str(name) for name in known.components[rows]),
        agree=described([(str(names[i]), float(own[:, i].mean())) for i in agree], count=SHOWN_FEATURES),
        differ=described([(str(names[i]), float((mine - own)[:, i].mean())) for i in differ], count=SHOWN_FEATURES),
    )
