"""From numbers to a labelled trajectory whose attributes say how it was made, and back."""

import functools
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dysts.integration.clocks import EvenGrid
from dysts.integration.solution import Solution
from dysts.systems.system import Ensemble, System
from dysts.version import __version__

if TYPE_CHECKING:
    import xarray

LONGEST_KEPT = 32
"""Largest number of numbers whose text is kept."""


class Recording(NamedTuple):
    """The description of a trajectory that becomes its coordinates and attributes.

    Attributes
    ----------
    system : System or Ensemble
    times : float64 [time]
    many : bool
        Whether there is a dimension of trajectories.
    observables : bool
        Whether the numbers are observables instead of the state.
    solver : str
    attributes : dict
        Further attributes of the labelled array.
    grid : EvenGrid, optional
        The times in short, where they are even: comparing a million of them takes as long as half of their iterates.
    """

    system: System | Ensemble
    times: np.ndarray
    many: bool
    observables: bool
    solver: str
    attributes: dict[str, Any]
    grid: EvenGrid | None = None


def label(recording: Recording, solution: Solution) -> "xarray.DataArray":
    """Return the labelled trajectory of a solution."""
    ensemble = None if isinstance(recording.system, System) else recording.system
    system = ensemble.base if ensemble is not None else recording.system
    assert isinstance(system, System)
    values = solution.values if recording.many else solution.values[0]
    if recording.observables:
        if ensemble is not None:
            values = np.stack([member.observe(one) for member, one in zip(ensemble, values, strict=True)])
        else:
            values = system.observe(values)
    names = system.observable_names if recording.observables else system.variables
    period = system.period if "period" in system.properties else 0.0
    chaotic = ensemble is None and not system.no_lyapunov_time
    frame = _frame(
        recording.times.tobytes() if recording.grid is None else recording.grid,
        names,
        len(values) if recording.many else 0,
        period,
        system.lyapunov_exponent if chaotic else 0.0,
    )
    counts = solution.counts[0] if len(solution.counts) == 1 else solution.counts.sum(axis=0)
    accepted, rejected, evaluations = counts.tolist()
    attributes = {
        "system": system.name,
        "definition": system.definition_json,
        "parameters": system.parameters_json,
        **recording.attributes,
        "observables": int(recording.observables),
        "solver": recording.solver,
        "status": _statuses(solution.status),
        "steps_accepted": accepted,
        "steps_rejected": rejected,
        "evaluations": evaluations,
        "dysts_version": __version__,
    }
    result = _filled(frame, values, system.name, attributes)
    if ensemble is not None:
        result.attrs["varied"] = json.dumps({name: list(values) for name, values in ensemble.varied.items()})
        for name, given in ensemble.varied.items():
            if np.ndim(given) == 1 and name not in (*result.coords, *result.dims):
                result = result.assign_coords({name: ("trajectory", np.array(given))})
    return result


def _filled(frame: "xarray.DataArray", values: np.ndarray, name: str, attributes: dict[str, Any]) -> "xarray.DataArray":
    """Return a frame's array with other values, which the frame is not changed by."""
    from xarray import Variable

    # The public copies do the same in six times the time, a quarter of a call for 1000 points of Lorenz: they make new
    # indexes. These belong to coordinates that nobody may write to, and that have no attributes.
    return frame._replace(
        Variable(frame.dims, values, attributes, fastpath=True),
        {
            key: type(coordinate)(coordinate.dims, coordinate._data, fastpath=True)  # type: ignore[arg-type]
            for key, coordinate in frame._coords.items()
        },
        name,
        indexes=frame._indexes,
    )


@functools.lru_cache(maxsize=64)
def _frame(
    times: bytes | EvenGrid, names: tuple[str, ...], trajectories: int, period: float, exponent: float
) -> "xarray.DataArray":
    """Return an array of the right shape with its coordinates; 0 trajectories mean no such dimension."""
    import pandas
    import xarray
    from xarray.indexes import PandasIndex

    grid = times.values() if isinstance(times, EvenGrid) else np.frombuffer(times)
    shape, dims = (grid.size, len(names)), ("time", "component")
    # Objects, as strings of fixed width have no place in the Zarr v3 specification.
    axes: dict[str, Any] = {"time": grid, "component": np.array(names, dtype=object)}
    if trajectories:
        shape, dims = (trajectories, *shape), ("trajectory", *dims)  # type: ignore[assignment]
        axes["trajectory"] = np.arange(trajectories)
    # The constructor of DataArray makes the same of arrays; but it imports dask to ask whether they belong to it.
    indexes = {name: PandasIndex(pandas.Index(axis, name=name, dtype=axis.dtype), name) for name, axis in axes.items()}
    variables: dict[Any, Any] = {}
    for index in indexes.values():
        variables |= index.create_variables()
    if period > 0.0:
        variables["time_in_periods"] = xarray.Variable(("time",), grid / period, fastpath=True)
    if exponent > 0.0:
        variables["time_in_lyapunov_times"] = xarray.Variable(("time",), grid * exponent, fastpath=True)
    empty = xarray.Variable(dims, np.broadcast_to(np.zeros(1), shape), fastpath=True)
    frame = xarray.DataArray(empty, coords=xarray.Coordinates(variables, indexes=indexes))
    for name in frame.coords:
        # All trajectories on this grid share them, so nobody may write to them.
        frame.coords[name].values.setflags(write=False)
    return frame


def listed(numbers: np.ndarray) -> str:
    """Return an array as JSON; the last texts of short ones are kept, as one state is integrated again and again."""
    if numbers.size > LONGEST_KEPT:
        return json.dumps(numbers.tolist())
    return _listed(numbers.tobytes(), numbers.shape)


@functools.lru_cache(maxsize=256)
def _listed(content: bytes, shape: tuple[int, ...]) -> str:
    return json.dumps(np.frombuffer(content).reshape(shape).tolist())


def _statuses(codes: np.ndarray) -> str:
    if not np.count_nonzero(codes):
        return "success"
    from dysts.solvers.status import Status

    return ", ".join(sorted({Status(code).name.lower() for code in set(codes.tolist())}))
