"""Sets the amount of computation behind the stored properties of a system."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Numbers and lengths of the trajectories behind stored properties.

    Attributes
    ----------
    trajectories : int
        Number of trajectories behind the spectrum and the moments, before it is raised.
    periods : float
        Length of each trajectory, before it is raised.
    most_work : float
        Largest factor by which number times length is raised, for three variables, to reach the precision aimed at.
    regular_periods : float
        Length of trajectories whose motion appears regular.
    survival_orbits, survival_periods : int
        Number and length of the orbits from near the stored state.
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
"""The effort behind the packaged registry."""
