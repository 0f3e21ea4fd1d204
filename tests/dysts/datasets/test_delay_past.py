"""The past of a delay system's trajectory, computed again, leads to the series that was stored."""

import dataclasses

import numpy as np
import pytest

import dysts
from dysts.datasets.build import build
from dysts.datasets.delay_past import past_of
from dysts.datasets.recipe import Recipe
from dysts.errors import NotSupportedError
from dysts.integration.truth import truth_horizon

RECIPE = Recipe(name="past", points_per_period=20, periods=8, trajectories=2)


@pytest.mark.parametrize("name", ["MackeyGlass", "ScrollDelay"])
def test_the_solution_from_the_past_is_the_stored_one(name: str) -> None:
    system = dysts.get_system(name)
    series = build(RECIPE, system)["series"].values[1]
    last = 60
    step = RECIPE.step(system)
    past = past_of(RECIPE, system, 1, last * step)
    # Beyond two units in the last place, which the orbits themselves have not in common.
    size = np.abs(series).max()
    np.testing.assert_allclose(past(0.0), series[last], rtol=0.0, atol=1e-11 * size)
    times = step * np.arange(len(series) - last)
    solved = dysts.integrate(system, times=times, history=past, rtol=1e-13, predictability=False)
    np.testing.assert_allclose(solved.values[:20], series[last : last + 20], rtol=0.0, atol=1e-9 * size)
    lasts = truth_horizon(system, times, series[last:], scale=series.std(axis=0), history=past)
    assert lasts >= min(times[-1], 12.0 * system.lyapunov_time)
    wrong = past_of(RECIPE, system, 0, last * step)
    assert truth_horizon(system, times, series[last:], scale=series.std(axis=0), history=wrong) == 0.0


def test_a_past_under_noise_is_refused() -> None:
    noisy = dataclasses.replace(RECIPE, dynamical_noise=0.1)
    with pytest.raises(NotSupportedError, match=r"dynamical_noise must be 0 .*, got 0\.1"):
        past_of(noisy, dysts.get_system("MackeyGlass"), 0, 1.0)
