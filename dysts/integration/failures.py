"""The exception for a trajectory that ended early, or whose event never happened."""

import numpy as np

from dysts.errors import IntegrationError
from dysts.integration.events import Event
from dysts.integration.solution import Solution
from dysts.systems.system import System


def raise_first_failure(system: System, last: float, solution: Solution, event: Event | None = None) -> None:
    """Raise for the first trajectory that did not reach its last time, if there is one.

    Parameters
    ----------
    system : System
    last : float
        The last requested time.
    solution : Solution
    event : Event, optional
        The event at which trajectories end; one that never happened raises as well.

    Raises
    ------
    IntegrationError
    """
    if event is None and not np.count_nonzero(solution.status):
        return
    from dysts.solvers.status import Status

    several = solution.status.size > 1
    codes = solution.status.tolist()
    failures = {code for code in set(codes) if Status(code).failed}
    if failures:
        index = next(index for index, code in enumerate(codes) if code in failures)
        failed = sum(code in failures for code in codes)
        which = f" (trajectory {index}, {failed} of {len(codes)} failed)" if several else ""
        raise IntegrationError(
            f"{system.name}{which} stopped at time {solution.reached[index]:.6g} of {last:.6g}: "
            f"{Status(codes[index]).sentence}; on_failure='keep' returns what there is"
        )
    if event is not None and (solution.found == 0).any():
        index = int((solution.found == 0).argmax())
        which = f" (trajectory {index})" if several else ""
        raise IntegrationError(
            f"{system.name}{which}: the event {event.expression!r} did not happen until time {last:.6g}; "
            "on_failure='keep' returns the trajectory"
        )
