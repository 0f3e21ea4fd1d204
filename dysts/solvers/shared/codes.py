"""The values of `Status` as plain integers, which compiled loops return."""

from dysts.solvers.status import Status

SUCCESS = int(Status.SUCCESS)
STEP_TOO_SMALL = int(Status.STEP_TOO_SMALL)
TOO_MANY_STEPS = int(Status.TOO_MANY_STEPS)
NOT_FINITE = int(Status.NOT_FINITE)
STIFF = int(Status.STIFF)
CHATTERING = int(Status.CHATTERING)
EVENT = int(Status.EVENT)
BLOWN_UP = int(Status.BLOWN_UP)
CANNOT_SLIDE = int(Status.SLIDING)
RELAXED = int(Status.RELAXED)
ESCAPED = int(Status.ESCAPED)
OUTSIDE_DOMAIN = int(Status.OUTSIDE_DOMAIN)
