"""Data sets of maps: their times are iterates, their series pieces of one orbit, and flows keep their own recipes."""

import json
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.cli import main
from dysts.datasets.checks import check_series
from dysts.datasets.named_recipes import RECIPES, get_recipe
from dysts.datasets.recipe import Recipe
from dysts.errors import InvalidArgumentError, NotSupportedError

FLOWS = [name for name, recipe in RECIPES.items() if recipe.kind == "flow" and recipe.period_source == "registry"]


def test_a_stored_orbit_is_the_orbit_of_the_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path))
    data = dysts.open_dataset("test-maps", systems=["HenonMap"])["HenonMap"]
    assert data["series"].shape == (10, 1200, 2)
    assert (data["time"].values == np.arange(1200)).all()
    x, y = data["series"].values[3].T
    assert np.abs(x[1:] - (1.0 - 1.4 * x[:-1] ** 2 + y[:-1])).max() < 1e-15
    assert (y[1:] == 0.3 * x[:-1]).all()
    assert data.attrs["clock"] == "iterate"
    assert data.attrs["step"] == data.attrs["period"] == 1.0
    assert "time_in_periods" not in data.coords
    henon = dysts.get_system("HenonMap")
    assert np.allclose(data["time_in_lyapunov_times"], np.arange(1200) * henon.lyapunov_exponent)
    start = data["start"].values[0]
    assert start == int(start) >= 10_000
    state = dysts.integrate(henon, times=[start]).values[0]
    assert (state == data["series"].values[0, 0]).all()


def test_trajectories_of_train_and_test_are_different_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path))
    starts = []
    for split in ("train", "test"):
        collection = dysts.open_dataset(f"{split}-maps", systems=["HenonMap", "GumowskiMiraMap"])
        assert collection.check(collection.systems) == []
        starts.append(collection["HenonMap"]["start"].values)
    between = np.diff(np.sort(np.concatenate(starts)))
    assert between.min() >= 1200


def test_a_frozen_orbit_of_a_map_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path))
    data = dysts.open_dataset("test-maps", systems=["RickerMap"])["RickerMap"].load()
    assert check_series(data) == []
    data["series"].values[4, 300:450] = data["series"].values[4, 300]
    assert [finding.check for finding in check_series(data)] == ["frozen"]


def test_commands_build_verify_publish_and_download_maps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path / "cache"))
    chosen = ["test-maps", "--systems", "LoziMap"]
    assert main(["dataset", "build", *chosen, "--workers", "1"]) == 0
    assert (tmp_path / "cache" / "datasets" / "test-maps" / "LoziMap").is_dir()
    assert main(["dataset", "verify", *chosen]) == 0
    assert main(["dataset", "publish", str(tmp_path / "site"), *chosen]) == 0
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path / "other"))
    assert main(["dataset", "download", *chosen, "--source", str(tmp_path / "site")]) == 0
    capsys.readouterr()
    assert main(["dataset", "info", *chosen, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["systems"], row["downloaded"], row["unit"], row["points"]) == (1, 1, "iterate", 1200)


def test_each_recipe_holds_the_systems_of_its_kind() -> None:
    assert set(dysts.open_dataset("test-maps")) == set(dysts.list_systems(kind="map"))
    assert len(dysts.open_dataset("test-fine")) == 135
    with pytest.raises(NotSupportedError, match="test-fine is for flows, got the map HenonMap"):
        dysts.open_dataset("test-fine", systems=["HenonMap"])
    with pytest.raises(NotSupportedError, match="test-maps is for maps, got the flow Lorenz"):
        dysts.open_dataset("test-maps", systems=["Lorenz"])


def test_a_registry_of_ones_own_is_split_by_kind() -> None:
    common = {"variables": ["x"], "initial_conditions": [0.2]}
    own = {
        "Fold": {"definition": {"kind": "map", "equations": {"x": "cos(3*x)"}, **common}},
        "Decay": {"definition": {"equations": {"x": "-x"}, **common}},
    }
    assert list(dysts.open_dataset("test-maps", registry=own)) == ["Fold"]
    assert list(dysts.open_dataset("test-fine", registry=own)) == ["Decay"]


def test_recipes_of_flows_are_written_as_before() -> None:
    fields = ["after", "dtype", "dynamical_noise", "lyapunov_times", "name", "periods", "points_per_lyapunov_time"]
    fields += ["points_per_period", "rtol", "seed", "signal_to_noise_db", "split", "trajectories"]
    assert all(sorted(RECIPES[name].to_dict()) == fields for name in FLOWS)
    assert get_recipe("test-fine").to_json() == (
        '{"after": 0.0, "dtype": "float64", "dynamical_noise": 0.0, "lyapunov_times": null, "name": "test-fine", '
        '"periods": 12, "points_per_lyapunov_time": null, "points_per_period": 100, "rtol": 1e-14, "seed": 0, '
        '"signal_to_noise_db": null, "split": "test", "trajectories": 10}'
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"periods": 3, "points_per_period": 10}, "not two of these"),
        ({"iterates": 0}, "iterates must be"),
        ({"dynamical_noise": 0.1}, "no dynamical_noise"),
        ({"after": 0.5}, "a whole number of iterates in after"),
    ],
)
def test_recipes_of_maps_refuse_the_fields_of_flows(changes: dict[str, float], told: str) -> None:
    with pytest.raises(InvalidArgumentError, match=told):
        Recipe(**{"name": "mine", "iterates": 100, **changes})
