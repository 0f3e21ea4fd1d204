"""One call from a system to a labelled trajectory, at exactly the requested times."""

import functools
import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import dysts
from dysts.clocks import check_count, sampling_times
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.registry import get_system
from dysts.system import System

if TYPE_CHECKING:
    import xarray

DEFAULT_TOLERANCE = 1e-9
SMALLEST_TOLERANCE = 1e-14
"""Below this, rounding errors of one step exceed what is asked for."""
ABSOLUTE_FRACTION = 1e-3
"""The default absolute tolerance in units of the relative one: small components keep relative accuracy."""
MAXIMUM_STEPS = 10_000_000


def integrate(
    system: System | str,
    points: int | None = None,
    *,
    points_per_period: float | None = None,
    points_per_lyapunov_time: float | None = None,
    step: float | None = None,
    times: Any = None,
    initial_conditions: Any = None,
    rtol: float = DEFAULT_TOLERANCE,
    atol: Any = None,
    maximum_steps: int = MAXIMUM_STEPS,
    observables: bool = False,
    on_failure: Literal["raise", "keep"] = "raise",
    threads: int | None = None,
) -> "xarray.DataArray":
    """Integrate a system and return its trajectory at exactly the requested times.

    The first point of an equidistant grid is the initial condition itself. A driving phase is returned reduced
    to one turn.

    Parameters
    ----------
    system : System or str
        A system, or the name of one in the registry.
    points : int, optional
        Number of points, 1000 unless `times` are given.
    points_per_period, points_per_lyapunov_time, step : float, optional
        The spacing on one of three clocks: periods, Lyapunov times, or the system's own time.
        Without any, 100 points per period.
    times : array_like [time], optional
        Strictly increasing times instead of an equidistant grid; the initial condition belongs to time 0.
    initial_conditions : array_like [component] or [trajectory, component], optional
        One state, or many to be integrated at once; by default the stored one.
    rtol : float
        Relative tolerance of each step, at least 1e-14.
    atol : float or array_like [component], optional
        Absolute tolerance, by default a thousandth of `rtol`.
    maximum_steps : int
        Limit for each trajectory, so that no call runs forever.
    observables : bool
        Return the bounded observables (such as the sine and cosine of an angle) instead of the state.
    on_failure : {"raise", "keep"}
        Whether a failed integration raises, or is kept with NaN after the last time that was reached.
    threads : int, optional
        Threads for many initial conditions; the result does not depend on it. By default one per processor.

    Returns
    -------
    xarray.DataArray
        float64 [time, component], or [trajectory, time, component] for many initial conditions. Coordinates
        ``time_in_periods`` and ``time_in_lyapunov_times`` are there where the properties are known; the
        attributes hold all that `rebuild` needs.

    Raises
    ------
    UnknownNameError
        If the name is not in the registry.
    InvalidArgumentError
        If an argument is not allowed.
    IntegrationError
        If a trajectory ended early; the message names the system, the time and the reason.
    NotSupportedError
        For delay systems, which wait for their solver.

    Examples
    --------
    >>> import dysts
    >>> x = dysts.integrate("Lorenz", 1000, points_per_period=100)
    >>> x.dims, x.shape
    (('time', 'component'), (1000, 3))
    >>> many = dysts.integrate("Lorenz", times=[0.0, 0.5, 1.0], initial_conditions=[[1, 1, 1], [2, 1, 1]])
    >>> many.shape
    (2, 3, 3)
    """
    if isinstance(system, str):
        system = get_system(system)
    if system.delay:
        raise NotSupportedError(
            f"{system.name} is a delay system; integrating it waits for the delay solver of a later version"
        )
    grid = sampling_times(
        system,
        points,
        points_per_period=points_per_period,
        points_per_lyapunov_time=points_per_lyapunov_time,
        step=step,
        times=times,
    )
    if on_failure not in ("raise", "keep"):
        raise InvalidArgumentError(f"on_failure is {on_failure!r}; allowed are 'raise' and 'keep'")
    states = system.check_states(system.initial_conditions if initial_conditions is None else initial_conditions)
    if states.ndim > 2 or states.size == 0:
        raise InvalidArgumentError(
            f"initial_conditions have shape {states.shape}; allowed are ({system.dimension},) for one state and "
            f"(trajectories, {system.dimension}) for many"
        )
    relative, absolute = _tolerances(system, rtol, atol)
    solution = _solve(
        system,
        grid,
        np.atleast_2d(states),
        relative,
        absolute,
        check_count(maximum_steps, "maximum_steps"),
        threads,
    )
    if on_failure == "raise":
        _raise_first_failure(system, grid, solution)
    values = solution.values if states.ndim == 2 else solution.values[0]
    return _label(system, grid, states, values, relative, absolute, solution, observables)


class _Solution:
    """What the compiled driver returns for each trajectory."""

    def __init__(self, trajectories: int, times: int, size: int) -> None:
        self.values = np.full((trajectories, times, size), np.nan)
        self.status = np.zeros(trajectories, dtype=np.int64)
        self.reached = np.zeros(trajectories)
        self.counts = np.zeros((trajectories, 3), dtype=np.int64)


