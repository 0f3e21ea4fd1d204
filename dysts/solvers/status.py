"""How an integration can end, each with the sentence that a user reads."""

from enum import IntEnum


class Status(IntEnum):
    """The end of one integration."""

    SUCCESS = 0
    STEP_TOO_SMALL = 1
    TOO_MANY_STEPS = 2
    NOT_FINITE = 3

    @property
    def sentence(self) -> str:
        """What happened, for a message that also names the system and the time."""
        return _SENTENCES[self]


_SENTENCES = {
    Status.SUCCESS: "reached the last requested time",
    Status.STEP_TOO_SMALL: "the step became smaller than the arithmetic can resolve (a singularity, or a "
    "discontinuity at which the solution cannot be continued)",
    Status.TOO_MANY_STEPS: "the limit on the number of steps was reached",
    Status.NOT_FINITE: "the derivative is not finite at the initial state (outside the domain of the equations)",
}
