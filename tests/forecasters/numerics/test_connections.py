"""The compiled parts of a reservoir against dense linear algebra, and many closed loops against each alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from forecasters.numerics.box import Box
from forecasters.numerics.connections import add_recurrent, spectral_radius
from forecasters.reservoir import _Dynamics, _Reservoir


def _dense(sources: NDArray[np.intp], strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.zeros((len(sources), len(sources)))
    np.put_along_axis(matrix, sources, strengths, axis=1)
    return matrix


@pytest.mark.parametrize(("units", "connections"), [(1, 1), (30, 3), (99, 2), (100, 1), (250, 3), (400, 40)])
def test_spectral_radius_is_that_of_all_eigenvalues(units: int, connections: int) -> None:
    rng = np.random.default_rng(units)
    sources = np.stack([rng.choice(units, connections, replace=False) for _ in range(units)])
    strengths = rng.uniform(-1.0, 1.0, sources.shape)
    expected = np.abs(np.linalg.eigvals(_dense(sources, strengths))).max()
    assert spectral_radius(sources, strengths) == pytest.approx(expected, rel=1e-9)


def test_recurrent_sums_are_a_matrix_product_scaled_for_each_case() -> None:
    rng = np.random.default_rng(0)
    sources = np.stack([rng.choice(20, 4, replace=False) for _ in range(20)])
    strengths, states = rng.normal(size=(20, 4)), rng.normal(size=(20, 7))
    radius, total = rng.uniform(0.1, 2.0, 7), rng.normal(size=(20, 7))
    expected = total + radius * (_dense(sources, strengths) @ states)
    add_recurrent(sources, strengths, radius, states, total)
    np.testing.assert_allclose(total, expected, rtol=1e-12, atol=1e-12)


def test_closed_loops_side_by_side_are_those_of_each_alone() -> None:
    rng = np.random.default_rng(1)
    reservoir = _Reservoir.draw(40, 3, 2, rng)
    dynamics = _Dynamics.of([(0.9, 0.5, 0.3)])
    weights, states = 0.01 * rng.normal(size=(5, 43, 2)), 0.1 * rng.normal(size=(5, 40))
    observed, box = rng.normal(size=(5, 2)), Box.around(10.0 * rng.normal(size=(50, 2)))
    together = reservoir.roll_out(weights, states, observed, 30, dynamics=dynamics, box=box)
    for case in range(5):
        alone = reservoir.roll_out(weights[[case]], states[[case]], observed[[case]], 30, dynamics=dynamics, box=box)
        np.testing.assert_allclose(together[case], alone[0], rtol=1e-9, atol=1e-12)
    assert np.ptp(together, axis=1).min() > 0.01
