"""Orbits of maps as labelled trajectories: the time is the number of the iterate, and a step is one iterate."""

import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.checks import check_count, check_memory
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.integration.clocks import EvenGrid
from dysts.integration.labels import Recording, label, listed
from dysts.integration.request import Request
from dysts.integration.solution import Solution
from dysts.systems.system import Ensemble, System
from dysts.workers.threads import in_threads

if TYPE_CHECKING:
    import xarray

SOLVER = "iteration"
"""Name of the method in the attributes of an orbit."""
ENOUGH_FOR_LANES = 8
"""Ensembles of at least this size are iterated eight orbits side by side."""
LONGEST = 2**53
"""Numbers of iterates up to this one are exact as float64."""


def iterate_map(
    system: System | Ensemble,
    points: int | None,
    *,
    step: Any,
    times: Any,
    start: Any,
    initial_conditions: Any,
    observables: bool,
    on_failure: str,
    threads: int | None,
    solver: str,
    of_flows: Mapping[str, Any],
) -> "xarray.DataArray":
    """Iterate a map; see `dysts.integrate`.

    Parameters
    ----------
    system : System or Ensemble
    points, step, times, start
        Number of points, iterates between them, or the numbers of the iterates.
    initial_conditions, observables, on_failure, threads
    solver : {"auto", "iteration"}
    of_flows : mapping of str to object
        Arguments that have no meaning for a map, each None.

    Raises
    ------
    NotSupportedError
        If an argument of flows is given.
    InvalidArgumentError
        If iterates are not whole numbers in increasing order.
    IntegrationError
        If an orbit escapes or leaves the domain of the map; the message has the iterate.
    """
    base = system.base if isinstance(system, Ensemble) else system
    for name, value in of_flows.items():
        if value is not None:
            raise NotSupportedError(f"{name} is for flows, got {value!r} for the map {base.name}")
    if solver not in ("auto", SOLVER):
        raise InvalidArgumentError(f"solver must be 'auto' or {SOLVER!r} for a map, got {solver!r}")
    if on_failure not in ("raise", "keep"):
        raise InvalidArgumentError(f"on_failure must be 'raise' or 'keep', got {on_failure!r}")
    first = first_iterate(start)
    grid, gaps = sampled_iterates(points, step, times, first)
    request = Request(
        system=system,
        times=grid,
        start=float(first),
        longest_step=float("inf"),
        initial_conditions=initial_conditions,
        solver=SOLVER,
        maximum_steps=1,
        threads=threads,
    )
    given = request.states()
    states = np.ascontiguousarray(request.spread(given))
    solution = orbits(request.members, states, gaps, start=first, threads=threads)
    if on_failure == "raise":
        raise_first_escape(base, int(grid[-1]), solution)
    attributes: dict[str, Any] = {"initial_conditions": listed(given)}
    if first:
        attributes["start"] = float(first)
    return label(
        Recording(
            system=system,
            times=grid,
            many=given.ndim == 2 or isinstance(system, Ensemble),
            observables=observables,
            solver=SOLVER,
            attributes=attributes,
            grid=None if times is not None else EvenGrid(first, grid.size, 1 if step is None else int(step)),
        ),
        solution,
    )


