"""Recipes are small checked values, and starts follow from them alone."""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
from dataset_helpers import SMALL

import dysts
from dysts.datasets import RECIPES, Recipe, get_recipe, load_recipes
from dysts.datasets.build import build
from dysts.datasets.digest import inputs_digest
from dysts.datasets.named_recipes import STANDARD
from dysts.datasets.starts import repeats_itself, start_times, starts
from dysts.errors import InvalidArgumentError, NotSupportedError, StorageError, UnknownNameError
from dysts.systems.frozen import freeze
from dysts.systems.published_periods import published_period, published_periods


def test_the_named_recipes_are_those_that_are_promised() -> None:
    expected = {
        f"{s}-{g}{n}" for s in ("train", "test") for g in ("fine", "coarse") for n in ("", "-noisy", "-observed-noise")
    }
    assert set(RECIPES) == {
        *expected,
        "train-paper",
        "test-paper",
        "long-paper",
        "scale",
        "train-maps",
        "test-maps",
        "long",
        "lyapunov",
        "ensemble",
    }
    assert get_recipe("test-fine").points == 1200
    assert get_recipe("train-coarse").points == 12 * 15
    assert get_recipe("long").points == 6000
    assert get_recipe("test-paper").points == 1200
    assert get_recipe("long-paper").points == 6000
    assert all(RECIPES[name].trajectories == 10 for name in STANDARD)
    assert set(RECIPES) - set(STANDARD) == {"ensemble", "scale", "train-paper", "test-paper", "long-paper"}


@pytest.mark.parametrize(
    "change",
    [
        {"points_per_period": 0},
        {"periods": -1},
        {"trajectories": 1.5},
        {"seed": -1},
        {"name": "a/b"},
        {"name": "..."},
        {"split": "validation"},
        {"dtype": "float16"},
        {"dynamical_noise": -0.1},
        {"signal_to_noise_db": "loud"},
        {"after": float("inf")},
        {"rtol": 0.0},
        {"lyapunov_times": 3},
        {"periods": None},
    ],
)
def test_recipes_are_checked(change: dict[str, object]) -> None:
    with pytest.raises(InvalidArgumentError):
        Recipe.from_dict(SMALL.to_dict() | change)


def test_recipes_travel_as_plain_values() -> None:
    assert Recipe.from_dict(SMALL.to_dict()) == SMALL
    with pytest.raises(UnknownNameError, match="did you mean 'periods'"):
        Recipe.from_dict(SMALL.to_dict() | {"period": 1})
    assert dataclasses.replace(SMALL, after=1).to_json() == dataclasses.replace(SMALL, after=1.0).to_json()
    assert SMALL.with_dtype("float32").name == "small-float32"
    assert SMALL.with_dtype("float32").with_dtype("float64") == SMALL


def test_recipes_from_a_toml_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "[short]\npoints_per_period = 30\nperiods = 2\n\n[fast]\npoints_per_lyapunov_time = 9\nlyapunov_times = 2\n"
    )
    assert load_recipes(path)["short"] == Recipe(name="short", points_per_period=30, periods=2)
    assert get_recipe(f"{path}:fast").points == 18
    with pytest.raises(UnknownNameError, match="short"):
        get_recipe(f"{path}:shirt")
    path.write_text("[short]\npoints_per_periode = 30\n")
    with pytest.raises(UnknownNameError, match="points_per_period"):
        load_recipes(path)
    path.write_text("[test-fine]\npoints_per_period = 30\nperiods = 2\n")
    with pytest.raises(InvalidArgumentError, match="belongs to this package"):
        load_recipes(path)
    path.write_text("short = [")
    with pytest.raises(InvalidArgumentError, match="not TOML"):
        load_recipes(path)
    with pytest.raises(StorageError, match="cannot read"):
        load_recipes(tmp_path / "absent.toml")


def test_train_and_test_never_share_a_piece_of_the_orbit_and_long_and_lyapunov_are_clear_of_both() -> None:
    for name in ("Lorenz", "Torus", "HenonHeiles", "PanXuZhou"):
        system = dysts.get_system(name)
        spans = []
        for recipe in (get_recipe(r) for r in ("train-fine", "test-fine", "long", "lyapunov")):
            spans += [(begin, begin + recipe.duration(system)) for begin in start_times(recipe, system)]
        spans.sort()
        assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans)), name


