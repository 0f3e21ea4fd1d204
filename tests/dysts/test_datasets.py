"""Series are the same numbers wherever they are built, stored whole or not at all, and never read damaged."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray

import dysts
from dysts.datasets import Recipe, get_recipe
from dysts.datasets.build import build, content_digest
from dysts.datasets.collection import Collection
from dysts.datasets.store import open_group, verify_group, write_group
from dysts.errors import InvalidArgumentError, NotSupportedError, StorageError, UnknownNameError

SMALL = Recipe(name="small", points_per_period=20, periods=6, trajectories=3, span=60.0)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A data folder of its own; compiled code stays where it is."""
    monkeypatch.setattr("dysts.datasets.collection.cache_folder", lambda: tmp_path)
    return tmp_path


def test_building_twice_gives_the_same_numbers_and_trajectories_do_not_overlap() -> None:
    rossler = dysts.get_system("Rossler")
    one, two = build(SMALL, rossler), build(SMALL, rossler)
    assert one.attrs == two.attrs
    xarray.testing.assert_identical(one, two)
    starts = one["series"].values[:, 0]
    for index, start in enumerate(starts):
        for other in range(len(starts)):
            if other != index:
                nearest = np.linalg.norm(one["series"].values[other] - start, axis=1).min()
                assert nearest > 1e-3
    other_seed = build(dataclasses.replace(SMALL, seed=1), rossler)
    assert other_seed.attrs["sha256"] != one.attrs["sha256"]


def test_the_series_is_what_integrate_gives_from_its_first_point() -> None:
    built = build(SMALL, dysts.get_system("Lorenz"))
    again = dysts.integrate(
        "Lorenz", 120, points_per_period=20, initial_conditions=built["series"].values[:, 0], rtol=1e-12
    )
    np.testing.assert_array_equal(built["series"].values, again.values)
    np.testing.assert_array_equal(built["time"].values, again["time"].values)


def test_unbounded_coordinates_are_observed_and_the_state_is_kept() -> None:
    duffing = dysts.get_system("Duffing")
    built = build(SMALL, duffing)
    np.testing.assert_array_equal(built["series"].values, duffing.observe(built["state"].values))
    assert built.attrs["components"] == ["x", "y", "sin_z", "cos_z"]


