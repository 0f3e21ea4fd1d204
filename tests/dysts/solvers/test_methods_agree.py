"""Three ways to the largest exponent that share no code: tangent vectors, nearby trajectories, and data alone."""

import numpy as np
import pytest

import dysts
from dysts.invariants import lyapunov_from_data

DOZEN = (
    "Chen",
    "Chua",
    "DoublePendulum",
    "Hadley",
    "Halvorsen",
    "HyperRossler",
    "Lorenz",
    "Lorenz96",
    "RikitakeDynamo",
    "Rossler",
    "SprottB",
    "Thomas",
)


@pytest.mark.parametrize("name", DOZEN[::2])
def test_nearby_trajectories_agree_with_tangent_vectors(name: str) -> None:
    tangent, nearby = (
        dysts.lyapunov_spectrum(name, method=method, vectors=2, trajectories=16, periods=60.0, discard=10.0)
        for method in ("tangent", "nearby")
    )
    for one, other, a, b in zip(tangent.exponents, nearby.exponents, tangent.errors, nearby.errors, strict=True):
        assert abs(one - other) < 4.0 * np.hypot(a, b) + 1e-6


@pytest.mark.parametrize("name", DOZEN)
def test_data_alone_agree_with_the_stored_exponent(name: str) -> None:
    system = dysts.get_system(name)
    series = dysts.integrate(system, 80_000, points_per_period=20, predictability=False)
    step = float(series.time[1])
    steps = max(100, int(5.0 / system.lyapunov_exponent / step))
    found = lyapunov_from_data(system.observe(series.values), step=step, steps=steps, theiler=40)
    assert found.reliable
    # The error is the spread of slopes inside the straight part, of which a quarter is allowed.
    assert abs(found.value - system.lyapunov_exponent) < 2.0 * found.error
