"""The phase of a driving force as a variable of the state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dysts.equations.expressions import evaluate, parse


@dataclass(frozen=True)
class DrivingPhase:
    """A variable that is nothing but the phase of a driving force.

    Attributes
    ----------
    variable : str
    period : str or None
        Expression in the parameters after which the phase may start again; none if the driving has several
        incommensurate frequencies.
    """

    variable: str
    period: str | None


def index_and_period(
    phase: DrivingPhase | None, variables: Sequence[str], parameters: Mapping[str, float], *, name: str
) -> tuple[int, float]:
    """Return the position of a driving phase in the state and its period, or ``(-1, 1.0)`` if none can be reduced.

    Parameters
    ----------
    phase : DrivingPhase or None
    variables : sequence of str
    parameters : mapping of str to float
        By flat name.
    name : str
        The name of the system, for messages.

    Examples
    --------
    >>> index_and_period(DrivingPhase("z", "4*pi/k"), ["x", "z"], {"k": 2.0}, name="Driven")[0]
    1
    >>> index_and_period(None, ["x"], {}, name="Free")
    (-1, 1.0)
    """
    if phase is None or phase.period is None:
        return -1, 1.0
    tree = parse(phase.period, where=f"{name}: clock.period", names=parameters.keys())
    return variables.index(phase.variable), float(evaluate(tree, parameters))
