"""What a data set is made of, as a small checked value from which all its numbers follow."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from dysts.clocks import check_count, check_positive
from dysts.errors import InvalidArgumentError, unknown_name


@dataclass(frozen=True)
class Recipe:
    """How the series of one data set are computed.

    Parameters
    ----------
    name : str
    points_per_period : int
        Granularity.
    periods : int
        Length of each trajectory.
    trajectories : int
        Number of initial conditions for each system.
    span : float
        Periods of the orbit from the stored initial condition on which the trajectories start. They do not
        overlap: it must be at least twice the length of all of them together.
    rtol : float
        Relative tolerance of the integration.
    seed : int
        Together with the name of the system it decides where the trajectories start.

    Examples
    --------
    >>> Recipe(name="mine", points_per_period=50, periods=10, trajectories=2, span=40.0).points
    500
    """

    name: str
    points_per_period: int
    periods: int
    trajectories: int
    span: float
    rtol: float = 1e-12
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.replace("-", "").isalnum():
            raise InvalidArgumentError(f"recipe name {self.name!r}; allowed are letters, digits and hyphens")
        for field in ("points_per_period", "periods", "trajectories"):
            check_count(getattr(self, field), field)
        check_positive(self.rtol, "rtol")
        if check_positive(self.span, "span") < 2 * self.periods * self.trajectories:
            raise InvalidArgumentError(
                f"span is {self.span}; {self.trajectories} trajectories of {self.periods} periods need at least "
                f"{2 * self.periods * self.trajectories}"
            )
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise InvalidArgumentError(f"seed is {self.seed!r}; allowed is a whole number from 0")

    @property
    def points(self) -> int:
        """Number of points in one trajectory."""
        return self.points_per_period * self.periods

    def seed_for(self, system: str) -> int:
        """Return the seed of one system, independent of which others are built."""
        return int.from_bytes(hashlib.sha256(f"{self.name}/{self.seed}/{system}".encode()).digest()[:8], "big")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        """Make a recipe from plain values, refusing unknown fields.

        Raises
        ------
        UnknownNameError, InvalidArgumentError
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise unknown_name("field of a recipe", name, known)
        try:
            return cls(**values)
        except TypeError as error:
            raise InvalidArgumentError(f"a recipe needs more fields ({error})") from None

    def to_json(self) -> str:
        """Return the fields as JSON with sorted keys."""
        return json.dumps(self.to_dict(), sort_keys=True)


RECIPES = {
    recipe.name: recipe
    for recipe in (Recipe(name="test-fine", points_per_period=100, periods=12, trajectories=10, span=240.0),)
}


def get_recipe(name: "str | Recipe") -> Recipe:
    """Return a named recipe; a recipe is returned as it is.

    Raises
    ------
    UnknownNameError
    """
    if isinstance(name, Recipe):
        return name
    if name not in RECIPES:
        raise unknown_name("data set", name, RECIPES)
    return RECIPES[name]
