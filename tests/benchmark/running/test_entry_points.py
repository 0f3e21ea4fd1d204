"""Forecasters of other packages: found in installed distributions, named without clashes, harmless where broken."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import numpy as np
import pytest

import benchmark
from benchmark import runner
from benchmark.cli import main
from benchmark.running.entry_points import offers, whole_names
from dysts.errors import InvalidArgumentError, UnknownNameError
from forecasters import get_forecaster, list_forecasters

MODULE = """
import numpy as np

class Last:
    def __init__(self, *, preset, season_length, seed):
        pass
    def fit(self, series):
        self.last = series[-1].copy()
        return self
    def predict(self, horizon):
        if isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1:
            raise ValueError(f"no number of steps: {horizon!r}")
        return np.repeat(self.last[None], horizon, axis=0)

class Models:
    nested = Last

sk = Last
print("loaded")
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install distributions into a folder of the import path, as pip leaves them: a module and its dist-info."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(name: str, points: str, *, module: str = MODULE, version: str = "1.2") -> None:
        (site / f"{name}.py").write_text(module)
        # An earlier test may have imported a module of this name.
        sys.modules.pop(name, None)
        info = site / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[console_scripts]\nx = x:y\n\n[dysts.forecasters]\n{points}\n")

    return install


def listed(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, str], str]:
    """Return the offered forecasters with their factories, and what stands on stderr."""
    capsys.readouterr()
    assert main(["list", "--json"]) == 0
    captured = capsys.readouterr()
    return {offer["name"]: offer["factory"] for offer in json.loads(captured.out)["installed"]}, captured.err


