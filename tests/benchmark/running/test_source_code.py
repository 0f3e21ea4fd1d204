"""An edited forecaster runs again, an unchanged one does not, wherever it lies."""

import importlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import benchmark_fakes as fakes
import pytest

import benchmark
from benchmark.running import reference_code, source_code
from benchmark.running.building import build
from benchmark.running.source_code import code_of, digest_of, meaningful
from dysts.errors import UnknownNameError

FACTORY = '''
"""A model."""
import numpy as np
import helper_of_mine


class Model:
    """Repeat the last point."""

    def fit(self, series):
        self.last = series[-1]  # the last one
        return self

    def predict(self, horizon):
        return np.repeat(self.last[None], horizon, axis=0) + helper_of_mine.SHIFT


def factory(*, preset, season_length, seed):
    return Model()
'''
FILES = {"fc_of_mine.py": FACTORY, "helper_of_mine.py": "SHIFT = 1000.0\n", "stranger.py": "X = 1\n"}


def write(folder: Path, files: Mapping[str, str], **changes: str) -> None:
    for name, text in {**files, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def fingerprint(folder: Path, module: str = "fc_of_mine") -> str:
    """Compute it in a process of its own, as every command does."""
    program = f"""
        from benchmark.running.building import build
        from benchmark.running.source_code import code_of
        name = {module + ":factory"!r}
        print(code_of(name, build(name, preset="fast", season_length=20, seed=0)))
    """
    path = os.pathsep.join([str(folder), *(entry for entry in sys.path if entry), os.getcwd()])
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    return answer.stdout


def test_what_is_not_code_does_not_count() -> None:
    same = [
        FACTORY,
        FACTORY.replace("\n", "\r\n"),
        FACTORY.replace("  # the last one", ""),
        FACTORY.replace("Repeat the last point.", "Another word.\n\n    And another."),
        FACTORY.replace("\n\n", "\n\n\n\n"),
    ]
    assert len({meaningful(text) for text in same}) == 1
    other = [FACTORY.replace("horizon, axis=0", "horizon, axis=1"), FACTORY.replace("[-1]", "[-2]")]
    assert len({meaningful(text) for text in [FACTORY, *other]}) == 3
    hard = 'def f(): "on the line"; return 1\nx = """a # b\n\n c"""\n'
    assert '"on the line"; return 1' in meaningful(hard)
    assert "a # b" in meaningful(hard)


def test_fingerprint_follows_the_code_and_nothing_else(tmp_path: Path) -> None:
    first = tmp_path / "first"
    write(first, FILES)
    before = fingerprint(first)
    second = tmp_path / "elsewhere" / "second"
    write(second, FILES, **{"fc_of_mine.py": FACTORY.replace("\n", "\r\n"), "stranger.py": "X = 2\n"})
    assert fingerprint(second) == before
    write(second, FILES, **{"helper_of_mine.py": "SHIFT = 0.0\n"})
    assert fingerprint(second) != before


def test_modules_of_a_package_count_however_they_are_imported(tmp_path: Path) -> None:
    package = {
        "pack/__init__.py": "",
        "pack/models/__init__.py": "",
        "pack/models/main.py": "def factory(**_):\n    from ..tools import depth\n    return depth.Model()\n",
        "pack/tools/__init__.py": "",
        "pack/tools/depth.py": "from pack import base\nclass Model(base.Base):\n    pass\n",
        "pack/base.py": "class Base:\n    x = 1\n    fit = predict = print\n",
        "pack/other.py": "x = 1\n",
    }
    seen = {}
    for name in ("", *package):
        write(tmp_path / "p", package, **({name: package[name] + "changed = True\n"} if name else {}))
        seen[name] = fingerprint(tmp_path / "p", "pack.models.main")
    unchanged = {name for name, found in seen.items() if name and found == seen[""]}
    assert unchanged == {"pack/other.py"}


def test_edited_forecaster_runs_again_and_its_table_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    suite = fakes.suite("Mean", systems=["Alpha"], trajectories=1).narrowed(
        forecasters=["fc_of_mine:factory", "benchmark_fakes:Mean"]
    )

    def smape(helper: str) -> float:
        write(tmp_path, FILES, **{"helper_of_mine.py": helper})
        for name in ("fc_of_mine", "helper_of_mine"):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        table = benchmark.run(suite, open_dataset=fakes.open_dataset, output=tmp_path / "r", workers=1).table
        assert len(table) == 2
        return float(table["smape"].iloc[0])

    wrong = smape("SHIFT = 1000.0\n")
    assert "changed" not in capfd.readouterr().err
    right = smape("SHIFT = 0.0\n")
    told = capfd.readouterr().err
    assert wrong > 190 > right
    assert "1 of 2 cells have a result already" in told
    assert "fc_of_mine:factory has changed since 1 of its results were made" in told
    assert smape("# a comment\nSHIFT = 0.0\n") == right
    assert "2 of 2 cells have a result already" in capfd.readouterr().err


def test_code_that_cannot_be_read_is_told_once_and_a_version_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build("benchmark_fakes:Mean", preset="fast", season_length=20, seed=0)
    assert code_of("benchmark_fakes:Mean", model).unknown == ()
    monkeypatch.setattr(source_code, "_text_of", lambda path: None if path.name == "benchmark_fakes.py" else ("", ()))
    unknown = code_of("benchmark_fakes:Mean", model)
    assert unknown.unknown == ("benchmark_fakes",)
    model.version = "1"
    one = code_of("benchmark_fakes:Mean", model)
    model.version = "2"
    assert one.unknown == ()
    assert len({unknown.fingerprint, one.fingerprint, code_of("benchmark_fakes:Mean", model).fingerprint}) == 3


def test_versions_of_libraries_count(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build("NVAR", preset="fast", season_length=20, seed=0)
    before = code_of("NVAR", model)
    monkeypatch.setattr(source_code, "version_of", lambda name: "numpy==99" if name == "numpy" else "")
    assert code_of("NVAR", model) != before


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Names of files that count as edited; `reference_code` has to be told of a change."""
    names: set[str] = set()
    monkeypatch.setattr(
        reference_code, "digest_of", lambda path: digest_of(path) + ("edited" if path.name in names else "")
    )
    reference_code.reference_code.cache_clear()
    yield names
    reference_code.reference_code.cache_clear()


def codes() -> dict[str, str]:
    reference_code.reference_code.cache_clear()
    return {name: reference_code.reference_code(name) for name in ("Oracle", "Persistence")}


def test_code_of_the_oracle_includes_the_integrators(edited: set[str]) -> None:
    before = codes()
    assert codes() == before
    for file, changed in (
        ("catalogue.py", set()),
        ("choice.py", {"Oracle"}),
        ("recipe.py", {"Oracle"}),
        ("references.py", {"Oracle", "Persistence"}),
    ):
        edited.clear()
        edited.add(file)
        after = codes()
        assert {name for name in after if after[name] != before[name]} == changed, file


def test_changed_reference_runs_again_and_no_forecaster_does(
    edited: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = replace(fakes.suite("Mean", systems=["Alpha"], trajectories=1), references=("Persistence", "Climatology"))
    options = {"open_dataset": fakes.open_dataset, "output": tmp_path / "r"}

    def ran() -> list[str]:
        reference_code.reference_code.cache_clear()
        scheduler = fakes.InProcess()
        table = benchmark.run(suite, scheduler=scheduler, **options).table
        assert len(table) == 3
        assert (table["code"] != "").all()
        return sorted(job.forecaster for job in scheduler.jobs)

    assert len(ran()) == 3
    assert ran() == []
    edited.add("references.py")
    assert ran() == ["Climatology", "Persistence"]
    assert "Persistence has changed since 1 of its results were made" in capsys.readouterr().err


def test_again_runs_one_forecaster_only(tmp_path: Path, fit_log: Path) -> None:
    suite = fakes.suite("Mean", "Diverging", systems=["Alpha"], trajectories=1)
    options = {"open_dataset": fakes.open_dataset, "output": tmp_path / "r", "progress": False}
    benchmark.run(suite, scheduler=fakes.InProcess(), **options)
    scheduler = fakes.InProcess()
    benchmark.run(suite, scheduler=scheduler, again=["benchmark_fakes:Diverging"], **options)
    assert [job.forecaster for job in scheduler.jobs] == ["benchmark_fakes:Diverging"]
    assert len(fit_log.read_text().splitlines()) == 3
    with pytest.raises(UnknownNameError, match="forecaster to run again 'Meen'"):
        benchmark.run(suite, again=["Meen"], **options)
