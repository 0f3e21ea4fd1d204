"""Named suites: which systems, forecasters and trajectories a run compares."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmark.tasks import Cell, Task
from dysts.errors import InvalidArgumentError, unknown_name


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A product of systems, trajectories and forecasters.

    Parameters
    ----------
    name : str
        Names the results folder.
    description : str
        One line for people.
    systems, forecasters : tuple of str
        Names, without repetition.
    recipe : str
        Dataset recipe.
    trajectories : int
        Number of trajectories of each system, taken from the first on.
    train_length, horizon : int
        Points to fit on and points to predict.
    preset : str
        Preset of every forecaster.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> suite = Suite(name="mine", systems=("Lorenz",), forecasters=("NVAR", "ESN"), trajectories=3)
    >>> len(suite.cells(seed=0))
    6
    """

    name: str
    description: str = ""
    systems: tuple[str, ...]
    forecasters: tuple[str, ...]
    recipe: str = "test-fine"
    trajectories: int = 1
    train_length: int = 1000
    horizon: int = 200
    preset: str = "fast"

    def __post_init__(self) -> None:
        for name in ("systems", "forecasters"):
            names = getattr(self, name)
            if isinstance(names, str) or not names:
                raise InvalidArgumentError(f"{name} of a suite must be a sequence of names, got {names!r}")
            repeated = sorted({entry for entry in names if list(names).count(entry) > 1})
            if repeated:
                raise InvalidArgumentError(f"{name} of a suite hold {repeated[0]!r} more than once")
            object.__setattr__(self, name, tuple(names))
        if isinstance(self.trajectories, bool) or not isinstance(self.trajectories, int):
            raise InvalidArgumentError(f"trajectories must be an integer, got {self.trajectories!r}")
        if self.trajectories < 1:
            raise InvalidArgumentError(f"trajectories must be at least 1, got {self.trajectories}")
        if not self.name or not all(letter.isalnum() or letter in "-_." for letter in self.name):
            raise InvalidArgumentError(f"the name of a suite may hold letters, digits and '-_.', got {self.name!r}")

    def cells(self, *, seed: int) -> list[Cell]:
        """Return every cell, systems first."""
        return [
            Cell(task=task, forecaster=forecaster, preset=self.preset, seed=seed)
            for task in self.tasks()
            for forecaster in self.forecasters
        ]

    def tasks(self) -> list[Task]:
        """Return every task, systems first."""
        return [
            Task(
                system=system,
                recipe=self.recipe,
                trajectory=trajectory,
                train_length=self.train_length,
                horizon=self.horizon,
            )
            for system in self.systems
            for trajectory in range(self.trajectories)
        ]

    def narrowed(
        self,
        *,
        systems: Sequence[str] | None = None,
        forecasters: Sequence[str] | None = None,
        trajectories: int | None = None,
    ) -> "Suite":
        """Return the suite with other systems, forecasters or trajectories where they are given."""
        return replace(
            self,
            systems=self.systems if systems is None else _sequence("systems", systems),
            forecasters=self.forecasters if forecasters is None else _sequence("forecasters", forecasters),
            trajectories=self.trajectories if trajectories is None else trajectories,
        )


def _sequence(name: str, names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise InvalidArgumentError(f"{name} must be a sequence of names, got the text {names!r}")
    return tuple(names)


_SUITES = (
    Suite(
        name="quick",
        description="12 systems of different kinds, 6 forecasters, 2 trajectories each",
        systems=(
            "Lorenz",
            "Rossler",
            "Thomas",
            "Chua",
            "Duffing",
            "HastingsPowell",
            "HindmarshRose",
            "HyperRossler",
            "Lorenz96",
            "NuclearQuadrupole",
            "ArnoldBeltramiChildress",
            "MacArthur",
        ),
        forecasters=("NaiveMean", "NaiveSeasonal", "NaiveDrift", "LinearRegression", "NVAR", "ESN"),
        trajectories=2,
    ),
)


def list_suites() -> list[str]:
    """Return the names of all suites.

    Examples
    --------
    >>> list_suites()
    ['quick']
    """
    return [suite.name for suite in _SUITES]


def get_suite(name: str) -> Suite:
    """Return a suite by its name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> get_suite("quick").systems[:2]
    ('Lorenz', 'Rossler')
    """
    for suite in _SUITES:
        if suite.name == name:
            return suite
    raise unknown_name("suite", name, list_suites())
