"""The data checker finds what is wrong, and nothing in what is right."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import xarray
from dataset_helpers import SMALL

import dysts
from dysts.cli import main
from dysts.datasets import get_recipe
from dysts.datasets.build import build
from dysts.datasets.checks import check_overlap, check_series, counterpart_name
from dysts.datasets.opening import dataset_folder
from dysts.datasets.store import write_group


@pytest.fixture(scope="module")
def good() -> xarray.Dataset:
    return build(SMALL, dysts.get_system("Rossler"))


def with_series(dataset: xarray.Dataset, values: np.ndarray) -> xarray.Dataset:
    return dataset.assign(series=(dataset["series"].dims, values, dataset["series"].attrs))


def test_nothing_is_found_in_what_is_right(good: xarray.Dataset) -> None:
    assert check_series(good) == []
    train = build(dataclasses.replace(SMALL, split="train"), dysts.get_system("Rossler"))
    assert check_overlap(good, train) == []
    for name in ("Torus", "PanXuZhou", "ForcedFitzHughNagumo", "MackeyGlass"):
        assert check_series(build(get_recipe("test-fine"), dysts.get_system(name))) == [], name


def test_each_fault_is_found(good: xarray.Dataset) -> None:
    values = good["series"].values
    spread = values.std(axis=(0, 1))

    def found(series: np.ndarray) -> list[str]:
        return [f"{finding.check}: {finding.detail}" for finding in check_series(with_series(good, series))]

    missing = values.copy()
    missing[1, 7, 2] = np.nan
    assert found(missing) == ["not finite: trajectory 1 from point 7 on"]
    frozen = values.copy()
    frozen[2, 60:85] = frozen[2, 60]
    assert found(frozen) == ["frozen: trajectory 2 does not change over 24 points"]
    paused = values.copy()
    paused[2, 60:85, 0] = paused[2, 60, 0]
    assert found(paused) == [], "one component may rest while the others move"
    escaped = values.copy()
    escaped[0, -1] += 1000.0 * spread
    assert found(escaped)[0].startswith("escaped: trajectory 0 goes ")
    twice = values.copy()
    twice[1, :100] = values[0, 20:]
    assert "duplicate: trajectory 1 starts at point 20 of trajectory 0" in found(twice)
    late = good.assign_coords(time=good["time"] * 1.001)
    assert [finding.check for finding in check_series(late)] == ["spacing"]
    short = good.isel(time=slice(0, 100))
    assert [finding.check for finding in check_series(short)] == ["spacing"]


def test_orbits_of_maps_that_meet_by_chance_are_no_duplicates() -> None:
    # Of 12,000 numbers on an interval, two of 10 starts lie within a millionth of one.
    orbits = build(get_recipe("test-maps"), dysts.get_system("PomeauMannevilleMap"))
    assert check_series(orbits) == []
    values = orbits["series"].values.copy()
    values[1, :100] = values[0, 20:120]
    found = check_series(with_series(orbits, values))
    assert [finding.detail for finding in found] == ["trajectory 1 starts at point 20 of trajectory 0"]
    # Whose states differ in a bit part after some iterates.
    values[1, :100] = np.nextafter(values[0, 20:120], 1.0)
    assert check_series(with_series(orbits, values)) == []


def test_a_trajectory_that_has_left_a_transient_set_is_found() -> None:
    system = dysts.get_system("PanXuZhou")
    recipe = dataclasses.replace(SMALL, points_per_period=50, periods=24, trajectories=1)
    built = build(recipe, system)
    late = dysts.integrate(system, times=3000.0 * system.period + built["time"].values, predictability=False)
    found = check_series(with_series(built, late.values[None]))
    assert [finding.check for finding in found] == ["frozen"]


def test_overlap_of_train_and_test_is_found(good: xarray.Dataset) -> None:
    assert {finding.check for finding in check_overlap(good, good)} == {"overlap"}
    assert any(
        "trajectories 0 and 1 share" in str(finding) for finding in check_series(good.assign(start=0.0 * good["start"]))
    )
    shifted = good.assign(start=good["start"] + 2.0 * good.attrs["period"])
    shifted = with_series(shifted, np.random.default_rng(0).standard_normal(good["series"].shape))
    assert any("share a piece of the orbit" in finding.detail for finding in check_overlap(good, shifted))
    assert counterpart_name("test-coarse") == "train-coarse"
    assert counterpart_name("long") is None


def test_the_command_reports_what_it_finds(
    good: xarray.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path)
    recipe = tmp_path / "mine.toml"
    recipe.write_text("[small]\npoints_per_period = 20\nperiods = 6\ntrajectories = 3\n")
    command = ["check", f"{recipe}:small", "--systems", "Rossler,Lorenz"]
    write_group(good, dataset_folder(SMALL) / "Rossler")
    assert main(["dataset", *command]) == 0
    assert "small: 1 systems checked, 0 findings, 1 not stored" in capsys.readouterr().out
    values = good["series"].values.copy()
    values[0, 3:60] = values[0, 3]
    write_group(with_series(good, values), dataset_folder(SMALL) / "Rossler")
    assert main(["dataset", *command]) == 1
    assert "small: Rossler: frozen: trajectory 0" in capsys.readouterr().out
