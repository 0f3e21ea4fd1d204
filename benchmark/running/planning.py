"""From a suite to its cells: the data of each, the configuration it will run with, and its key."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmark.own_series import OWN
from benchmark.running import provenance
from benchmark.running.building import build, resolved_config
from benchmark.running.job import Job, one_line
from benchmark.running.members import draws_samples
from benchmark.running.progress import Costs
from benchmark.running.reference_code import reference_code
from benchmark.running.source_code import Code, code_of
from benchmark.tasks.assimilating_oracle import KNOWN
from benchmark.tasks.data import TaskData, cut
from benchmark.tasks.references import ORACLE, REFERENCES
from benchmark.tasks.suite import Suite
from benchmark.tasks.task import Cell, Task
from benchmark.tasks.tuning import Tuning, candidates_of, train_task
from dysts.errors import DystsError, InvalidArgumentError, RunError, unknown_name
from dysts.systems.registry import Registry, registry_of

if TYPE_CHECKING:
    import xarray

OpenDataset = Callable[..., "Mapping[str, xarray.Dataset]"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedCell:
    """A cell with its data, configuration and key.

    Attributes
    ----------
    cell : Cell
    data : TaskData
    config : mapping
        The resolved configuration before tuning, as JSON values.
    key : str
    code : Code
        The code of the forecaster or reference.
    tuning : PlannedTuning or None
        The choice of configuration that comes before it.
    unavailable : str
        Why a reference does not exist for these data; empty if the cell can run.
    samples : int
        Number of members of an ensemble forecast; 0 for none.
    """

    cell: Cell
    data: TaskData
    config: Mapping[str, Any]
    key: str
    code: Code
    tuning: "PlannedTuning | None" = None
    unavailable: str = ""
    samples: int = 0

    def job(self, chosen: Mapping[str, Any]) -> Job:
        """Return what a worker needs; `chosen` is the tuned part of the configuration."""
        return Job(
            key=self.key,
            label=self.cell.label,
            forecaster=self.cell.forecaster,
            preset=self.cell.preset,
            config=chosen,
            seed=self.cell.seed,
            season_length=self.data.season_length,
            horizon=len(self.data.truth),
            train=self.data.train,
            known=self.data.oracle.known if self.cell.forecaster == ORACLE else {},
            samples=self.samples,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedTuning:
    """A choice of configuration with the data it is made on, all of the train recipe."""

    tuning: Tuning
    data: TaskData

    def job(self) -> Job:
        """Return what a worker needs."""
        import numpy as np

        tuning = self.tuning
        return Job(
            key=tuning.digest,
            label=f"tuning of {tuning.forecaster} on {tuning.task.system}",
            forecaster=tuning.forecaster,
            preset=tuning.preset,
            config={},
            seed=tuning.seed,
            season_length=self.data.season_length,
            horizon=len(self.data.truth),
            train=np.concatenate([self.data.train, self.data.truth]),
            tuning={
                "candidates": list(tuning.candidates),
                "train_length": tuning.task.train_length,
                "seconds": tuning.budget.seconds,
            },
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Built:
    """A forecaster as it was built for a number of points per period."""

    config: dict[str, Any]
    grid: Mapping[str, Sequence[Any]]
    code: Code
    samples: int


class _Data:
    """Opens each recipe once and cuts each task once."""

    def __init__(self, suite: Suite, open_dataset: OpenDataset, own: "Mapping[str, xarray.Dataset]") -> None:
        self._suite = suite
        self._own = {**{entry.name: entry.read() for entry in suite.series if entry.name not in own}, **own}
        self._open = open_dataset
        self._datasets: dict[tuple[str, str], xarray.Dataset] = {}
        self._cut: dict[Task, TaskData] = {}

    def __call__(self, task: Task) -> TaskData:
        if task not in self._cut:
            self._cut[task] = replace(cut(task, self._dataset(task)), fidelity=self._suite.fidelity)
        return self._cut[task]

    def _dataset(self, task: Task) -> "xarray.Dataset":
        if task.recipe == OWN:
            if task.system not in self._own:
                raise unknown_name("series of one's own", task.system, self._own)
            return self._own[task.system]
        if (task.recipe, task.system) not in self._datasets:
            self._open_recipe(task.recipe)
        return self._datasets[task.recipe, task.system]

    def _open_recipe(self, recipe: str) -> None:
        opened = self._open(recipe, systems=list(self._suite.systems))
        for system in self._suite.systems:
            if system not in opened:
                raise unknown_name("system", system, list(opened))
            # Looked up once per system: a collection may read its files at each look-up.
            self._datasets[recipe, system] = opened[system]


def task_data(
    suite: Suite, *, open_dataset: OpenDataset | None = None, registry: Registry | None = None
) -> dict[Task, TaskData]:
    """Return the data of every task of a suite, without forecasters.

    Parameters
    ----------
    suite : Suite
    open_dataset : callable, optional
        See `benchmark.run`.
    registry : Registry, optional
        Holds systems beside those of the package.

    Raises
    ------
    UnknownNameError
        If a system, recipe or component is not known.
    InvalidArgumentError
        If the data are not usable or too short.
    """
    data = _Data(suite, _opener(suite, open_dataset, registry), {})
    return {task: data(task) for task in suite.tasks()}


def plan(
    suite: Suite,
    *,
    seed: int,
    open_dataset: OpenDataset | None,
    own: "Mapping[str, xarray.Dataset]",
    registry: Registry | None = None,
) -> list[PlannedCell]:
    """Return every cell of a suite with its data, configuration and key.

    Parameters
    ----------
    suite : Suite
    seed : int
    open_dataset : callable, optional
        See `benchmark.run`.
    own : mapping of str to xarray.Dataset
        Data of series of one's own that are not read from their files.
    registry : Registry, optional
        Holds systems beside those of the package.

    Raises
    ------
    UnknownNameError
        If a system, recipe, component, forecaster or preset is not known.
    InvalidArgumentError
        If the data are not usable or too short.
    RunError
        If a forecaster cannot be built.
    """
    cells = suite.cells(seed=seed)
    open_dataset = _opener(suite, open_dataset, registry)
    # Every forecaster is built once here, so that a misspelt name is refused before any data are built.
    _check_forecasters(suite, seed=seed)
    data = _Data(suite, open_dataset, own)
    planned = []
    built: dict[tuple[str, str, int], _Built] = {}
    for cell in cells:
        own_data = data(cell.task)
        if cell.forecaster in REFERENCES:
            planned.append(_planned_reference(cell, own_data, samples=suite.samples))
            continue
        shared = (cell.forecaster, cell.preset, own_data.season_length)
        if shared not in built:
            model = _model(cell.forecaster, cell.preset, season_length=own_data.season_length, seed=seed)
            built[shared] = _Built(
                config=resolved_config(model),
                grid=dict(getattr(model, "grid", None) or {}),
                code=code_of(cell.forecaster, model),
                samples=suite.samples if cell.forecaster in suite.ensembles or draws_samples(model) else 0,
            )
        model = built[shared]
        tuning = None if suite.tuning is None else _planned_tuning(cell, suite, model, data)
        keyed = model.config if tuning is None else {**model.config, "tuning": tuning.tuning.digest}
        key = cell.key(
            config=_with_samples(keyed, model.samples),
            data=own_data.fingerprint(),
            version=provenance.package_version(),
            code=model.code.fingerprint,
        )
        planned.append(
            PlannedCell(
                cell=cell,
                data=own_data,
                config=model.config,
                key=key,
                tuning=tuning,
                code=model.code,
                samples=model.samples,
            )
        )
    return planned


def _opener(suite: Suite, open_dataset: OpenDataset | None, registry: Registry | None) -> OpenDataset:
    if open_dataset is not None:
        return open_dataset
    import dysts

    for system in suite.systems:
        registry_of(registry).find(system)
    return partial(dysts.open_dataset, registry=registry)


def _check_forecasters(suite: Suite, *, seed: int) -> None:
    """Build every forecaster once, and raise for all that cannot be built together."""
    refused: list[DystsError] = []
    for name, preset in suite.presets():
        try:
            _model(name, preset, season_length=2, seed=seed)
        except DystsError as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        told = "; ".join(f"({number}) {error}" for number, error in enumerate(refused, start=1))
        raise RunError(f"{len(refused)} of {len(suite.presets())} forecasters cannot be built: {told}")


def system_by_system(planned: Sequence[PlannedCell], costs: Costs) -> list[PlannedCell]:
    """Order cells by system, and those of one system so that the longest start first.

    A run that is stopped then has all forecasters on some systems, which is a fair comparison, and loses at its end no
    more than the longest cell of the last system. Cells of unknown length lead, as they may be long.
    """
    places: dict[str, int] = {}
    for entry in planned:
        places.setdefault(entry.cell.task.system, len(places))

    def rank(entry: PlannedCell) -> tuple[int, float]:
        name = entry.cell.forecaster
        return places[entry.cell.task.system], -costs.expect(name) if costs.known(name) else -math.inf

    return sorted(planned, key=rank)


def _with_samples(config: Mapping[str, Any], samples: int) -> Mapping[str, Any]:
    """Return what a key covers; cells without an ensemble have the keys that they always had."""
    return {**config, "samples": samples} if samples else config


def _planned_reference(cell: Cell, data: TaskData, *, samples: int) -> PlannedCell:
    reason = data.oracle.reason if cell.forecaster == ORACLE else ""
    # The start is part of the key, so that the oracle runs again where the equations were corrected.
    config = {"known": data.oracle.known} if cell.forecaster == ORACLE else {}
    assimilates = cell.forecaster == ORACLE and KNOWN in data.oracle.known
    samples = samples if assimilates else 0
    code = Code(fingerprint=reference_code(cell.forecaster, assimilates=assimilates))
    key = cell.key(
        config=_with_samples({**config, "reason": reason}, samples),
        data=data.fingerprint(),
        version=provenance.package_version(),
        code=code.fingerprint,
    )
    return PlannedCell(cell=cell, data=data, config={}, key=key, unavailable=reason, code=code, samples=samples)


def _planned_tuning(cell: Cell, suite: Suite, model: _Built, data: Callable[[Task], TaskData]) -> PlannedTuning:
    if suite.tuning is None:
        raise InvalidArgumentError("the suite tunes nothing")
    task = train_task(cell.task)
    own_data = data(task)
    candidates, of = candidates_of(model.grid, most=suite.tuning.configurations)
    tuning = Tuning(
        task=task,
        forecaster=cell.forecaster,
        preset=cell.preset,
        seed=cell.seed,
        candidates=candidates,
        of=of,
        budget=suite.tuning,
        data=own_data.fingerprint(),
        code=model.code.fingerprint,
    )
    return PlannedTuning(tuning=tuning, data=own_data)


def _model(forecaster: str, preset: str, *, season_length: int, seed: int) -> Any:
    if forecaster in REFERENCES:
        raise InvalidArgumentError(f"{forecaster} is a reference; it belongs to the references of a suite")
    try:
        return build(forecaster, preset=preset, season_length=season_length, seed=seed)
    except DystsError:
        raise
    except Exception as error:
        raise RunError(f"forecaster {forecaster!r} cannot be built: {one_line(error)}") from error
