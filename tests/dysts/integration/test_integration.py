"""integrate() gives exactly the requested points, the same bits however it is run, and one sentence for a mistake."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from linear_systems import make

import dysts
from dysts.errors import DystsError, IntegrationError, InvalidArgumentError, UnknownNameError
from dysts.integration.rebuild import rebuild

GOLDEN = json.loads((Path(__file__).parents[1] / "facts" / "golden.json").read_text())
ORDINARY = [name for name in dysts.list_systems(variants=True) if dysts.get_system(name).delay is None]


@pytest.mark.parametrize("name", ["Lorenz", "Rossler", "Duffing", "CellCycle"])
def test_the_spacing_is_the_period_divided_by_the_points(name: str) -> None:
    x = dysts.integrate(name, 250, points_per_period=100)
    np.testing.assert_array_equal(x["time"].values, np.arange(250) * (dysts.get_system(name).period / 100))
    np.testing.assert_allclose(x["time_in_periods"].values, np.arange(250) / 100, rtol=1e-14)


def test_three_clocks() -> None:
    lorenz = dysts.get_system("Lorenz")
    by_lyapunov_time = dysts.integrate(lorenz, 11, points_per_lyapunov_time=10)
    np.testing.assert_allclose(by_lyapunov_time["time"].values[-1], 1.0 / lorenz.lyapunov_exponent, rtol=1e-14)
    np.testing.assert_allclose(by_lyapunov_time["time_in_lyapunov_times"].values[-1], 1.0, rtol=1e-14)
    by_time = dysts.integrate(lorenz, times=by_lyapunov_time["time"].values)
    np.testing.assert_array_equal(by_time.values, by_lyapunov_time.values)
    by_step = dysts.integrate(lorenz, 3, step=0.25)
    np.testing.assert_array_equal(by_step["time"].values, [0.0, 0.25, 0.5])


def test_a_result_that_is_written_to_changes_no_other() -> None:
    first = dysts.integrate("Lorenz", 20)
    for name in first.coords:
        with pytest.raises(ValueError, match="read-only"):
            first.coords[name].values[0] = first.coords[name].values[1]
    first.values[:] = 0.0
    first.attrs.clear()
    second = dysts.integrate("Lorenz", 20)
    np.testing.assert_array_equal(
        second["time_in_periods"].values, np.arange(20) * (second["time"].values[1]) / dysts.get_system("Lorenz").period
    )
    assert second.values[0].tolist() == list(dysts.get_system("Lorenz").initial_conditions)
    assert second.attrs["system"] == "Lorenz"


def test_the_first_point_is_the_initial_condition_itself() -> None:
    for name in ("Lorenz", "MacArthur", "Thomas"):
        np.testing.assert_array_equal(dysts.integrate(name, 2).values[0], dysts.get_system(name).initial_conditions)
    later = dysts.integrate("Lorenz", times=[1.0, 2.0])
    assert (later.values[0] != dysts.get_system("Lorenz").initial_conditions).all()


def test_many_initial_conditions_equal_single_runs_bit_for_bit_for_any_number_of_threads() -> None:
    states = np.random.default_rng(3).standard_normal((7, 3)) * 5.0
    one = dysts.integrate("Lorenz", 100, initial_conditions=states, threads=1)
    many = dysts.integrate("Lorenz", 100, initial_conditions=states, threads=4)
    assert one.dims == ("trajectory", "time", "component")
    np.testing.assert_array_equal(one.values, many.values)
    for index, state in enumerate(states):
        np.testing.assert_array_equal(
            dysts.integrate("Lorenz", 100, initial_conditions=state).values, one.values[index]
        )


def test_attributes_rebuild_the_same_bits_also_from_a_file(tmp_path: Path) -> None:
    system = dysts.get_system("Duffing").with_parameters(gamma=0.3)
    x = dysts.integrate(system, 50, rtol=1e-10, initial_conditions=[[1.0, 0.0, 0.0], [0.1, 0.2, 0.3]])
    np.testing.assert_array_equal(rebuild(x).values, x.values)
    path = tmp_path / "x.nc.zarr"
    x.to_dataset(name="x").to_zarr(path, zarr_format=3, consolidated=False)
    stored = xarray.open_zarr(path, consolidated=False)["x"].load()
    np.testing.assert_array_equal(rebuild(stored).values, x.values)


def test_a_trajectory_that_ended_at_the_limit_on_steps_is_rebuilt_as_short() -> None:
    x = dysts.integrate("Lorenz", 1000, maximum_steps=100, on_failure="keep", solver="dop853")
    assert np.isnan(x.values[-1]).all()
    np.testing.assert_array_equal(rebuild(x).values, x.values)
    assert "maximum_steps" not in dysts.integrate("Lorenz", 10).attrs


def test_a_driving_phase_stays_within_one_turn_and_does_not_disturb_the_rest() -> None:
    duffing = dysts.get_system("Duffing")
    times = np.linspace(0.0, 40.0, 400)
    x = dysts.integrate(duffing, times=times, rtol=1e-12).sel(component="z").values
    assert x.min() >= 0.0
    assert x.max() < 2 * np.pi
    np.testing.assert_allclose(np.exp(1j * x), np.exp(1.4j * times), atol=1e-11)
    turned = np.add(duffing.initial_conditions, [0.0, 0.0, 200 * np.pi])
    a = dysts.integrate(duffing, times=times, rtol=1e-12, initial_conditions=turned).values
    b = dysts.integrate(duffing, times=times, rtol=1e-12).values
    np.testing.assert_allclose(a[:100, :2], b[:100, :2], atol=1e-9)


@pytest.mark.parametrize("name", ["DoublePendulum", "HenonHeiles", "NuclearQuadrupole", "SwingingAtwood"])
def test_energy_is_conserved(name: str) -> None:
    from dysts.equations.expressions import evaluate, parse

    system = dysts.get_system(name)
    x = dysts.integrate(system, 1200, points_per_period=100, rtol=1e-12).values
    values: dict[str, Any] = dict(system.flat_parameters) | dict(zip(system.variables, x.T, strict=True))
    for key, tree in system.vector_field.definitions.items():
        values[key] = evaluate(tree, values)
    energy = evaluate(parse(system.conservation["energy"], where=name, names=values.keys()), values)
    # A thousand steps with a local error of 1e-12 each.
    assert np.ptp(energy) < 1e-9 * max(1.0, np.abs(energy).max())


@pytest.mark.parametrize("name", ORDINARY)
def test_every_ordinary_system_stays_finite_and_moving_for_12_periods(name: str) -> None:
    x = dysts.integrate(name, 1200, points_per_period=100)
    assert x.attrs["status"] == "success"
    assert np.isfinite(x.values).all()
    system = dysts.get_system(name)
    observed = system.observe(x.values)
    spread = np.array(system.property_value("standard_deviation"))
    assert (observed[600:].std(axis=0) > 1e-6 * spread).any()
    assert (np.abs(observed - system.property_value("mean")) < 60.0 * spread + 1e-9).all()


@pytest.mark.parametrize("name", ORDINARY)
def test_every_ordinary_system_stays_on_its_set_for_1000_periods(name: str) -> None:
    system = dysts.get_system(name)
    # An orbit that leaves in the end does so at a time that the last digit decides.
    periods = 1000 if system.lifetime is None else int(min(1000.0, system.lifetime / 4.0))
    x = dysts.integrate(system, 2 * periods, points_per_period=2, predictability=False)
    assert x.attrs["status"] == "success"
    observed = system.observe(x.values)
    spread = np.array(system.property_value("standard_deviation"))
    assert (np.abs(observed - system.property_value("mean")) < 60.0 * spread + 1e-9).all()
    assert (observed[periods:].std(axis=0) > 0.1 * spread).any()


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_trajectories_have_not_changed(name: str) -> None:
    # A time of its own, so that a new annotation of the period moves nothing.
    x = dysts.integrate(name, times=[0.0, GOLDEN[name]["time"]], rtol=1e-12)
    # Mathematical libraries differ in last digits, which one period of chaos amplifies by less than a million.
    np.testing.assert_allclose(x.values[-1], GOLDEN[name]["state"], rtol=1e-8, atol=1e-9)


WRONG: list[tuple[dict[str, Any], type[DystsError], str]] = [
    ({"system": "Lorentz"}, UnknownNameError, "did you mean 'Lorenz'"),
    ({"points": 0}, InvalidArgumentError, "points must be a whole number of at least 1, got 0"),
    ({"points": -5}, InvalidArgumentError, "points must be a whole number of at least 1, got -5"),
    ({"points": 1.5}, InvalidArgumentError, "points must be a whole number of at least 1, got 1.5"),
    ({"points": True}, InvalidArgumentError, "points must be a whole number of at least 1, got True"),
    ({"points_per_period": 0}, InvalidArgumentError, "points_per_period must be a positive finite number, got 0"),
    (
        {"points_per_period": float("nan")},
        InvalidArgumentError,
        "points_per_period must be a positive finite number, got nan",
    ),
    ({"step": 0.0}, InvalidArgumentError, "step must be a finite number other than 0, got 0.0"),
    ({"step": 0.1, "points_per_period": 10}, InvalidArgumentError, "exclude one another"),
    ({"times": [0.0, 1.0], "points": 2}, InvalidArgumentError, "exclude one another"),
    ({"times": [0.0, 1.0, 1.0]}, InvalidArgumentError, "increase strictly"),
    ({"times": [1.0, 0.5]}, InvalidArgumentError, "increase strictly"),
    ({"times": [-1.0, 0.5]}, InvalidArgumentError, "must lie on one side of the start 0.0"),
    ({"times": [0.0, float("inf")]}, InvalidArgumentError, "finite"),
    ({"times": []}, InvalidArgumentError, "at least one time"),
    ({"times": "now"}, InvalidArgumentError, "times must be numbers"),
    ({"initial_conditions": [1.0, 2.0]}, InvalidArgumentError, "3 components"),
    ({"initial_conditions": [1.0, float("nan"), 2.0]}, InvalidArgumentError, "must be finite"),
    ({"initial_conditions": np.zeros((2, 2, 3))}, InvalidArgumentError, "shape"),
    ({"initial_conditions": np.zeros((0, 3))}, InvalidArgumentError, "shape"),
    ({"rtol": 0.0}, InvalidArgumentError, "rtol must be at least 1e-14 and below 1, got 0.0"),
    ({"rtol": 1e-17}, InvalidArgumentError, "rtol must be at least 1e-14 and below 1, got 1e-17"),
    ({"rtol": float("nan")}, InvalidArgumentError, "rtol must be at least 1e-14 and below 1, got nan"),
    ({"rtol": "small"}, InvalidArgumentError, "numbers"),
    ({"atol": -1.0}, InvalidArgumentError, "atol must be positive and finite, got -1.0"),
    ({"atol": [1e-9, 1e-9]}, InvalidArgumentError, "one for each"),
    ({"maximum_steps": 0}, InvalidArgumentError, "maximum_steps must be a whole number of at least 1, got 0"),
    ({"threads": 0}, InvalidArgumentError, "threads must be a whole number of at least 1, got 0"),
    ({"on_failure": "ignore"}, InvalidArgumentError, "on_failure"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), WRONG, ids=[f"{i}" for i in range(len(WRONG))])
def test_a_mistake_gives_one_sentence(arguments: dict[str, Any], error: type[DystsError], message: str) -> None:
    with pytest.raises(error) as caught:
        dysts.integrate(**{"system": "Lorenz", **arguments})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_keyword_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        dysts.integrate("Lorenz", pts_per_period=100)  # type: ignore[call-arg]


def test_a_system_without_a_lyapunov_time_says_so() -> None:
    with pytest.raises(InvalidArgumentError, match="no Lyapunov time"):
        dysts.integrate("Torus", 10, points_per_lyapunov_time=10)


def test_one_failing_trajectory_of_many_is_named() -> None:
    system = make({"x": "x**2 - 1"}, [0.0])
    with pytest.raises(IntegrationError, match=r"Test \(trajectory 1, 1 of 3 failed\)"):
        dysts.integrate(system, times=[0.0, 10.0], initial_conditions=[[0.0], [2.0], [-3.0]])


def test_the_callers_random_state_is_untouched() -> None:
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr] # noqa: NPY002
    dysts.integrate("Lorenz", 10)
    dysts.lyapunov_spectrum("Lorenz", trajectories=2, periods=5)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # type: ignore[index] # noqa: NPY002
