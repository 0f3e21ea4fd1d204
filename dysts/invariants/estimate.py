"""A number with its error, or without a value where the data do not give one."""

from dataclasses import dataclass

from dysts.errors import UnreliableEstimateError


@dataclass(frozen=True)
class Estimate:
    """What an algorithm found, and how far to trust it.

    Attributes
    ----------
    value, error : float
        NaN if the data do not determine them. The error is a standard error unless the algorithm says otherwise.
    reason : str
        Why the value is not to be trusted; empty if it is.
    """

    value: float
    error: float
    reason: str = ""

    @property
    def reliable(self) -> bool:
        """Whether nothing speaks against the value."""
        return not self.reason

    def __float__(self) -> float:
        """Return the value.

        Raises
        ------
        UnreliableEstimateError
            If it is not to be trusted, with the reason.
        """
        if self.reason:
            raise UnreliableEstimateError(self.reason)
        return self.value
