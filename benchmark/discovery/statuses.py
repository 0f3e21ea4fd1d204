"""How a cell of the track ends, each with the sentence that the page has for it."""

from collections.abc import Mapping

from dysts.errors import ExpressionError, ForecastError, InvalidArgumentError

OK = "ok"
STATUSES: Mapping[str, str] = {
    OK: "equations were found, and integrated from a true state they stay within bounds",
    "blew_up": "equations were found, which leave all bounds when they are integrated; their terms are scored",
    "refused": "the series was refused: not finite, too short, uneven, or constant in all variables",
    "no_equations": "the method returned nothing: no term, a library larger than the data, or not finite",
    "unreadable": "the text of the equations is outside the expression language, such as a name that clashes with it",
    "timeout": "the time limit of the cell was reached",
    "out_of_memory": "the memory limit of the cell was reached",
    "crashed": "the process of the method died",
    "no_series": "the engine could not integrate the true equations, so there was no series",
    "failed": "the method raised another error",
}
"""Every status but ``"ok"`` counts as a failure; none is dropped."""
WITH_EQUATIONS = (OK, "blew_up")
"""Statuses of cells that have equations, whose terms are scored."""


def status_of(problem: BaseException) -> str:
    """Return the status of a method that raised an error.

    Examples
    --------
    >>> status_of(ForecastError("no term")), status_of(ZeroDivisionError())
    ('no_equations', 'failed')
    """
    kinds = {
        MemoryError: "out_of_memory",
        ExpressionError: "unreadable",
        InvalidArgumentError: "refused",
        ForecastError: "no_equations",
    }
    return next((status for kind, status in kinds.items() if isinstance(problem, kind)), "failed")
