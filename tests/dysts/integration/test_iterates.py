"""Orbits of maps: closed forms, the same bits in any company, iterates as times, escapes and domains, refusals."""

import numpy as np
import pytest

import dysts
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.integration.iterates import orbits

HENON = dysts.System.from_equations(
    "Henon",
    {"x": "1 - a*x**2 + y", "y": "b*x"},
    parameters={"a": 1.4, "b": 0.3},
    initial_conditions=[0.1, 0.1],
    kind="map",
)


def plain_henon(state: np.ndarray, count: int, a: float = 1.4, b: float = 0.3) -> np.ndarray:
    found = [state]
    for _ in range(count - 1):
        x, y = found[-1]
        found.append(np.array([1.0 - a * x * x + y, b * x]))
    return np.array(found)


def test_an_orbit_is_that_of_a_plain_loop() -> None:
    found = dysts.integrate(HENON, 30)
    # Both round differently in the last place, which chaos multiplies by exp(0.42) at each iterate: 3e5 times in all.
    np.testing.assert_allclose(found.values, plain_henon(np.array([0.1, 0.1]), 30), atol=1e-9)
    assert found.attrs["solver"] == "iteration"
    np.testing.assert_array_equal(found.time, np.arange(30.0))


def test_a_linear_map_has_its_closed_form() -> None:
    linear = dysts.System.from_equations(
        "Linear", {"x": "k*x + n", "n": "n"}, parameters={"k": 0.5}, initial_conditions=[3.0, 1.0], kind="map"
    )
    found = dysts.integrate(linear, 40).values[:, 0]
    np.testing.assert_allclose(found, 2.0 + 0.5 ** np.arange(40), rtol=1e-14)


def test_a_step_is_one_iterate_and_times_are_numbers_of_iterates() -> None:
    whole = dysts.integrate(HENON, 61).values
    np.testing.assert_array_equal(dysts.integrate(HENON, 21, step=3).values, whole[::3])
    chosen = dysts.integrate(HENON, times=[0, 7, 50])
    np.testing.assert_array_equal(chosen.values, whole[[0, 7, 50]])
    np.testing.assert_array_equal(chosen.time, [0.0, 7.0, 50.0])
    later = dysts.integrate(HENON, 11, start=50, initial_conditions=whole[50])
    np.testing.assert_array_equal(later.values, whole[50:])
    np.testing.assert_array_equal(later.time, np.arange(50.0, 61.0))


def test_the_number_of_the_iterate_is_the_time_of_the_equations() -> None:
    driven = dysts.System.from_equations("Driven", {"x": "x + t"}, initial_conditions=[0.0], kind="map")
    np.testing.assert_array_equal(dysts.integrate(driven, 5).values[:, 0], [0.0, 0.0, 1.0, 3.0, 6.0])
    np.testing.assert_array_equal(dysts.integrate(driven, 3, start=4).values[:, 0], [0.0, 4.0, 9.0])


def test_orbits_side_by_side_have_the_bits_of_each_alone() -> None:
    states = np.random.default_rng(0).uniform(-0.1, 0.1, (21, 2))
    many = dysts.integrate(HENON, 50, initial_conditions=states, threads=2)
    for state, one in zip(states, many.values, strict=True):
        np.testing.assert_array_equal(one, dysts.integrate(HENON, 50, initial_conditions=state).values)
    ensemble = dysts.integrate(HENON.with_parameters(a=np.linspace(1.0, 1.4, 9)), 50)
    np.testing.assert_array_equal(ensemble.values[3], dysts.integrate(HENON.with_parameters(a=1.15), 50).values)


@pytest.mark.parametrize("count", [1, 12])
def test_an_escape_is_told_with_its_iterate(count: int) -> None:
    states = np.tile([0.1, 0.1], (count, 1))
    states[-1] = [5.0, 5.0]
    with pytest.raises(IntegrationError, match=r"ended at iterate 8 of 99: the orbit escapes to infinity") as caught:
        dysts.integrate(HENON, 100, initial_conditions=states)
    assert (f"orbit {count - 1}, 1 of {count} failed" in str(caught.value)) == (count > 1)
    kept = dysts.integrate(HENON, 100, initial_conditions=states, on_failure="keep")
    alive = np.isfinite(kept.values[-1]).all(axis=-1)
    assert alive.sum() == 9
    assert alive[:9].all()
    assert "escaped" in kept.attrs["status"]
    solution = orbits([HENON], states, np.append(0, np.ones(99, dtype=np.int64)))
    assert solution.reached[-1] == 8.0
    if count > 1:
        np.testing.assert_array_equal(kept.values[0], dysts.integrate(HENON, 100).values)


def test_the_end_of_a_domain_is_told_from_an_escape() -> None:
    logarithm = dysts.System.from_equations("Logarithm", {"x": "log(x)"}, initial_conditions=[0.5], kind="map")
    with pytest.raises(IntegrationError, match="ended at iterate 1 of 9: the next state is not a number"):
        dysts.integrate(logarithm, 10)


def test_orbits_are_rebuilt() -> None:
    for found in (
        dysts.integrate(HENON, 20, step=2),
        dysts.integrate(HENON.with_parameters(a=[1.0, 1.2]), times=[3, 4], start=1),
    ):
        assert dysts.rebuild(found).identical(found)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"step": 0.5}, InvalidArgumentError, "step of a map must be a whole number of iterates from 1 on, got 0.5"),
        ({"step": -1}, InvalidArgumentError, "step of a map must be a whole number"),
        ({"times": [0.0, 1.5]}, InvalidArgumentError, "must be whole numbers of iterates, got 1.5"),
        ({"times": [3, 1]}, InvalidArgumentError, "as a map has no way back"),
        ({"times": [3], "step": 2}, InvalidArgumentError, "exclude one another"),
        ({"rtol": 1e-9}, NotSupportedError, "rtol is for flows, got 1e-09 for the map Henon"),
        ({"points_per_period": 10}, NotSupportedError, "points_per_period is for flows"),
        ({"noise": dysts.Noise(additive=1.0, seed=0)}, NotSupportedError, "noise is for flows"),
        ({"solver": "radau"}, InvalidArgumentError, "solver must be 'auto' or 'iteration' for a map"),
        ({"start": 0.5}, InvalidArgumentError, "start of a map must be a whole number"),
        ({"initial_conditions": [1.0]}, InvalidArgumentError, "2 components"),
    ],
)
def test_what_has_no_meaning_for_a_map_is_refused(wrong: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        dysts.integrate(HENON, **wrong)  # type: ignore[arg-type]


def test_computations_in_time_refuse_maps() -> None:
    with pytest.raises(NotSupportedError, match="map Henon"):
        dysts.local_exponents(HENON.with_period(1.0), interval=1.0, intervals=2)
    with pytest.raises(NotSupportedError, match="map Henon"):
        HENON.to_code("python")
    with pytest.raises((NotSupportedError, InvalidArgumentError)):
        dysts.poincare_section(HENON.with_period(1.0), "x", 10)
