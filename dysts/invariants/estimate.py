"""Holds the result of an estimator: a number with its error, or the reason why the data do not give one."""

from dataclasses import dataclass

from dysts.errors import UnreliableEstimateError


@dataclass(frozen=True)
class Estimate:
    """An estimated value with its error, and whether the value is reliable.

    Attributes
    ----------
    value, error : float
        NaN if the data do not determine them. The error is a standard error unless the estimator says otherwise.
    reason : str
        Why the value is not reliable; empty if it is.
    """

    value: float
    error: float
    reason: str = ""

    @property
    def reliable(self) -> bool:
        """Whether the value is reliable: no reason speaks against it."""
        return not self.reason

    def __float__(self) -> float:
        """Return the value.

        Raises
        ------
        UnreliableEstimateError
            If the value is not reliable; the message is the reason.
        """
        if self.reason:
            raise UnreliableEstimateError(self.reason)
        return self.value
