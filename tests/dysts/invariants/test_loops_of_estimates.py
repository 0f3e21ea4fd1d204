"""The compiled loops of the estimates from data give the numbers of plain array code."""

import math

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy.spatial.distance import cdist

from dysts.invariants.correlation_dimension import RADII_PER_OCTAVE, _bins_of_squares, correlation_sum
from dysts.invariants.divergence_from_data import _curves_to
from dysts.invariants.scaling import scaling_region
from dysts.invariants.time_series import standardised


@pytest.mark.parametrize("components", [1, 3])
def test_the_bin_of_a_square_distance_is_that_of_its_logarithm(components: int) -> None:
    largest, bins = 2.0 * math.sqrt(components), 96
    beyond, lowest, places, edges = _bins_of_squares(largest, bins)
    squares = beyond * 10.0 ** np.random.default_rng(0).uniform(-16.0, 0.0, 200_000)
    # Edges that a logarithm tells exactly: of them, a square is the largest of the bin below.
    squares = np.append(squares, beyond * 4.0 ** -np.arange(1.0, 20.0))
    entry = (squares.view(np.int64) >> 48) - lowest
    found = np.where(entry < 0, bins - 1, places[entry] + (squares <= edges[entry]))
    wanted = np.minimum((0.5 * RADII_PER_OCTAVE * np.log2(beyond / squares)).astype(int), bins - 1)
    np.testing.assert_array_equal(found, wanted)


def test_pairs_are_counted_as_a_matrix_of_distances_counts_them() -> None:
    series = np.random.default_rng(1).standard_normal((700, 2))
    found = correlation_sum(series, theiler=20)
    distances = cdist(standardised(series), standardised(series))
    apart = np.abs(np.subtract.outer(np.arange(700), np.arange(700))) >= 20
    for radius, pairs in zip(found.radii[::7], found.pairs[::7], strict=True):
        assert pairs == np.count_nonzero(distances[apart] <= radius)
    assert found.shares[:, -1] == pytest.approx(np.mean(distances[apart] <= found.radii[-1]), abs=0.05)


@pytest.mark.parametrize("components", [1, 3, 9])
def test_distances_of_neighbours_have_the_bits_of_array_code(components: int) -> None:
    values = np.random.default_rng(2).standard_normal((800, components))
    here, there = np.arange(0, 300, 3), np.arange(400, 500)
    paths = sliding_window_view(values, 101, axis=0)
    wanted = np.log(np.linalg.norm(paths[here] - paths[there], axis=1))
    np.testing.assert_array_equal(_curves_to(values, here, there, ahead=100, least=0.0), wanted)


def test_the_widest_straight_stretch_is_that_of_all_stretches() -> None:
    x = np.linspace(0.0, 6.0, 61)
    y = np.where(x < 2.0, x**2, 4.0 + 4.0 * (x - 2.0)) + 0.01 * np.sin(9.0 * x)
    found = scaling_region(x, y, narrowest=0.5, relative=0.1, window=2)
    assert found is not None
    slopes = np.array([np.polyfit(x[i - 2 : i + 3], y[i - 2 : i + 3], 1)[0] for i in range(2, 59)])
    straight = {}
    for first in range(57):
        for last in range(first + 1, 57):
            run = slopes[first : last + 1]
            spread = np.abs(run - run.mean()).max()
            if spread <= 0.1 * abs(run.mean()) and last - first >= 5:
                straight[first + 2, last + 2] = (last - first, -spread)
    assert (found.first, found.last) == max(straight, key=lambda ends: straight[ends])