def test_an_installed_package_is_listed_checked_and_run(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install("wavelets_of_mine", "Wavelets = wavelets_of_mine:Last\nnested = wavelets_of_mine : Models.nested")
    found, complaints = listed(capsys)
    assert found == {"Wavelets": "wavelets_of_mine:Last", "nested": "wavelets_of_mine:Models.nested"}
    # What the module prints when it is imported must not stand in the JSON.
    assert complaints == "loaded\n"
    assert main(["list"]) == 0
    assert "  Wavelets      wavelets_of_mine:Last, of wavelets_of_mine 1.2" in capsys.readouterr().out.splitlines()

    assert main(["check", "Wavelets"]) == 0
    assert "7 of 7 the benchmark relies on" in capsys.readouterr().out

    real = runner.run

    def run(suite: object, **options: Any) -> benchmark.Results:
        del suite
        chosen = fakes.suite("Mean").narrowed(systems=["Alpha"], forecasters=options.pop("forecasters"))
        return real(chosen, open_dataset=fakes.open_dataset, **{**options, "systems": None})

    monkeypatch.setattr(runner, "run", run)
    output = str(tmp_path / "out")
    # A worker process of its own must find the package as well.
    command = ["run", "--forecasters", "Wavelets,nested", "--trajectories", "1", "--workers", "1", "-o", output]
    assert main(command) == 0
    assert "Models.nested" in capsys.readouterr().out
    table = benchmark.Results.load(output).table
    assert dict(zip(table["forecaster"], table["status"], strict=True)) == {
        "wavelets_of_mine:Last": "ok",
        "wavelets_of_mine:Models.nested": "ok",
    }
    # The same name finds the same cells, in --again as well.
    assert main([*command, "--again", "Wavelets"]) == 0
    assert "1 of 2 cells have a result already" in capsys.readouterr().err


def test_names_do_not_clash(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install("my", "sk = my:sk\nNVAR = my:Last\nOracle = my:Models.nested")
    install("other", "sk = other:sk\nalone = other:Last")
    found, _ = listed(capsys)
    assert found == {
        "my:sk": "my:sk",
        "other:sk": "other:sk",
        "my:Last": "my:Last",
        "my:Models.nested": "my:Models.nested",
        "alone": "other:Last",
    }
    assert whole_names(["NVAR", "alone", "my:sk", "Oracle"]) == ["NVAR", "other:Last", "my:sk", "Oracle"]
    with pytest.raises(InvalidArgumentError, match=r"must be my:sk or other:sk, got 'sk'"):
        whole_names(["sk"])
    with pytest.raises(UnknownNameError, match=r"unknown forecaster 'alome'; did you mean 'alone'\?"):
        whole_names(["alome"])


def test_offered_forecasters_are_known_by_name_in_python(install: Install) -> None:
    install("my", "sk = my:sk\nNVAR = my:Last\nclash = my:sk\nlinear = my:Last", module=MODULE.replace("print", "str"))
    install("other", "clash = other:sk", module=MODULE.replace("print", "str"))
    assert set(list_forecasters(installed=True)) - set(list_forecasters()) == {
        *("sk", "my:Last", "my:sk", "other:sk", "linear")
    }
    series = np.array([[1.0, 5.0], [2.0, 7.0]])
    for name in ("sk", "my:Last", "other:sk"):
        model = get_forecaster(name, season_length=20, seed=3)
        assert type(model).__module__ == name.partition(":")[0].replace("sk", "my")
        np.testing.assert_array_equal(model.fit(series).predict(2), [[2.0, 7.0], [2.0, 7.0]])
    # The name of a forecaster of the package is that forecaster.
    assert type(get_forecaster("NVAR")).__module__ == "forecasters.nvar"
    with pytest.raises(InvalidArgumentError, match=r"must be my:sk or other:sk, got 'clash'"):
        get_forecaster("clash")
    with pytest.raises(UnknownNameError, match=r"unknown forecaster 'lineer'; did you mean 'linear'\?"):
        get_forecaster("lineer")
    with pytest.raises(UnknownNameError, match=r"module 'my' has no 'lost'"):
        get_forecaster("my:lost")
    # The factory takes no configuration.
    with pytest.raises(InvalidArgumentError, match=r"must take preset, season_length, seed, config by keyword"):
        get_forecaster("sk", config={"lags": 3})


def test_tables_tell_equal_names_apart(install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install("my_models", "one = my_models:sk")
    install("your_models", "two = your_models:sk", module=MODULE + "\nsk = type('sk', (Last,), {})\n")
    suite = fakes.suite("Mean").narrowed(systems=["Alpha"], forecasters=["one", "two"], trajectories=1)
    benchmark.run(
        suite, output=tmp_path / "out", open_dataset=fakes.open_dataset, scheduler=fakes.InProcess(), progress=False
    )
    capsys.readouterr()
    assert main(["leaderboard", str(tmp_path / "out")]) == 0
    board = capsys.readouterr().out
    assert "sk (my_models)" in board
    assert "sk (your_models)" in board


@pytest.mark.parametrize(
    ("points", "module", "words"),
    [
        ("bad = broken_one:lost", MODULE, "module 'broken_one' has no 'lost'"),
        ("bad = broken_one:Models.lost", MODULE, "module 'broken_one' has no 'Models.lost'"),
        ("bad = broken_one:sk", "raise SystemExit(3)", "SystemExit: 3"),
        ("bad = broken_one:sk", "def f(:", "SyntaxError"),
        ("bad = broken_one:sk", "import no_such_package", "No module named 'no_such_package'"),
        ("bad = broken_one:sk", "sk = 3", "must be a function or class"),
        ("bad = broken_one", MODULE, "must be module:factory, got 'broken_one'"),
        ("bad = a b:c-d", MODULE, "must be module:factory"),
        ("bad one = broken_one:sk", MODULE, "its name must have no blank, comma or colon"),
        ("no equals sign", MODULE, "the entry points of broken_one 1.2 cannot be read"),
    ],
)
def test_a_broken_entry_point_is_one_line(
    points: str, module: str, words: str, install: Install, capsys: pytest.CaptureFixture[str]
) -> None:
    install("sound", "sound = sound:sk", module=MODULE.replace("print", "str"))
    install("broken_one", points, module=module.replace("print", "str"))
    found, complaints = listed(capsys)
    assert found == {"sound": "sound:sk"}
    (line,) = complaints.splitlines()
    assert line.startswith("dysts-benchmark: warning: the entry point")
    assert words in line
    assert "broken_one 1.2" in line


def test_an_unusable_distribution_is_skipped(install: Install, tmp_path: Path) -> None:
    install("sound", "sound = sound:sk")
    bare = tmp_path / "site" / "nameless-0.dist-info"
    bare.mkdir()
    (bare / "entry_points.txt").write_bytes(b"[dysts.forecasters]\nbad = \xff\xfe:x\n")
    found, _ = offers()
    assert [offer.name for offer in found] == ["sound"]


def test_the_first_installation_on_the_path_counts(install: Install) -> None:
    install("sound", "sound = sound:sk", version="2.0")
    install("sound", "older = sound:sk", version="1.0")
    found, _ = offers()
    assert len(found) == 1