def test_starts_depend_on_split_and_seed_but_not_on_granularity_or_noise() -> None:
    system = dysts.get_system("Rossler")
    fine = start_times(get_recipe("test-fine"), system)
    for name in ("test-coarse", "test-fine-noisy", "test-coarse-observed-noise", "test-fine-float32"):
        np.testing.assert_array_equal(start_times(get_recipe(name), system), fine)
    other = start_times(dataclasses.replace(get_recipe("test-fine"), seed=1), system)
    assert not np.isin(other, fine).any()


@pytest.mark.parametrize(
    ("name", "value"), [("period", 2.0), ("lyapunov_spectrum", [1.0, 0.0, -15.0]), ("regime", "periodic")]
)
def test_the_properties_that_decide_about_a_series_decide_about_its_hash(name: str, value: object) -> None:
    lorenz = dysts.get_system("Lorenz")
    changed = {**lorenz.properties, name: {**lorenz.properties[name], "value": value}}
    other = dataclasses.replace(lorenz, properties=freeze(changed))
    assert inputs_digest(SMALL, other) != inputs_digest(SMALL, lorenz)


def test_fine_series_pass_through_the_coarse_ones() -> None:
    lorenz = dysts.get_system("Lorenz")
    fine = build(dataclasses.replace(SMALL, points_per_period=40), lorenz)["series"].values
    np.testing.assert_allclose(fine[:, ::2], build(SMALL, lorenz)["series"].values, rtol=0, atol=1e-6)


def test_a_system_without_a_positive_exponent_counts_periods() -> None:
    recipe = get_recipe("lyapunov")
    lorenz, torus = dysts.get_system("Lorenz"), dysts.get_system("Torus")
    assert recipe.clock(lorenz) == "lyapunov time"
    assert recipe.step(lorenz) == pytest.approx(1.0 / lorenz.lyapunov_exponent / 100)
    assert torus.lyapunov_time is None
    assert recipe.clock(torus) == "period"
    assert recipe.step(torus) == torus.period / 100
    attributes = build(dataclasses.replace(recipe, name="few", lyapunov_times=1, trajectories=1), torus).attrs
    assert attributes["clock"] == "period"
    assert attributes["points_per_period"] == pytest.approx(100)


def test_the_recipes_of_the_paper_count_the_periods_of_dysts_096() -> None:
    lorenz, recipe = dysts.get_system("Lorenz"), get_recipe("test-paper")
    assert published_period(lorenz) == 1.5008
    assert len(published_periods()) == 135
    assert recipe.clock(lorenz) == "published period"
    assert recipe.step(lorenz) == 1.5008 / 100
    dataset = build(recipe, lorenz)
    assert dataset["time"].values[-1] == pytest.approx(11.99 * 1.5008)
    assert dataset.attrs["period"] == lorenz.period
    assert dataset.attrs["published_period"] == 1.5008
    assert dataset.attrs["points_per_period"] == pytest.approx(100 * lorenz.period / 1.5008)
    # Train and test are neighbours on one orbit and do not overlap.
    begin = {name: start_times(get_recipe(name), lorenz)[0] for name in ("train-paper", "test-paper")}
    assert begin["test-paper"] - begin["train-paper"] > 12 * 1.5008
    assert start_times(get_recipe("long-paper"), lorenz)[0] > begin["test-paper"] + 12 * 1.5008
    assert published_period(dysts.get_system("DoublePendulumPredecessor")) == published_period(
        dysts.get_system("DoublePendulum")
    )
    own = lorenz.with_parameters(rho=29.0)
    assert recipe.step(own) == recipe.step(lorenz)
    with pytest.raises(NotSupportedError, match="has no published period"):
        published_period(dataclasses.replace(lorenz, name="Mine"))
    with pytest.raises(InvalidArgumentError, match="must have points_per_period"):
        Recipe(name="x", points_per_lyapunov_time=10, lyapunov_times=3, period_source="published")
    with pytest.raises(InvalidArgumentError, match="period_source must be one of"):
        dataclasses.replace(recipe, period_source="theirs")


def test_trajectories_of_a_transient_set_are_still_on_it_at_their_ends() -> None:
    system = dysts.get_system("PanXuZhou")
    recipe = Recipe(name="transient", points_per_period=50, periods=24, trajectories=4)
    assert system.lifetime is not None
    assert recipe.duration(system) * recipe.trajectories > system.lifetime * system.period
    built = build(recipe, system)
    assert not any(repeats_itself(trajectory) for trajectory in built["series"].values)
    assert built.attrs["restarts"] == starts(recipe, system).restarts
    # Left alone, the orbit comes to rest: otherwise there would be nothing to be drawn again.
    orbit = dysts.integrate(system, times=(3000.0 + np.arange(2000) / 40) * system.period, predictability=False)
    assert repeats_itself(orbit.values)