def test_a_group_reads_back_identical_and_plain_xarray_can_use_it(tmp_path: Path) -> None:
    built = build(SMALL, dysts.get_system("Duffing"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_group(built, tmp_path / "Duffing")
    opened = open_group(tmp_path / "Duffing")
    np.testing.assert_array_equal(opened["series"].values, built["series"].values)
    assert list(opened["component"].values) == ["x", "y", "sin_z", "cos_z"]
    assert opened["time_in_periods"].values[20] == pytest.approx(1.0)
    plain = xarray.open_zarr(tmp_path / "Duffing")
    assert plain.sizes == {"trajectory": 3, "time": 120, "component": 4, "variable": 3}
    assert plain.attrs["system"] == "Duffing"
    np.testing.assert_array_equal(plain["time"].values, built["time"].values)
    verify_group(tmp_path / "Duffing")


@pytest.mark.parametrize("position", [0.1, 0.5, 0.99])
def test_a_flipped_byte_is_never_read_as_a_number(tmp_path: Path, position: float) -> None:
    path = tmp_path / "Rossler"
    write_group(build(SMALL, dysts.get_system("Rossler")), path)
    chunk = max((path / "series").rglob("c/*/*/*"), key=lambda file: file.stat().st_size)
    content = bytearray(chunk.read_bytes())
    content[int(position * (len(content) - 1))] ^= 0x10
    chunk.write_bytes(content)
    with pytest.raises(StorageError, match="damaged"):
        verify_group(path)
    with pytest.raises((ValueError, RuntimeError)):
        open_group(path)["series"].load()


def test_a_missing_chunk_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "Rossler"
    write_group(build(SMALL, dysts.get_system("Rossler")), path)
    next((path / "series").rglob("c/*/*/*")).unlink()
    with pytest.raises(StorageError, match="does not match its hash"):
        verify_group(path)


def test_foreign_and_newer_groups_are_refused(tmp_path: Path) -> None:
    built = build(SMALL, dysts.get_system("Rossler"))
    write_group(built.assign_attrs(format=99), tmp_path / "Newer")
    with pytest.raises(StorageError, match="format"):
        open_group(tmp_path / "Newer")
    (tmp_path / "Empty").mkdir()
    with pytest.raises(StorageError):
        open_group(tmp_path / "Empty")
    with pytest.raises(StorageError, match="no data set at"):
        open_group(tmp_path / "Absent")


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dysts.datasets.store._sync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_group(build(SMALL, dysts.get_system("Rossler")), tmp_path / "Rossler")
    assert list(tmp_path.iterdir()) == []


def test_open_dataset_computes_what_is_missing_and_says_so(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collection = dysts.open_dataset(SMALL, systems=["Rossler", "Lorenz"])
    assert "computing small 1/2: Rossler" in capsys.readouterr().err
    assert sorted(path.name for path in (cache / "datasets" / "small").iterdir()) == ["Lorenz", "Rossler"]
    assert collection["Lorenz"]["series"].shape == (3, 120, 3)
    dysts.open_dataset(SMALL, systems=["Rossler"])
    assert capsys.readouterr().err == ""
    lazily = dysts.open_dataset(SMALL)
    assert len(lazily) == 129
    assert lazily["Thomas"]["series"].shape == (3, 120, 3)


def test_outdated_and_damaged_groups_are_computed_anew(cache: Path) -> None:
    folder = cache / "datasets" / "small"
    built = build(SMALL, dysts.get_system("Rossler"))
    write_group(built.assign_attrs(inputs="of another version"), folder / "Rossler")
    assert Collection(SMALL, ["Rossler"], folder).missing() == ["Rossler"]
    assert dysts.open_dataset(SMALL)["Rossler"].attrs["inputs"] == built.attrs["inputs"]
    (folder / "Rossler" / "zarr.json").write_text("{")
    assert dysts.open_dataset(SMALL)["Rossler"].attrs["sha256"] == built.attrs["sha256"]


def test_mistakes(cache: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'test-fine'"):
        dysts.open_dataset("test-fin")
    with pytest.raises(UnknownNameError, match="did you mean 'Lorenz'"):
        dysts.open_dataset(SMALL, systems=["Lorentz"])
    with pytest.raises(NotSupportedError, match="delay"):
        dysts.open_dataset(SMALL, systems=["MackeyGlass"])
    with pytest.raises(UnknownNameError, match="not in this collection"):
        dysts.open_dataset(SMALL, systems=["Rossler"])["Lorenz"]
    (cache / "datasets" / "small").rename(cache / "moved")
    (cache / "datasets" / "small").write_text("a file in the way")
    with pytest.raises(StorageError, match="cannot write"):
        dysts.open_dataset(SMALL, systems=["Rossler"])


@pytest.mark.parametrize(
    "change",
    [{"points_per_period": 0}, {"periods": -1}, {"trajectories": 1.5}, {"span": 10.0}, {"seed": -1}, {"name": "a/b"}],
)
def test_recipes_are_checked(change: dict[str, object]) -> None:
    with pytest.raises(InvalidArgumentError):
        Recipe.from_dict(SMALL.to_dict() | change)
    with pytest.raises(UnknownNameError):
        Recipe.from_dict(SMALL.to_dict() | {"colour": 1})
    assert Recipe.from_dict(SMALL.to_dict()) == SMALL
    assert get_recipe("test-fine").points == 1200


def test_the_hash_depends_on_every_number() -> None:
    time_grid, values = np.arange(3.0), np.arange(6.0).reshape(1, 3, 2)
    digest = content_digest(time_grid, {"series": values})
    changed = values.copy()
    changed[0, 2, 1] += 1e-12
    assert content_digest(time_grid, {"series": changed}) != digest
    assert content_digest(time_grid + 1.0, {"series": values}) != digest
    assert content_digest(time_grid, {"series": values.reshape(1, 2, 3)}) != digest


def test_a_killed_build_goes_on_and_every_visible_group_is_complete(tmp_path: Path) -> None:
    program = (
        "import dysts, dysts.datasets.collection as c, pathlib, sys\n"
        "c.cache_folder = lambda: pathlib.Path(sys.argv[1])\n"
        "from dysts.datasets import Recipe\n"
        "r = Recipe(name='small', points_per_period=20, periods=6, trajectories=3, span=60.0)\n"
        "dysts.open_dataset(r, systems=dysts.list_systems()[:6])\n"
    )
    folder = tmp_path / "datasets" / "small"
    for wait_for in (1, 3):
        process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60.0
        while time.monotonic() < deadline and process.poll() is None:
            if folder.is_dir() and sum(not path.name.startswith(".") for path in folder.iterdir()) >= wait_for:
                break
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
        assert len(visible) >= wait_for
        for path in visible:
            verify_group(path)
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stderr.count("computing") <= 6 - 3
    for name in dysts.list_systems()[:6]:
        assert open_group(folder / name).attrs["sha256"] == build(SMALL, dysts.get_system(name)).attrs["sha256"]
