"""Series are the same numbers wherever they are built, stored whole or not at all, and never read damaged."""

import dataclasses
import json
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray
from dataset_helpers import SMALL

import dysts
from dysts.datasets import Recipe, forcing
from dysts.datasets.build import build
from dysts.datasets.collection import Collection
from dysts.datasets.digest import FORMAT, content_digest
from dysts.datasets.opening import dataset_folder
from dysts.datasets.recipe import solver_of
from dysts.datasets.store import SEAL, open_group, write_group
from dysts.datasets.verification import verify_group
from dysts.errors import (
    DystsWarning,
    IntegrationError,
    InvalidArgumentError,
    NewerFormatError,
    StorageError,
    UnknownNameError,
)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A data folder of its own; compiled code stays where it is."""
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path)
    monkeypatch.delenv("DYSTS_SOURCE", raising=False)
    return tmp_path


def test_building_twice_gives_the_same_numbers_and_trajectories_differ() -> None:
    rossler = dysts.get_system("Rossler")
    one, two = build(SMALL, rossler), build(SMALL, rossler)
    assert one.attrs == two.attrs
    xarray.testing.assert_identical(one, two)
    for index, start in enumerate(one["series"].values[:, 0]):
        for other in set(range(3)) - {index}:
            assert np.linalg.norm(one["series"].values[other] - start, axis=1).min() > 1e-3
    other_seed = build(dataclasses.replace(SMALL, seed=1), rossler)
    assert other_seed.attrs["sha256"] != one.attrs["sha256"]


def test_the_series_is_what_integrate_gives_from_its_first_point() -> None:
    built = build(SMALL, dysts.get_system("Lorenz"))
    again = dysts.integrate(
        "Lorenz",
        120,
        points_per_period=20,
        initial_conditions=built["series"].values[:, 0],
        rtol=1e-14,
        solver="taylor",
    )
    np.testing.assert_array_equal(built["series"].values, again.values)
    np.testing.assert_array_equal(built["time"].values, again["time"].values)


def test_unbounded_coordinates_are_observed_and_the_state_is_kept() -> None:
    duffing = dysts.get_system("Duffing")
    built = build(SMALL, duffing)
    np.testing.assert_array_equal(built["series"].values, duffing.observe(built["state"].values))
    assert built.attrs["components"] == ["x", "y", "sin_z", "cos_z"]


def test_delay_systems_have_different_histories_and_obey_their_equation() -> None:
    glass = dysts.get_system("MackeyGlass")
    recipe = Recipe(name="delayed", points_per_period=400, periods=2, trajectories=2)
    series = build(recipe, glass)["series"].values[..., 0]
    assert np.abs(series[0] - series[1]).max() > 0.01
    step = recipe.step(glass)
    delay = glass.parameters["tau"]
    times = np.arange(200, 700)
    slope = (series[:, times - 2] - 8 * series[:, times - 1] + 8 * series[:, times + 1] - series[:, times + 2]) / (
        12 * step
    )
    grid = np.arange(series.shape[1]) * step
    delayed = np.array([np.interp(times * step - delay, grid, one) for one in series])
    expected = glass.rhs(0.0, series[:, times, None], delayed[..., None])[..., 0]
    # Linear interpolation of the delayed value between samples is the coarsest part of this comparison.
    np.testing.assert_allclose(slope, expected, atol=1e-4)


@pytest.mark.parametrize("name", ["Lorenz", "MackeyGlass"])
def test_dynamical_noise_has_the_stated_size(name: str) -> None:
    system = dysts.get_system(name)
    recipe = Recipe(name="noise", points_per_period=1000, periods=2, trajectories=8, dynamical_noise=0.05)
    noisy, clean = build(recipe, system), build(dataclasses.replace(recipe, dynamical_noise=0.0), system)
    np.testing.assert_allclose(noisy["series"].values[:, 0], clean["series"].values[:, 0], rtol=1e-10)
    # Over one step the noise dominates what the drift makes of it.
    kicks = np.diff(noisy["series"].values - clean["series"].values, axis=1)[:, :10]
    expected = noisy["noise_amplitude"].values * np.sqrt(recipe.step(system))
    measured = np.sqrt((kicks**2).mean(axis=(0, 1)))
    # A standard deviation from 80 samples is known to 8 percent; four standard errors.
    np.testing.assert_allclose(measured, expected[0], rtol=0.35)
    orbit = dysts.integrate(system, 60 * 20, points_per_period=20, solver=solver_of(system), predictability=False)
    spread = orbit.values.std(axis=0)
    np.testing.assert_allclose(noisy["noise_amplitude"].values[0], 0.05 * spread / np.sqrt(system.period), rtol=1e-12)


def test_noise_that_throws_trajectories_out_is_halved_until_it_does_not() -> None:
    system = dysts.get_system("SprottJerk")
    recipe = Recipe(name="noise", points_per_period=10, periods=12, trajectories=4, dynamical_noise=0.1)
    built = build(recipe, system)
    assert np.isfinite(built["series"].values).all()
    orbit = dysts.integrate(system, 60 * 20, points_per_period=20, solver=solver_of(system), predictability=False)
    spread = orbit.values.std(axis=0)
    halvings = np.log2(0.1 * spread / np.sqrt(system.period) / built["noise_amplitude"].values)
    np.testing.assert_allclose(halvings, np.round(halvings[0, 0]), atol=1e-9)
    assert halvings[0, 0] >= 1.0


def test_noise_that_takes_trajectories_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # The whole orbit lies farther from the middle than a hundredth of its reach.
    for name, value in (("FARTHEST", 0.01), ("HALVINGS", 1), ("MOST_STEPS_PER_PERIOD", 1000)):
        monkeypatch.setattr(forcing, name, value)
    lorenz = dysts.get_system("Lorenz")
    start = np.array(lorenz.initial_conditions)[None]
    with pytest.raises(IntegrationError, match="Lorenz is carried away by noise"):
        forcing.forced(lorenz, np.array([0.0, 0.1]), start, np.full(3, 0.01), seed=0)


def test_noise_leaves_the_phase_of_a_driving_force_alone() -> None:
    duffing = dysts.get_system("Duffing")
    amplitude = dict(zip(duffing.variables, forcing.amplitudes(duffing, 0.1), strict=True))
    assert duffing.driving_phase is not None
    assert amplitude.pop(duffing.driving_phase.variable) == 0.0
    assert min(amplitude.values()) > 0.0


def test_measurement_noise_has_the_stated_ratio_and_hides_the_state() -> None:
    duffing = dysts.get_system("Duffing")
    recipe = Recipe(name="measured", points_per_period=100, periods=12, trajectories=5, signal_to_noise_db=20.0)
    measured = build(recipe, duffing)
    clean = build(dataclasses.replace(recipe, signal_to_noise_db=None), duffing)["series"].values
    noise = measured["series"].values - clean
    assert "state" not in measured
    ratio = 10.0 * np.log10(clean.var(axis=(0, 1)) / noise.var(axis=(0, 1)))
    # 6000 samples know a variance to 1.8 percent, which is 0.08 dB.
    np.testing.assert_allclose(ratio, 20.0, atol=0.35)
    assert abs(np.corrcoef(noise[0, :, 0], noise[1, :, 0])[0, 1]) < 0.12


def test_single_precision_rounds_the_same_numbers() -> None:
    lorenz = dysts.get_system("Lorenz")
    single, double = build(SMALL.with_dtype("float32"), lorenz), build(SMALL, lorenz)
    assert single["series"].dtype == np.float32
    np.testing.assert_array_equal(single["series"].values, double["series"].values.astype(np.float32))


def test_a_group_reads_back_identical_and_plain_xarray_can_use_it(tmp_path: Path) -> None:
    duffing = dysts.get_system("Duffing")
    built = build(SMALL, duffing)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_group(built, tmp_path / "Duffing")
    opened = open_group(tmp_path / "Duffing")
    np.testing.assert_array_equal(opened["series"].values, built["series"].values)
    assert list(opened["component"].values) == ["x", "y", "sin_z", "cos_z"]
    assert list(opened["variable"].values) == ["x", "y", "z"]
    assert opened["time_in_periods"].values[20] == pytest.approx(1.0)
    assert opened["time_in_lyapunov_times"].values[1] == pytest.approx(duffing.period / 20 * duffing.lyapunov_exponent)
    plain = xarray.open_zarr(tmp_path / "Duffing")
    assert plain.sizes == {"trajectory": 3, "time": 120, "component": 4, "variable": 3}
    np.testing.assert_array_equal(plain["time"].values, built["time"].values)
    about = plain.attrs
    assert about["system"] == "Duffing"
    assert about["equations"] == dict(duffing.equations)
    assert about["parameters"] == dict(duffing.parameters)
    assert about["invariants"]["period"]["value"] == duffing.period
    assert about["references"][0]
    assert (about["solver"], about["rtol"]) == ("power series in time", 1e-14)
    recommended = duffing.properties["recommended_step"]["value"]
    assert about["step_in_recommended_steps"] == pytest.approx(duffing.period / 20 / recommended)
    assert {"solver", "rtol", "atol", "dysts_version", "sha256", "built_with", "recipe"} <= set(about)
    assert plain["series"].attrs["components"] == ["x", "y", "sin_z", "cos_z"]
    verify_group(tmp_path / "Duffing")


def _damage(path: Path, how: str) -> None:
    chunk = max((path / "series").rglob("c/*/*/*"), key=lambda file: file.stat().st_size)
    content = bytearray(chunk.read_bytes())
    if how == "missing":
        chunk.unlink()
        return
    if how == "cut":
        del content[len(content) // 2 :]
    else:
        content[int(float(how) * (len(content) - 1))] ^= 0x10
    chunk.write_bytes(content)


@pytest.mark.parametrize("how", ["0.0", "0.1", "0.5", "0.99", "1.0", "cut", "missing"])
def test_a_damaged_chunk_is_never_read_as_a_number(tmp_path: Path, how: str) -> None:
    path = tmp_path / "Rossler"
    write_group(build(SMALL, dysts.get_system("Rossler")), path)
    _damage(path, how)
    with pytest.raises(StorageError, match="dysts dataset remove"):
        verify_group(path)
    with pytest.raises(StorageError, match=r"series/c/0/0/0 is (missing|damaged)"):
        open_group(path)["series"].values  # noqa: B018


def test_damaged_metadata_are_noticed_when_a_group_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "Rossler"
    write_group(build(SMALL, dysts.get_system("Rossler")), path)
    metadata = (path / "zarr.json").read_bytes()
    changed = metadata.replace(b'"c": 5.7', b'"c": 5.1', 1)
    assert changed != metadata
    (path / "zarr.json").write_bytes(changed)
    with pytest.raises(StorageError, match="metadata do not match"):
        open_group(path)


def test_groups_that_are_absent_empty_older_or_newer(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no data set at"):
        open_group(tmp_path / "Absent")
    (tmp_path / "Empty").mkdir()
    with pytest.raises(StorageError, match="older format"):
        open_group(tmp_path / "Empty")
    folder = dataset_folder(SMALL)
    built = build(SMALL, dysts.get_system("Rossler"))
    write_group(built.assign_attrs(format=FORMAT + 1, dysts_version="99.0"), folder / "Rossler")
    with pytest.raises(NewerFormatError, match=r"dysts 99.0.*upgrade dysts"):
        dysts.open_dataset(SMALL)["Rossler"]
    assert json.loads((folder / "Rossler" / "zarr.json").read_text())["attributes"]["format"] == FORMAT + 1


def test_an_interrupted_write_leaves_nothing_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dysts.cache._sync", full)
    with pytest.raises(StorageError, match="No space left on device; free some space"):
        write_group(build(SMALL, dysts.get_system("Rossler")), tmp_path / "Rossler")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_vanishes_while_it_is_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zarr

    opened = zarr.open_group

    def vanishing(store: zarr.storage.LocalStore, **options: object) -> zarr.Group:
        group = opened(store, **options)
        shutil.rmtree(tmp_path / "cache")
        return group

    monkeypatch.setattr(zarr, "open_group", vanishing)
    with pytest.raises(StorageError, match=r"cannot write .*No such file or directory"):
        write_group(build(SMALL, dysts.get_system("Rossler")), tmp_path / "cache" / "Rossler")


def test_open_dataset_computes_what_is_missing_and_logs_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "dysts")
    collection = dysts.open_dataset(SMALL, systems=["Rossler", "Lorenz"])
    told = [(record.getMessage(), record.passing) for record in caplog.records if hasattr(record, "passing")]
    assert told[0][0].startswith("computing small of 2 systems")
    assert told[0][0].endswith("as no source is configured")
    assert any(line.startswith("1/2 Rossler") and passing for line, passing in told)
    assert told[-1] == ("computed small of 2 systems", False)
    assert sorted(path.name for path in (dataset_folder(SMALL)).iterdir()) == ["Lorenz", "Rossler"]
    assert collection["Lorenz"]["series"].shape == (3, 120, 3)
    caplog.clear()
    dysts.open_dataset(SMALL, systems=["Rossler"])
    assert not caplog.records
    lazily = dysts.open_dataset(SMALL)
    assert len(lazily) == 135
    assert lazily["Thomas"]["series"].shape == (3, 120, 3)
    tree = collection.to_datatree()
    assert isinstance(tree, xarray.DataTree)
    np.testing.assert_array_equal(tree["Lorenz/series"].values, collection["Lorenz"]["series"].values)


def test_outdated_and_damaged_groups_are_computed_anew() -> None:
    folder = dataset_folder(SMALL)
    built = build(SMALL, dysts.get_system("Rossler"))
    write_group(built.assign_attrs(inputs="0" * 64), folder / "Rossler")
    assert Collection(SMALL, ["Rossler"], folder).missing() == ["Rossler"]
    with warnings.catch_warnings():
        # What is outdated is replaced as a matter of course, what is damaged is not.
        warnings.simplefilter("error")
        assert dysts.open_dataset(SMALL)["Rossler"].attrs["inputs"] == built.attrs["inputs"]
    (folder / "Rossler" / "zarr.json").write_text("{")
    with pytest.warns(DystsWarning, match="Rossler of small is replaced: .* do not match their hash"):
        assert dysts.open_dataset(SMALL)["Rossler"].attrs["sha256"] == built.attrs["sha256"]
    (folder / "Rossler" / SEAL).unlink()
    with pytest.warns(DystsWarning, match="Rossler of small is replaced: .*older format"):
        assert dysts.open_dataset(SMALL)["Rossler"].attrs["sha256"] == built.attrs["sha256"]


def test_mistakes(cache: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'test-fine'"):
        dysts.open_dataset("test-fin")
    with pytest.raises(UnknownNameError, match="did you mean 'Lorenz'"):
        dysts.open_dataset(SMALL, systems=["Lorentz"])
    with pytest.raises(UnknownNameError, match="not in this collection"):
        dysts.open_dataset(SMALL, systems=["Rossler"])["Lorenz"]
    with pytest.raises(InvalidArgumentError, match="DYSTS_SOURCE"):
        dysts.open_dataset(SMALL, lazy=True)
    (dataset_folder(SMALL)).rename(cache / "moved")
    (dataset_folder(SMALL)).write_text("a file in the way")
    with pytest.raises(StorageError, match="cannot write"):
        dysts.open_dataset(SMALL, systems=["Rossler"])


def test_the_hash_depends_on_every_number() -> None:
    time_grid, values = np.arange(3.0), np.arange(6.0).reshape(1, 3, 2)
    digest = content_digest(time_grid, {"series": values})
    changed = values.copy()
    changed[0, 2, 1] += 1e-12
    assert content_digest(time_grid, {"series": changed}) != digest
    assert content_digest(time_grid + 1.0, {"series": values}) != digest
    assert content_digest(time_grid, {"series": values.reshape(1, 2, 3)}) != digest
    assert content_digest(time_grid, {"series": values.astype(np.float32)}) != digest
