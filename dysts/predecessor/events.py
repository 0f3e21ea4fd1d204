"""Events of ``make_trajectory``: functions of time and state that end a trajectory, looked for on a dense grid."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from dysts.checks import check_positive, shown
from dysts.errors import InvalidArgumentError


def survives(events: Sequence[Callable[[float, np.ndarray], float]], times: np.ndarray, states: np.ndarray) -> bool:
    """Whether no terminal event happens along a trajectory.

    An event happens where its function is zero or changes its sign in the ``direction`` that it has as an attribute
    (upwards, downwards, or either for 0). Functions without a true attribute ``terminal`` are called and end nothing.

    Parameters
    ----------
    events : sequence of callable
    times : float64 [time]
    states : float64 [time, component]

    Examples
    --------
    >>> def low(t, y): return y[0] - 1.0
    >>> low.terminal = True
    >>> survives([low], np.arange(3.0), np.array([[2.0], [1.5], [0.5]]))
    False
    """
    for event in events:
        terminal = bool(getattr(event, "terminal", False))
        direction = float(getattr(event, "direction", 0.0))
        before = None
        for time, state in zip(times, states, strict=True):
            value = _number(event(float(time), state))
            if terminal and before is not None and _crossed(before, value, direction):
                return False
            before = value
    return True


def checked_events(events: Any) -> list[Callable[[float, np.ndarray], float]]:
    """Return the events of a call, one function or several, as a list.

    Raises
    ------
    InvalidArgumentError
        If one of them cannot be called.
    """
    listed = [] if events is None else [events] if callable(events) or not isinstance(events, Iterable) else [*events]
    for event in listed:
        if not callable(event):
            raise InvalidArgumentError(f"events must be functions of time and state, got {shown(event)}")
    return listed


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InvalidArgumentError(f"an event must return a number, got {shown(value)}") from None


def _crossed(before: float, value: float, direction: float) -> bool:
    upwards, downwards = before <= 0.0 <= value, before >= 0.0 >= value
    if before == value == 0.0:
        return True
    if direction > 0.0:
        return upwards and value != before
    if direction < 0.0:
        return downwards and value != before
    return upwards or downwards


def resolved(event: Callable[..., Any], system: Any) -> Callable[[float, np.ndarray], float]:
    """Return the function of time and state that an entry of ``event_fns`` stands for.

    A function of two arguments is one; a function of one argument makes one for a model, a function of none makes one.

    Raises
    ------
    InvalidArgumentError
        If it takes another number of arguments.
    """
    from dysts.predecessor.native_tools import num_unspecified_params

    wanted = num_unspecified_params(event)
    if wanted == 2:
        return event
    if wanted not in (0, 1):
        raise InvalidArgumentError(f"an event must take (system), (t, y) or nothing, got {wanted} arguments")
    made: Callable[[float, np.ndarray], float] = event(system) if wanted == 1 else event()
    return made


def _resolve_event_signature(system: Any, event: Callable[..., Any]) -> Callable[[float, np.ndarray], float]:
    """Return what `resolved` returns, with the name and the arguments that it has in ``dysts.systems``."""
    return resolved(event, system)


class TerminalEvent:
    """What the events of this file share: a model, and that they end a trajectory."""

    terminal = True
    direction = 0.0

    def __init__(self, system: Any, *, terminal: bool = True, verbose: bool = False) -> None:
        self.system = system
        self.terminal = terminal
        self.verbose = verbose

    def reset(self) -> None:
        """Forget earlier calls."""


class TimeLimitEvent(TerminalEvent):
    """Zero once more seconds have passed since the event was made, or reset, than are allowed."""

    def __init__(self, system: Any, max_duration: float, terminal: bool = True, verbose: bool = False) -> None:
        super().__init__(system, terminal=terminal, verbose=verbose)
        self.max_duration = check_positive("max_duration", max_duration)
        self.reset()

    def reset(self) -> None:
        """Begin to count again."""
        import time

        self.start_time = time.time()

    def __call__(self, t: float, y: np.ndarray) -> float:
        import time

        return 0.0 if time.time() - self.start_time > self.max_duration else 1.0


class InstabilityEvent(TerminalEvent):
    """Zero where a bounded component exceeds a threshold or is not a number."""

    def __init__(self, system: Any, threshold: float, terminal: bool = True, verbose: bool = False) -> None:
        super().__init__(system, terminal=terminal, verbose=verbose)
        self.threshold = check_positive("threshold", threshold)

    def __call__(self, t: float, y: np.ndarray) -> float:
        bounded = np.delete(np.asarray(y), list(getattr(self.system, "unbounded_indices", ())))
        return 0.0 if np.any(np.abs(bounded) > self.threshold) or np.any(np.isnan(y)) else 1.0


class TimeStepEvent(TerminalEvent):
    """Zero where two calls lie closer in time than a smallest step."""

    def __init__(self, system: Any, min_step: float = 1e-10, terminal: bool = True, verbose: bool = False) -> None:
        super().__init__(system, terminal=terminal, verbose=verbose)
        self.min_step = check_positive("min_step", min_step)
        self.reset()

    def reset(self) -> None:
        """Forget the time of the last call."""
        self.last_t = float("inf")

    def __call__(self, t: float, y: np.ndarray) -> float:
        if abs(t - self.last_t) < self.min_step:
            return 0.0
        self.last_t = t
        return 1.0