def orbits(
    members: Any, states: np.ndarray, gaps: np.ndarray, *, start: int = 0, threads: int | None = None
) -> Solution:
    """Iterate states and return the points of their orbits that are asked for.

    Parameters
    ----------
    members : sequence of System
        One map for all states, or one for each; they differ in parameter values only.
    states : float64 [trajectory, component]
    gaps : int64 [point]
        Iterates before each point: since the start, and then since the point before.
    start : int
        Number of the first iterate.
    threads : int, optional
    """
    from dysts.solvers.iteration.loop import iterate, iterate_lanes
    from dysts.solvers.shared.arguments import Cases, Ends

    compiled = members[0].compiled
    check_memory(len(states) * len(gaps) * states.shape[1], "the orbits")
    tables = np.array([compiled.table(member.flat_parameters) for member in members])
    if len(members) == 1:
        tables = np.repeat(tables, len(states), axis=0)
    solution = Solution(len(states), len(gaps), states.shape[1], blank=False)
    cases = Cases(tables, states.copy(), np.ones(len(states)))
    ends = Ends(solution.values, solution.status, solution.reached, solution.counts)
    side_by_side = len(states) >= ENOUGH_FOR_LANES
    # Taken before the threads begin, so that none compiles it twice.
    address = compiled.function.lanes_address if side_by_side else compiled.function.address
    loop = iterate_lanes if side_by_side else iterate
    in_threads(
        lambda begin, end: loop(address, cases, begin, end, start, gaps, ends),
        len(states),
        threads,
        together=ENOUGH_FOR_LANES if side_by_side else 1,
    )
    return solution


def sampled_iterates(points: int | None, step: Any, times: Any, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the iterates, float64 [time], and those between two of them, int64 [time]."""
    if times is None:
        count = check_count("points", 1000 if points is None else points)
        check_memory(count, "the numbers of points")
        spacing = 1 if step is None else _whole("step", step, least=1)
        if start + (count - 1) * spacing > LONGEST:
            raise InvalidArgumentError(f"the last iterate must be at most 2**53, got {start + (count - 1) * spacing}")
        # Of a million points, each array that is made on the way takes as long as a tenth of their iterates.
        gaps = np.full(count, spacing, dtype=np.int64)
        gaps[0] = 0
        return np.arange(start, start + count * spacing, spacing, dtype=np.float64), gaps
    if points is not None or step is not None:
        raise InvalidArgumentError("points, step and times exclude one another; the times say how many")
    try:
        grid = np.array(times, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"times must be numbers, got {times!r}") from None
    if grid.ndim != 1 or grid.size == 0:
        raise InvalidArgumentError(f"times must have one axis and at least one time, got shape {grid.shape}")
    return grid, iterates_of(grid, start)


def iterates_of(grid: np.ndarray, start: int) -> np.ndarray:
    """Check the numbers of iterates at which an orbit is wanted, and return those between them: int64 [time].

    Raises
    ------
    InvalidArgumentError
        If they are not whole numbers that increase from the start.
    """
    fractional = grid[~((grid == np.floor(grid)) & (np.abs(grid) <= LONGEST))]
    if fractional.size:
        raise InvalidArgumentError(f"times of a map must be whole numbers of iterates, got {fractional[0]}")
    if grid[0] < start or (np.diff(grid) <= 0.0).any():
        raise InvalidArgumentError(
            f"times of a map must increase strictly from start {start} or later, as a map has no way back, got "
            f"{grid.tolist() if grid.size < 8 else f'{grid.size} times'}"
        )
    return np.diff(grid.astype(np.int64), prepend=start)


def first_iterate(start: Any) -> int:
    """Check the number of the first iterate and return it.

    Raises
    ------
    InvalidArgumentError
    """
    return _whole("start", start, least=0)


def _whole(name: str, value: Any, *, least: int) -> int:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or value != value // 1 or not least <= value <= LONGEST:
        raise InvalidArgumentError(f"{name} of a map must be a whole number of iterates from {least} on, got {value!r}")
    return int(value)


def raise_first_escape(system: System, last: int, solution: Solution) -> None:
    """Raise for the first orbit that ended before its last iterate, if there is one.

    Raises
    ------
    IntegrationError
    """
    if not np.count_nonzero(solution.status):
        return
    from dysts.solvers.status import Status

    codes = solution.status.tolist()
    index = next(index for index, code in enumerate(codes) if code)
    failed = sum(code != 0 for code in codes)
    which = f" (orbit {index}, {failed} of {len(codes)} failed)" if len(codes) > 1 else ""
    raise IntegrationError(
        f"{system.name}{which} ended at iterate {int(solution.reached[index])} of {last}: "
        f"{Status(codes[index]).sentence}; on_failure='keep' returns what there is"
    )
