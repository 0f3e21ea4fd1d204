"""How much is computed to find the properties of a system."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Numbers and lengths of the trajectories behind stored properties.

    Attributes
    ----------
    trajectories : int
        Behind the spectrum and the moments, at first.
    periods : float
        Length of each.
    most_work : float
        How many times more may be computed than at first, to reach the precision aimed at, for three variables.
    regular_periods : float
        Length of trajectories that look regular.
    survival_orbits, survival_periods : int
        Number and length of the orbits that are followed to see whether they stay.
    coexistence_orbits, coexistence_periods : int
        Number and length of the orbits from elsewhere.
    """

    trajectories: int = 32
    periods: float = 400.0
    most_work: float = 40.0
    regular_periods: float = 4800.0
    survival_orbits: int = 8
    survival_periods: int = 100_000
    coexistence_orbits: int = 32
    coexistence_periods: int = 2000


FULL = Effort()
"""What the packaged registry is computed with."""
