"""The suite of noise and partial observation: its systems follow the rule, and variants limit forecasters."""

import json
from collections import Counter

import dysts
from benchmark import Suite, get_suite
from benchmark.tasks.hard_suite import FAST, FIRST, LENGTHS, NOISE, draw, observed_alone
from benchmark.tasks.references import REFERENCES
from dysts.systems.equation_class import equation_class
from forecasters import list_forecasters


def test_systems_cover_the_registry() -> None:
    names = draw()
    assert len(set(names)) == 40
    # A rule that takes one after the other begins a longer draw with a shorter one.
    assert draw(12) == names[:12]
    systems = [dysts.get_system(name) for name in names]
    assert all(system.lyapunov_time is not None and system.delay is None for system in systems)
    known = [dysts.get_system(name) for name in dysts.list_systems()]
    counts = Counter(system.field for system in systems)
    assert set(counts) == {s.field for s in known if s.delay is None and s.lyapunov_time is not None}
    assert max(counts.values()) <= 5
    assert set(map(equation_class, systems)) == {"polynomial", "other smooth", "kinked"}
    assert len({system.dimension for system in systems}) >= 4


def test_every_rung_is_there_and_slow_forecasters_run_at_the_corners() -> None:
    suite = get_suite("hard")
    assert {name for name, _ in suite.presets()} == {*list_forecasters(), *FAST}
    tasks = suite.tasks()
    assert len(tasks) == 40 * len(NOISE) * len(LENGTHS) * 2
    for task in tasks:
        assert task.components in ((), (observed_alone(task.system),))
    cells = suite.cells(seed=0)
    slow = [cell.task for cell in cells if cell.forecaster == "LSTM"]
    assert {(task.measurement_noise, task.train_length) for task in slow} == {(0.0, 1000), (0.1, 1000)}
    assert len(slow) == 40 * 4
    for always in ("NVAR", "Oracle"):
        assert sum(cell.forecaster == always for cell in cells) == len(tasks)
    assert Suite.from_dict(json.loads(json.dumps(suite.to_dict()))) == suite


def test_a_run_that_is_stopped_has_whole_systems() -> None:
    suite = get_suite("hard")
    assert suite.in_order
    assert not suite.fidelity
    cells = suite.cells(seed=0)
    each = len(NOISE) * (len(FIRST) + len(REFERENCES))
    for place, system in enumerate(draw(3)):
        own = cells[place * each : (place + 1) * each]
        assert {cell.task.system for cell in own} == {system}
        assert {(cell.task.components, cell.task.train_length) for cell in own} == {((), LENGTHS[0])}
        assert {cell.forecaster for cell in own} == {*FIRST, *REFERENCES}
        assert len({cell.task for cell in own}) == len(NOISE)


def test_a_narrowed_suite_keeps_the_corners_of_slow_forecasters() -> None:
    cells = get_suite("hard").narrowed(systems=["Chua"], forecasters=["NVAR", "LSTM"]).cells(seed=0)
    assert {cell.task.system for cell in cells} == {"Chua"}
    assert len(set(cells)) == len(cells)
    assert sum(cell.forecaster == "NVAR" for cell in cells) == 20


def test_a_variant_observes_other_components_of_each_system() -> None:
    suite = Suite(
        name="own",
        systems=("Lorenz", "Rossler"),
        forecasters=("NVAR",),
        references=(),
        variants=({"components": {"Lorenz": ("x",)}}, {"measurement_noise": 0.1}),
    )
    found = [(task.system, task.components, task.measurement_noise) for task in suite.tasks()]
    assert found == [("Lorenz", ("x",), 0.0), ("Lorenz", (), 0.1), ("Rossler", (), 0.1)]
    assert Suite.from_dict(json.loads(json.dumps(suite.to_dict()))) == suite