def _solve(
    system: System,
    times: np.ndarray,
    states: np.ndarray,
    relative: float,
    absolute: np.ndarray,
    maximum_steps: int,
    threads: int | None,
) -> _Solution:
    from dysts.solvers.dop853 import integrate_dop853

    right_hand_side = system._right_hand_side
    address = right_hand_side.function.address
    constants = right_hand_side.constants
    clock, clock_period = system.clock_index_and_period
    solution = _Solution(len(states), len(times), system.dimension)

    def solve(index: int) -> None:
        solution.status[index], solution.reached[index] = integrate_dop853(
            address,
            constants,
            0.0,
            states[index],
            times,
            relative,
            absolute,
            np.inf,
            maximum_steps,
            clock,
            clock_period,
            solution.values[index],
            solution.counts[index],
        )

    workers = min(len(states), _processors() if threads is None else check_count(threads, "threads"))
    if workers == 1:
        for index in range(len(states)):
            solve(index)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(solve, range(len(states))))
    return solution


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _tolerances(system: System, rtol: Any, atol: Any) -> tuple[float, np.ndarray]:
    try:
        relative = float(rtol)
        absolute = np.array(relative * ABSOLUTE_FRACTION if atol is None else atol, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"rtol {rtol!r} and atol {atol!r} must be numbers") from None
    if not SMALLEST_TOLERANCE <= relative < 1.0:
        raise InvalidArgumentError(f"rtol is {rtol!r}; allowed is from {SMALLEST_TOLERANCE:g} to below 1")
    if absolute.shape not in ((), (system.dimension,)):
        raise InvalidArgumentError(
            f"atol has shape {absolute.shape}; allowed is one number or one for each of the "
            f"{system.dimension} components"
        )
    if not (np.isfinite(absolute).all() and (absolute > 0.0).all()):
        raise InvalidArgumentError(f"atol is {atol!r}; allowed are positive finite numbers")
    return relative, np.array(np.broadcast_to(absolute, (system.dimension,)))


def _raise_first_failure(system: System, times: np.ndarray, solution: _Solution) -> None:
    from dysts.solvers.status import Status

    failed = np.flatnonzero(solution.status)
    if failed.size == 0:
        return
    first = int(failed[0])
    which = f" (trajectory {first}, {failed.size} of {solution.status.size} failed)" if solution.status.size > 1 else ""
    raise IntegrationError(
        f"{system.name}{which} stopped at time {solution.reached[first]:.6g} of {times[-1]:.6g}: "
        f"{Status(int(solution.status[first])).sentence}"
    )


def _label(
    system: System,
    times: np.ndarray,
    states: np.ndarray,
    values: np.ndarray,
    relative: float,
    absolute: np.ndarray,
    solution: _Solution,
    observables: bool,
) -> "xarray.DataArray":
    import xarray

    dims = ("trajectory", "time", "component")[-values.ndim :]
    coordinates: dict[str, Any] = {
        "time": times,
        "component": _component_coordinate(system.observable_names if observables else system.variables),
    }
    if values.ndim == 3:
        coordinates["trajectory"] = np.arange(len(values))
    if "period" in system.properties:
        coordinates["time_in_periods"] = ("time", times / system.period)
    if "lyapunov_spectrum" in system.properties and system.lyapunov_exponent > 0.0:
        coordinates["time_in_lyapunov_times"] = ("time", times * system.lyapunov_exponent)
    attributes = {
        "system": system.name,
        "definition": system.definition_json,
        "parameters": json.dumps(dict(system.flat_parameters)),
        "initial_conditions": json.dumps(states.tolist()),
        "observables": int(observables),
        "solver": "dop853",
        "rtol": relative,
        "atol": json.dumps(absolute.tolist()),
        "status": ", ".join(sorted({_status_name(int(code)) for code in solution.status})),
        "steps_accepted": int(solution.counts[:, 0].sum()),
        "steps_rejected": int(solution.counts[:, 1].sum()),
        "evaluations": int(solution.counts[:, 2].sum()),
        "dysts_version": dysts.__version__,
    }
    return xarray.DataArray(
        system.observe(values) if observables else values,
        dims=dims,
        coords=coordinates,
        name=system.name,
        attrs=attributes,
    )


@functools.cache
def _component_coordinate(names: tuple[str, ...]) -> Any:
    """Return the coordinate that names the components, made once: an index of texts takes longer than a trajectory."""
    import xarray

    # Objects, as strings of fixed width have no place in the Zarr v3 specification.
    return xarray.IndexVariable("component", np.array(names, dtype=object))


def _status_name(code: int) -> str:
    from dysts.solvers.status import Status

    return Status(code).name.lower()


def rebuild(trajectory: "xarray.DataArray") -> "xarray.DataArray":
    """Integrate again what the attributes of a trajectory describe.

    Parameters
    ----------
    trajectory : xarray.DataArray
        What `integrate` returned, perhaps stored and read back.

    Returns
    -------
    xarray.DataArray
        The same numbers, bit for bit on one machine and version.

    Examples
    --------
    >>> import dysts
    >>> from dysts.integration import rebuild
    >>> x = dysts.integrate("Rossler", 50)
    >>> bool((rebuild(x) == x).all())
    True
    """
    from dysts.validation import validate

    attributes = trajectory.attrs
    return integrate(
        validate(attributes["system"], json.loads(attributes["definition"])),
        times=trajectory["time"].values,
        initial_conditions=json.loads(attributes["initial_conditions"]),
        rtol=attributes["rtol"],
        atol=json.loads(attributes["atol"]),
        observables=bool(attributes["observables"]),
        on_failure="keep",
    )
