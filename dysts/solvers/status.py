"""How an integration can end, each with the sentence that a user reads."""

from enum import IntEnum


class Status(IntEnum):
    """The end of one integration."""

    SUCCESS = 0
    STEP_TOO_SMALL = 1
    TOO_MANY_STEPS = 2
    NOT_FINITE = 3
    STIFF = 4
    CHATTERING = 5
    EVENT = 6
    BLOWN_UP = 7
    SLIDING = 8
    RELAXED = 9
    ESCAPED = 10
    OUTSIDE_DOMAIN = 11

    @property
    def sentence(self) -> str:
        """What happened, for a message that also names the system and the time."""
        return _SENTENCES[self]

    @property
    def failed(self) -> bool:
        """Whether the trajectory ended before its time without having been asked to."""
        return self not in (Status.SUCCESS, Status.EVENT)


_SENTENCES = {
    Status.SUCCESS: "reached the last requested time",
    Status.STEP_TOO_SMALL: "the step became smaller than the arithmetic can resolve (the solution blows up, the "
    "domain of a root or another function ends, or a discontinuity has no solution beyond it)",
    Status.TOO_MANY_STEPS: "the limit on the number of steps was reached",
    Status.NOT_FINITE: "the derivative is not finite at the initial state (outside the domain of the equations)",
    Status.STIFF: "the equations became stiff for this explicit solver; solver='auto' or 'radau' goes on",
    Status.CHATTERING: "a discontinuity is crossed back and forth without end",
    Status.EVENT: "the event that ends the trajectory happened",
    Status.SLIDING: "the solution slides along a discontinuity in a way that this solver cannot follow",
    Status.RELAXED: "the equations are not stiff any more; solver='auto' goes on",
    Status.BLOWN_UP: "the state is not finite any more (too long a step for this scheme, or a solution that blows up)",
    Status.ESCAPED: "the orbit escapes to infinity",
    Status.OUTSIDE_DOMAIN: "the next state is not a number (outside the domain of the map)",
}
