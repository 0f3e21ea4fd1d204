"""Data sets of systems of one's own: built, sealed, published, downloaded, and never mixed up."""

import json
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.cli import main
from dysts.errors import StorageError

ENTRY = dysts.get_system("Rossler").to_entry()
FASTER = {**ENTRY, "definition": {**ENTRY["definition"], "parameters": {**ENTRY["definition"]["parameters"], "c": 5.8}}}
RECIPE = "[small]\npoints_per_period = 20\nperiods = 6\ntrajectories = 3\n"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a registry and a recipe, and a cache folder of its own."""
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.delenv("DYSTS_SOURCE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text(json.dumps({"MyFlow": ENTRY}))
    (tmp_path / "small.toml").write_text(RECIPE)


def test_every_command_knows_the_registry(capsys: pytest.CaptureFixture[str]) -> None:
    registry = ["--registry", "mine.json"]

    def run(*arguments: str, code: int = 0) -> str:
        assert main([*arguments, *registry]) == code
        return capsys.readouterr().out

    assert run("list") == "MyFlow  " + dysts.get_system("Rossler").description + "\n"
    assert "dz/dt" in run("show", "MyFlow")
    assert "1 of 1 systems, 1 built" in run("dataset", "build", "small.toml", "--workers", "1")
    assert "0 built" in run("dataset", "build", "small.toml", "--workers", "1")
    assert "1 systems checked, 0 findings" in run("dataset", "check", "small.toml")
    assert "1 systems verified" in run("dataset", "verify", "small.toml")
    assert "1 of 1 systems" in run("dataset", "info", "small.toml")
    assert "1 systems, " in run("dataset", "publish", "site", "small.toml")
    assert "1 of 1 systems removed, 0.0 MB, 0 of them downloaded" in run("dataset", "remove", "small.toml")
    assert "1 of 1 systems of small downloaded" in run("dataset", "download", "small.toml", "--source", "site")
    assert "1 of them downloaded" in run("dataset", "remove", "small.toml")
    assert main(["dataset", "publish", "site", "small.toml", *registry]) == 2
    capsys.readouterr()
    assert main(["dataset", "build", "small.toml", "--systems", "MyFlow"]) == 2
    assert "unknown system 'MyFlow'" in capsys.readouterr().err


def test_series_are_those_of_its_equations_and_two_systems_of_one_name_share_nothing() -> None:
    mine = dysts.open_dataset("small.toml:small", registry="mine.json")
    assert list(mine) == ["MyFlow"]
    opened = mine["MyFlow"]
    again = dysts.integrate(
        "Rossler",
        120,
        points_per_period=20,
        initial_conditions=opened["series"].values[:, 0],
        rtol=1e-14,
        solver="taylor",
    )
    np.testing.assert_array_equal(opened["series"].values, again.values)
    theirs = dysts.open_dataset("small.toml:small", registry={"MyFlow": FASTER})
    assert not np.array_equal(theirs["MyFlow"]["series"].values, opened["series"].values)
    assert mine.path("MyFlow").is_dir()
    assert theirs.path("MyFlow").is_dir()
    assert mine.path("MyFlow") != theirs.path("MyFlow")
    np.testing.assert_array_equal(mine["MyFlow"]["series"].values, opened["series"].values)


def test_an_entry_without_words_has_a_data_set() -> None:
    words = ("description", "field", "remarks", "citations", "definitions")
    definition = {key: value for key, value in ENTRY["definition"].items() if key not in words}
    Path("mine.json").write_text(json.dumps({"MyFlow": {**ENTRY, "definition": definition}}))
    registry = ["--registry", "mine.json"]
    assert main(["dataset", "build", "small.toml", "--workers", "1", *registry]) == 0
    assert main(["dataset", "verify", "small.toml", *registry]) == 0
    opened = dysts.open_dataset("small.toml:small", registry="mine.json")["MyFlow"]
    assert (opened.attrs["description"], opened.attrs["field"]) == ("", "")


def test_a_published_system_of_other_equations_is_refused() -> None:
    assert main(["dataset", "build", "small.toml", "--registry", "mine.json", "--workers", "1"]) == 0
    assert main(["dataset", "publish", "site", "small.toml", "--registry", "mine.json"]) == 0
    for lazy in (False, True):
        theirs = dysts.open_dataset("small.toml:small", registry={"MyFlow": FASTER}, source="site", lazy=lazy)
        with pytest.raises(StorageError, match="another MyFlow, whose parameters differ"):
            theirs["MyFlow"]
    lazy_ones = dysts.open_dataset("small.toml:small", registry="mine.json", source="site", lazy=True)
    assert lazy_ones["MyFlow"]["series"].shape == (3, 120, 3)


def test_publishing_and_replacing_say_what_goes(capsys: pytest.CaptureFixture[str]) -> None:
    systems = ["--systems", "Rossler"]
    assert main(["dataset", "build", "small.toml", *systems, "--workers", "1"]) == 0
    assert main(["dataset", "publish", "site", "small.toml", *systems]) == 0
    capsys.readouterr()
    assert main(["dataset", "publish", "site", "small.toml", *systems]) == 0
    assert "replaces the 1 systems that were published there" in capsys.readouterr().err
    path = dysts.open_dataset("small.toml:small").path("Rossler")
    (path / "zarr.json").write_text("{}")
    assert main(["dataset", "build", "small.toml", *systems, "--workers", "1"]) == 0
    assert "Rossler of small is replaced" in capsys.readouterr().err
