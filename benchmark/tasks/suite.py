"""A suite: which systems, forecasters and tasks a run compares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from benchmark.own_series import OWN, SeriesFile
from benchmark.tasks.part import Part
from benchmark.tasks.references import REFERENCES
from benchmark.tasks.task import Cell, Task
from benchmark.tasks.tuning import Budget
from benchmark.values import checked_names, known_fields
from dysts.checks import check_count
from dysts.errors import InvalidArgumentError, unknown_name

_COMMON = ("recipe", "train_length", "horizon", "horizon_clock", "most_points")
"""Fields that a suite gives to all of its tasks, where a variant does not change them."""
_OPTIONAL = ("parts", "samples", "ensembles", "in_order", "fidelity")
"""Fields that the plain form of a suite leaves out where they have their defaults."""
LEAST_SAMPLES = 2
"""Least number of members that have a spread."""
_VARIED = tuple(field.name for field in fields(Task) if field.name not in ("system", "trajectory"))


@dataclass(frozen=True, kw_only=True)
class Suite:
    """A product of systems, variants of the task, trajectories, and forecasters.

    Parameters
    ----------
    name : str
        Names the results folder.
    description : str
        One line for people.
    systems, forecasters : sequence of str
        Names, without repetition.
    references : sequence of str
        The rows that frame the table, of `benchmark.tasks.references.REFERENCES`; all of them by default.
    recipe : str
        Dataset recipe.
    trajectories : int
        Number of trajectories of each system, taken from the first on.
    train_length : int
        Points to fit on.
    horizon, horizon_clock, most_points
        How far to predict, as in `Task`.
    preset : str
        Preset of every forecaster: ``fast``, ``paper``, ``published``, ``small-size`` or ``paper-size``, see
        `benchmark.running.presets`.
    variants : sequence of mapping
        Changes of the tasks' fields; every system and trajectory is run with each. Empty for the tasks as they are.
        The value of ``components`` may be a mapping from systems to names; the variant is then one of these systems.
    parts : sequence of Part
        More forecasters on the same systems, each part with a preset and with variants of its own.
    tuning : Budget, optional
        Choose the configuration of every forecaster on the train recipe within this budget.
    series : sequence of SeriesFile
        Series of one's own, run beside the systems.
    samples : int
        Number of members of the ensembles whose scores the rows hold; 0 for none. The oracle under measurement noise
        and forecasters whose ``predict`` has the argument ``samples`` draw them.
    ensembles : sequence of str
        Forecasters that get members by `forecasters.ensembles.BootstrapEnsemble`, as many fits more.
    in_order : bool
        Run the cells in the order of `cells`, one part after the other, so that a run that is stopped early has the
        first parts on all systems; by default all cells of one system come before those of the next.
    fidelity : bool
        Whether rows have the scores of the attractor, which take ten times as long as all others together.
    registry : str
        A JSON file with systems of one's own, which `systems` may name beside those of the package; empty for none.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.
    UnknownNameError
        If a reference is not known.

    Examples
    --------
    >>> suite = Suite(name="mine", systems=("Lorenz",), forecasters=("NVAR", "ESN"), trajectories=3)
    >>> len(suite.cells(seed=0))
    18
    """

    name: str
    description: str = ""
    systems: tuple[str, ...]
    forecasters: tuple[str, ...]
    references: tuple[str, ...] = tuple(REFERENCES)
    recipe: str = "test-fine"
    trajectories: int = 1
    train_length: int = 1000
    horizon: int = 200
    horizon_clock: str = "points"
    most_points: int = 0
    preset: str = "fast"
    variants: tuple[Mapping[str, Any], ...] = ()
    parts: tuple[Part, ...] = ()
    tuning: Budget | None = None
    series: tuple[SeriesFile, ...] = ()
    registry: str = ""
    samples: int = 0
    ensembles: tuple[str, ...] = ()
    in_order: bool = False
    fidelity: bool = True

    def __post_init__(self) -> None:
        for name in ("systems", "forecasters", "references", "ensembles"):
            object.__setattr__(self, name, checked_names(f"{name} of a suite", getattr(self, name)))
        if not self.systems and not self.series:
            raise InvalidArgumentError("the systems of a suite must be at least one name, got none")
        if not self.forecasters:
            raise InvalidArgumentError("the forecasters of a suite must be at least one name, got none")
        for name in self.references:
            if name not in REFERENCES:
                raise unknown_name("reference", name, REFERENCES)
        object.__setattr__(self, "trajectories", check_count("the trajectories of a suite", self.trajectories))
        if (
            not isinstance(self.name, str)
            or not self.name
            or not all(letter.isalnum() or letter in "-_." for letter in self.name)
        ):
            raise InvalidArgumentError(f"the name of a suite must be letters, digits and '-_.', got {self.name!r}")
        if not isinstance(self.description, str):
            raise InvalidArgumentError(f"the description of a suite must be text, got {self.description!r}")
        object.__setattr__(self, "samples", check_count("the samples of a suite", self.samples, least=0))
        if self.ensembles and self.samples < LEAST_SAMPLES:
            raise InvalidArgumentError(
                f"the samples of a suite with ensembles must be at least {LEAST_SAMPLES}, got {self.samples}"
            )
        for name in ("in_order", "fidelity"):
            if not isinstance(getattr(self, name), bool):
                raise InvalidArgumentError(f"{name} of a suite must be true or false, got {getattr(self, name)!r}")
        if not isinstance(self.registry, str):
            raise InvalidArgumentError(f"the registry of a suite must be the path of a file, got {self.registry!r}")
        if self.tuning is not None and not isinstance(self.tuning, Budget):
            raise InvalidArgumentError(f"the tuning of a suite must be a Budget, got {self.tuning!r}")
        object.__setattr__(self, "variants", _checked_variants(self.variants))
        object.__setattr__(self, "parts", _checked_parts(self.parts))
        object.__setattr__(self, "series", _checked_series(self.series, self.systems))
        # Building the tasks refuses a value that no task allows, before a run begins.
        self.tasks()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values, parts and ensembles only where there are some."""
        return {
            **{field.name: getattr(self, field.name) for field in fields(self) if field.name not in _OPTIONAL},
            **({"parts": [part.to_dict() for part in self.parts]} if self.parts else {}),
            **({"samples": self.samples} if self.samples else {}),
            **({"ensembles": list(self.ensembles)} if self.ensembles else {}),
            **({"in_order": True} if self.in_order else {}),
            **({} if self.fidelity else {"fidelity": False}),
            **{name: list(getattr(self, name)) for name in ("systems", "forecasters", "references")},
            "variants": [_plain(variant) for variant in self.variants],
            "tuning": None if self.tuning is None else self.tuning.to_dict(),
            "series": [asdict(entry) for entry in self.series],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build a suite from its fields.

        Raises
        ------
        InvalidArgumentError
            If a field is unknown, missing or not allowed.
        """
        given = known_fields(cls, "suite", values, required=("name", "forecasters"))
        given.setdefault("systems", ())
        if given.get("tuning") is not None:
            given["tuning"] = Budget.from_dict(given["tuning"])
        if "parts" in given:
            given["parts"] = tuple(Part.from_dict(part) for part in _list("parts", given["parts"]))
        if "series" in given:
            given["series"] = tuple(SeriesFile.from_dict(entry) for entry in _list("series", given["series"]))
        return cls(**given)

    def cells(self, *, seed: int) -> list[Cell]:
        """Return every cell once, systems first; the references come after the forecasters, and parts at the end."""
        main = self._tasks(self.variants)
        by_task = [(task, self.preset, (*self.forecasters, *self.references)) for task in main]
        known = set(main)
        for part in self.parts:
            for task in self._tasks(part.variants or self.variants):
                references = () if task in known else self.references
                known.add(task)
                by_task.append((task, part.preset or self.preset, (*part.forecasters, *references)))
        cells = (
            Cell(task=task, forecaster=name, preset="reference" if name in REFERENCES else preset, seed=seed)
            for task, preset, names in by_task
            for name in names
        )
        # A narrowed suite can name a forecaster of a part for all tasks.
        return list(dict.fromkeys(cells))

    def tasks(self) -> list[Task]:
        """Return every task, systems first, those of parts at the end."""
        tasks = self._tasks(self.variants)
        for part in self.parts:
            tasks += self._tasks(part.variants or self.variants)
        return list(dict.fromkeys(tasks))

    def presets(self) -> list[tuple[str, str]]:
        """Return every forecaster with each of its presets."""
        found = [(name, self.preset) for name in self.forecasters]
        found += [(name, part.preset or self.preset) for part in self.parts for name in part.forecasters]
        return list(dict.fromkeys(found))

    def _tasks(self, variants: tuple[Mapping[str, Any], ...]) -> list[Task]:
        common = {name: getattr(self, name) for name in _COMMON}
        tasks = [
            Task(**{**common, "system": system, "trajectory": trajectory, **changes})
            for system in self.systems
            for variant in variants or ({},)
            if (changes := _changes(variant, system)) is not None
            for trajectory in range(self.trajectories)
        ]
        tasks += [
            Task(**{**common, **changes, "system": entry.name, "recipe": OWN})
            for entry in self.series
            for variant in variants or ({},)
            if (changes := _changes(variant, entry.name)) is not None
        ]
        # Variants that differ in the recipe alone are one task for a series of one's own.
        return list(dict.fromkeys(tasks))

    def narrowed(
        self,
        *,
        systems: Sequence[str] | None = None,
        forecasters: Sequence[str] | None = None,
        trajectories: int | None = None,
    ) -> "Suite":
        """Return the suite with other systems, forecasters or trajectories where they are given.

        Of the parts, those forecasters remain that are named.
        """
        parts = self.parts
        if forecasters is not None:
            wanted = checked_names("forecasters", forecasters)
            parts = tuple(kept for part in self.parts if (kept := part.of(wanted)) is not None)
        return replace(
            self,
            systems=self.systems if systems is None else checked_names("systems", systems),
            forecasters=self.forecasters if forecasters is None else checked_names("forecasters", forecasters),
            parts=parts,
            ensembles=self.ensembles if forecasters is None else tuple(n for n in self.ensembles if n in wanted),
            trajectories=self.trajectories if trajectories is None else trajectories,
        )

    def renamed(self, names: Callable[[Sequence[str]], Sequence[str]]) -> "Suite":
        """Return the suite with other names of its forecasters, those of parts included."""
        parts = tuple(replace(part, forecasters=tuple(names(part.forecasters))) for part in self.parts)
        return replace(
            self,
            forecasters=tuple(names(self.forecasters)),
            parts=parts,
            ensembles=tuple(names(self.ensembles)),
        )


def _changes(variant: Mapping[str, Any], system: str) -> dict[str, Any] | None:
    """Return what a variant changes in the tasks of a system; None if it is a variant of other systems."""
    changes = dict(variant)
    if isinstance(changes.get("components"), Mapping):
        if system not in changes["components"]:
            return None
        changes["components"] = changes["components"][system]
    return changes


def _checked_variants(variants: object) -> tuple[Mapping[str, Any], ...]:
    checked = []
    for variant in _list("variants", variants):
        if not isinstance(variant, Mapping):
            raise InvalidArgumentError(f"a variant of a suite must be a mapping of a task's fields, got {variant!r}")
        for name in variant:
            if name not in _VARIED:
                raise unknown_name("field of a variant", name, _VARIED)
        checked.append(_plain(variant))
    return tuple(checked)


def _checked_parts(parts: object) -> tuple[Part, ...]:
    entries = _list("parts", parts)
    for entry in entries:
        if not isinstance(entry, Part):
            raise InvalidArgumentError(f"the parts of a suite must be Part values, got {entry!r}")
    return tuple(replace(entry, variants=_checked_variants(entry.variants)) for entry in entries)


def _checked_series(series: object, systems: tuple[str, ...]) -> tuple[SeriesFile, ...]:
    entries = _list("series", series)
    for entry in entries:
        if not isinstance(entry, SeriesFile):
            raise InvalidArgumentError(f"the series of a suite must be SeriesFile values, got {entry!r}")
    checked_names("names of systems and series", [*systems, *(entry.name for entry in entries)])
    return tuple(entries)


def _plain(variant: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, value in variant.items():
        plain[name] = list(value) if isinstance(value, tuple) else value
        if name == "components" and isinstance(value, Mapping):
            plain[name] = {system: list(names) for system, names in value.items()}
    return plain


def _list(name: str, values: object) -> list[Any]:
    if isinstance(values, str | Mapping) or not isinstance(values, Sequence):
        raise InvalidArgumentError(f"the {name} of a suite must be a sequence, got {values!r}")
    return list(values)
