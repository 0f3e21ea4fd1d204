"""Estimators from data: sets and maps whose invariants are known, and what is refused."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.signal import lfilter

import dysts
from dysts.errors import InvalidArgumentError, UnreliableEstimateError
from dysts.invariants import (
    autocorrelation_time,
    correlation_dimension,
    correlation_sum,
    divergence_curve,
    embed,
    lyapunov_from_data,
    multiscale_entropy,
    permutation_entropy,
    recurrence_significance,
    sample_entropy,
    zero_one_test,
)
from dysts.invariants.resolution import quantisation, resolution
from dysts.invariants.scaling import scaling_region


def logistic(points: int, rate: float = 4.0) -> np.ndarray:
    values = np.empty(points)
    values[0] = 0.3123
    for i in range(1, points):
        values[i] = rate * values[i - 1] * (1.0 - values[i - 1])
    return values


def henon(points: int) -> np.ndarray:
    values = np.empty((points + 100, 2))
    values[0] = 0.1, 0.1
    for i in range(1, len(values)):
        values[i] = 1.0 - 1.4 * values[i - 1, 0] ** 2 + values[i - 1, 1], 0.3 * values[i - 1, 0]
    return values[100:]


def cantor_dust(points: int) -> np.ndarray:
    digits = np.random.default_rng(1).integers(0, 2, (points, 30))
    return (2 * digits / 3.0 ** np.arange(1, 31)).sum(axis=1)[:, None]


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_a_cube_has_its_own_correlation_dimension(dimension: int) -> None:
    found = correlation_dimension(np.random.default_rng(0).random((20_000, dimension)), theiler=1)
    assert found.value == pytest.approx(dimension, abs=max(0.03, found.error))
    assert 0.0 < found.error < 0.2


def test_fractals_have_their_correlation_dimension() -> None:
    # The gaps of the Cantor set make its slope oscillate, so that only a line through many octaves is straight.
    cantor = correlation_sum(cantor_dust(20_000), theiler=1)
    inside = (cantor.radii < 0.3) & (cantor.radii > 0.3 / 3.0**8)
    slope = np.polyfit(np.log(cantor.radii[inside]), np.log(cantor.shares.mean(axis=0)[inside]), 1)[0]
    assert slope == pytest.approx(math.log(2.0) / math.log(3.0), abs=0.01)
    assert not correlation_dimension(cantor_dust(20_000), theiler=1).reliable
    # Grassberger & Procaccia (1983) give 1.21 for the Hénon map.
    assert correlation_dimension(henon(20_000), theiler=1).value == pytest.approx(1.21, abs=0.04)


def test_pairs_close_in_time_make_a_line_of_any_set() -> None:
    # Two hundred periods: with forty, the value of one orbit is off by 0.1 as often as not.
    walk = dysts.integrate("Lorenz", 20_000, points_per_period=100, predictability=False).values
    assert correlation_dimension(walk, theiler=200).value == pytest.approx(2.05, abs=0.1)
    fine = dysts.integrate("Lorenz", 20_000, points_per_period=2000, predictability=False).values
    close, apart = (correlation_sum(fine, theiler=window) for window in (1, 4000))
    # Below the distance of two points in time, the others on the same stretch are all that is left.
    small = int(np.flatnonzero(close.pairs > 300)[0])
    assert close.pairs[small] > 2 * apart.pairs[small]


def test_the_correlation_sum_counts_every_pair_once_for_each_reference() -> None:
    points = np.random.default_rng(3).standard_normal((600, 2))
    found = correlation_sum(points, theiler=5)
    standard = (points - points.mean(axis=0)) / points.std(axis=0)
    distances = np.linalg.norm(standard[:, None] - standard[None], axis=2)
    apart = np.abs(np.subtract.outer(np.arange(600), np.arange(600))) >= 5
    for index in (40, 60, 80):
        assert found.pairs[index] == (apart & (distances < found.radii[index])).sum()
    assert found.shares.mean(axis=0)[80] == pytest.approx((apart & (distances < found.radii[80])).sum() / apart.sum())


def test_no_scaling_region_gives_no_number() -> None:
    # Two points far apart with all others on top of them: the correlation sum is a step.
    rows = np.repeat([[0.0], [1.0]], 600, axis=0)
    found = correlation_dimension(rows, theiler=1)
    assert math.isnan(found.value)
    assert not found.reliable
    with pytest.raises(UnreliableEstimateError, match="radius"):
        float(found)


@pytest.mark.parametrize("method", ["rosenstein", "kantz"])
def test_the_logistic_map_doubles_distances(method: str) -> None:
    found = lyapunov_from_data(logistic(5000), step=1.0, steps=12, theiler=2, method=method, radius=1e-3)  # type: ignore[arg-type]
    assert found.value == pytest.approx(math.log(2.0), abs=0.08)


def test_a_torus_diverges_nowhere() -> None:
    series = dysts.integrate("Torus", 8000, points_per_period=20, predictability=False)
    found = lyapunov_from_data(series.values, step=float(series.time[1]), steps=300, theiler=40)
    assert not found.reliable or abs(found.value) < 0.05 / dysts.get_system("Torus").period


def test_the_plateau_is_no_exponent() -> None:
    noise = np.random.default_rng(0).standard_normal((4000, 2))
    found = lyapunov_from_data(noise, step=1.0, steps=50, theiler=2)
    assert not found.reliable


def test_neighbours_keep_their_distance_in_time() -> None:
    ramp = np.linspace(0.0, 1.0, 2000)[:, None]
    curves = divergence_curve(ramp, steps=10, theiler=100)
    gap = 100 * (ramp[1, 0] - ramp[0, 0]) / ramp.std()
    assert np.exp(curves).min() >= gap * (1.0 - 1e-9)


def test_the_zero_one_test_tells_chaos_from_order() -> None:
    assert zero_one_test(logistic(2000)).value > 0.95
    assert zero_one_test(logistic(2000, rate=3.5)).value < 0.1
    times = np.arange(2000)
    assert abs(zero_one_test(np.sin(times) + np.cos(math.sqrt(2.0) * times)).value) < 0.1


def test_the_zero_one_test_does_not_depend_on_the_mean() -> None:
    # The mean alone makes the walk oscillate with an amplitude that hides the growth of a series as short as this.
    chaos = np.array(logistic(400))
    assert zero_one_test(chaos + 20.0).value == pytest.approx(zero_one_test(chaos - chaos.mean()).value, abs=0.05)


def test_sample_entropy_of_independent_values_is_known() -> None:
    # Independent uniform values are within w of one another with probability 2 w - w^2.
    uniform = np.random.default_rng(0).random(4000)
    width = 0.2 / math.sqrt(12.0)
    found = sample_entropy(uniform)
    assert found.value == pytest.approx(-math.log(2.0 * width - width**2), abs=4.0 * found.error)


def test_white_noise_falls_and_red_noise_stays_over_scales() -> None:
    generator = np.random.default_rng(0)
    white = [scale.value for scale in multiscale_entropy(generator.standard_normal(8000), scales=6)]
    assert all(a > b for a, b in itertools.pairwise(white))
    walk = [scale.value for scale in multiscale_entropy(np.cumsum(generator.standard_normal(8000)), scales=6)]
    assert walk[-1] > walk[0]


def test_permutation_entropy_of_known_patterns() -> None:
    assert permutation_entropy(np.random.default_rng(0).random(50_000), order=4).value == pytest.approx(1.0, abs=1e-3)
    # Rising by two and falling by one makes the patterns 012, 120 and 201, equally often.
    zigzag = np.tile([0.0, 2.0, 1.0], 400) + np.repeat(np.arange(400.0), 3)
    found = permutation_entropy(zigzag, order=2)
    assert found.value == pytest.approx(-(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)) / math.log(2.0), abs=0.01)
    assert not permutation_entropy(np.random.default_rng(0).random(1000), order=6).reliable


def test_recurrence_of_a_wave_is_more_than_red_noise() -> None:
    generator = np.random.default_rng(0)
    wave = np.sin(2.0 * np.pi * np.arange(4000) / 50.0) + 0.5 * generator.standard_normal(4000)
    assert recurrence_significance(wave, lag=50) <= 0.01
    assert recurrence_significance(generator.standard_normal(4000), lag=50) > 0.01


def test_a_wave_never_forgets() -> None:
    assert not autocorrelation_time(np.sin(0.1 * np.arange(5000))).reliable


def test_delay_vectors_hold_the_newest_value_first() -> None:
    vectors = embed(np.arange(10.0), 3, 2)
    assert vectors.shape == (6, 3)
    np.testing.assert_array_equal(vectors[0], [4.0, 2.0, 0.0])
    with pytest.raises(InvalidArgumentError, match="more than 18 points"):
        embed(np.arange(10.0), 10, 2)


def test_the_straight_part_is_found_between_bends() -> None:
    x = np.arange(60.0)
    y = np.concatenate([np.zeros(15), 0.7 * np.arange(30.0), np.full(15, 0.7 * 29)])
    region = scaling_region(x, y, narrowest=10.0, relative=0.05)
    assert region is not None
    assert region.slope == pytest.approx(0.7)
    assert region.first >= 15
    assert region.last <= 45
    assert scaling_region(x, x**2, narrowest=20.0, relative=0.05) is None


NOISE = np.random.default_rng(1).standard_normal((6000, 3))
SHORT, CONSTANT = np.arange(20.0), np.ones(3000)
MISSING = np.where(np.arange(3000) == 7, np.nan, np.random.default_rng(0).random(3000))


@pytest.mark.parametrize("series", [SHORT, CONSTANT, MISSING, "text", np.zeros((2, 2, 2))])
@pytest.mark.parametrize(
    "estimator",
    [
        lambda x: correlation_dimension(x, theiler=1),
        lambda x: lyapunov_from_data(x, step=1.0, steps=10, theiler=1),
        zero_one_test,
        sample_entropy,
        multiscale_entropy,
        permutation_entropy,
        autocorrelation_time,
    ],
)
def test_bad_series_are_refused_in_one_sentence(estimator: object, series: object) -> None:
    with pytest.raises(InvalidArgumentError, match="series") as caught:
        estimator(series)  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_no_neighbours_in_the_ball_is_said() -> None:
    scattered = np.random.default_rng(0).standard_normal((600, 8))
    with pytest.raises(
        InvalidArgumentError,
        match=r"must have neighbours at least 2 points away within 0\.01 .* got \d+ of",
    ):
        divergence_curve(scattered, steps=5, theiler=2, method="kantz", radius=0.01)
    with pytest.raises(InvalidArgumentError, match="theiler must be at most a quarter of the 600 points, got 400"):
        correlation_dimension(scattered, theiler=400)


def lorenz_series(points: int) -> tuple[np.ndarray, float]:
    x = dysts.integrate("Lorenz", points, points_per_period=20, predictability=False)
    return x.values, float(x.time[1])


def test_the_resolution_is_that_of_noise_and_of_rounding() -> None:
    series, _ = lorenz_series(4000)
    standard = (series - series.mean(axis=0)) / series.std(axis=0)
    noise = np.random.default_rng(0).standard_normal(standard.shape)
    # Two states are sqrt(2 * 3) times the noise of a component apart.
    assert resolution(standard + 0.02 * noise, theiler=40) == pytest.approx(0.02 * math.sqrt(6.0), rel=0.25)
    assert resolution(standard, theiler=40) < 0.02
    # Each of the three rounding errors is uniform, with a variance of a twelfth of the square of the step.
    coarse = np.round(standard / 0.01) * 0.01
    assert quantisation(coarse) == pytest.approx(0.01 * math.sqrt(3.0 / 6.0), rel=1e-6)
    assert quantisation(coarse) <= resolution(coarse, theiler=40) < 0.03
    assert quantisation(standard) == 0.0


@pytest.mark.parametrize(
    "spoil", [lambda x: np.round(x / 4.0) * 4.0, lambda x: x[:600], lambda x: x + 2.0 * NOISE[: len(x)]]
)
def test_an_exponent_from_coarse_short_or_noisy_data_is_no_number(spoil: Callable[[np.ndarray], np.ndarray]) -> None:
    series, step = lorenz_series(6000)
    clean = lyapunov_from_data(series, step=step, steps=120, theiler=40)
    assert abs(float(clean) - 0.906) < 3.0 * clean.error
    spoilt = lyapunov_from_data(spoil(series), step=step, steps=120, theiler=40)
    assert not spoilt.reliable or abs(spoilt.value - 0.906) < 3.0 * spoilt.error


def test_equal_values_have_no_order() -> None:
    series, _ = lorenz_series(4000)
    assert permutation_entropy(series[:, 0], order=4, delay=4).reliable
    coarse = permutation_entropy(np.round(series[:, 0]), order=4, delay=4)
    assert "equal values" in coarse.reason


def test_the_error_of_the_permutation_entropy_is_that_of_many_series() -> None:
    generator = np.random.default_rng(0)
    # A slow red noise, whose overlapping patterns are far from independent.
    series = [lfilter([1.0], [1.0, -0.98], generator.standard_normal(4000)) for _ in range(24)]
    found = [permutation_entropy(values, order=3, delay=20) for values in series]
    spread = np.std([estimate.value for estimate in found], ddof=1)
    assert np.mean([estimate.error for estimate in found]) == pytest.approx(spread, rel=0.5)


def test_the_significance_counts_the_series_itself() -> None:
    wave = np.sin(2.0 * np.pi * np.arange(1000) / 50.0)
    assert recurrence_significance(wave, lag=50, surrogates=9) == 0.1


def test_an_envelope_that_falls_at_the_end_alone_is_no_time() -> None:
    assert not autocorrelation_time(np.cos(np.pi * np.arange(4000) / 1990.0)).reliable
    # All parts agree to a point: the error is that of a whole number of points.
    dice = np.random.default_rng(0).standard_normal(20_000)
    assert autocorrelation_time(dice, step=2.0).error >= 2.0 / math.sqrt(12.0)


def test_local_slopes_take_in_the_oscillation() -> None:
    x = np.arange(200.0)
    wavy = 0.1 * x + 0.1 * np.sin(2.0 * np.pi * x / 20.0)
    assert scaling_region(x, wavy, narrowest=100.0, relative=0.15) is None
    region = scaling_region(x, wavy, narrowest=100.0, relative=0.15, window=10)
    assert region is not None
    assert region.slope == pytest.approx(0.1, rel=0.02)
