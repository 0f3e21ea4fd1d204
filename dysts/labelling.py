"""From numbers to a labelled trajectory whose attributes say how it was made, and back."""

import functools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.parameters import Ensemble
from dysts.solution import Solution
from dysts.system import System
from dysts.version import __version__

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What there is to say about a trajectory beside its numbers.

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
    """

    system: System | Ensemble
    times: np.ndarray
    many: bool
    observables: bool
    solver: str
    attributes: dict[str, Any] = field(default_factory=dict)


def label(recording: Recording, solution: Solution) -> "xarray.DataArray":
    """Return the labelled trajectory of a solution."""
    ensemble = recording.system if isinstance(recording.system, Ensemble) else None
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
    exponent = system.lyapunov_exponent if "lyapunov_spectrum" in system.properties and ensemble is None else 0.0
    frame = _frame(recording.times.tobytes(), names, len(values) if recording.many else 0, period, exponent)
    accepted, rejected, evaluations = solution.counts.sum(axis=0).tolist()
    # Copying a frame that is made already takes a fifth of the time of making one.
    result = frame.copy(deep=False, data=values)
    result.name = system.name
    result.attrs = {
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
    if ensemble is not None:
        result.attrs["varied"] = json.dumps({name: list(values) for name, values in ensemble.varied.items()})
        for name, given in ensemble.varied.items():
            if np.ndim(given) == 1 and name not in (*result.coords, *result.dims):
                result = result.assign_coords({name: ("trajectory", np.array(given))})
    return result


@functools.lru_cache(maxsize=64)
def _frame(
    times: bytes, names: tuple[str, ...], trajectories: int, period: float, exponent: float
) -> "xarray.DataArray":
    """Return an array of the right shape with its coordinates; 0 trajectories mean no such dimension."""
    import xarray

    grid = np.frombuffer(times)
    shape = (grid.size, len(names))
    coordinates: dict[str, Any] = {
        "time": grid,
        # Objects, as strings of fixed width have no place in the Zarr v3 specification.
        "component": np.array(names, dtype=object),
    }
    dims = ("time", "component")
    if trajectories:
        shape, dims = (trajectories, *shape), ("trajectory", *dims)  # type: ignore[assignment]
        coordinates["trajectory"] = np.arange(trajectories)
    if period > 0.0:
        coordinates["time_in_periods"] = ("time", grid / period)
    if exponent > 0.0:
        coordinates["time_in_lyapunov_times"] = ("time", grid * exponent)
    empty = np.broadcast_to(np.zeros(1), shape)
    frame = xarray.DataArray(empty, dims=dims, coords=coordinates)
    for name in frame.coords:
        # All trajectories on this grid share them, so nobody may write to them.
        frame.coords[name].values.setflags(write=False)
    return frame


def _statuses(codes: np.ndarray) -> str:
    from dysts.solvers.status import Status

    return ", ".join(sorted({Status(code).name.lower() for code in set(codes.tolist())}))


def rebuild(trajectory: "xarray.DataArray") -> "xarray.DataArray":
    """Integrate again what the attributes of a trajectory describe.

    Parameters
    ----------
    trajectory : xarray.DataArray
        What `dysts.integrate` returned, perhaps stored and read back.

    Returns
    -------
    xarray.DataArray
        The same numbers, bit for bit on one machine and version.

    Raises
    ------
    NotSupportedError
        If the history of a delay system was given as a function, which attributes cannot hold.

    Examples
    --------
    >>> import dysts
    >>> x = dysts.integrate("Rossler", 50)
    >>> bool((dysts.rebuild(x) == x).all())
    True
    """
    from dysts.errors import NotSupportedError
    from dysts.integration import integrate
    from dysts.validation import validate

    attributes = trajectory.attrs
    system = validate(attributes["system"], json.loads(attributes["definition"]))
    if "varied" in attributes:
        system = system.with_parameters(**json.loads(attributes["varied"]))
    arguments: dict[str, Any] = {}
    if "initial_conditions" in attributes:
        arguments["initial_conditions"] = json.loads(attributes["initial_conditions"])
    elif "history" in attributes:
        raise NotSupportedError(
            f"the trajectory of {attributes['system']} began from a history that its attributes cannot hold"
        )
    if "noise" in attributes:
        from dysts.noise import Noise

        arguments |= {
            "noise": Noise(**json.loads(attributes["noise"])),
            "longest_step": attributes["longest_step"],
        }
    else:
        arguments |= {"rtol": attributes["rtol"], "atol": json.loads(attributes["atol"])}
    if "stop" in attributes:
        arguments |= {"stop": attributes["stop"], "stop_direction": attributes["stop_direction"]}
    return integrate(
        system,
        times=json.loads(attributes["times"]) if "times" in attributes else trajectory["time"].values,
        observables=bool(attributes["observables"]),
        solver=attributes["solver"],
        on_failure="keep",
        predictability=False,
        **arguments,
    )
