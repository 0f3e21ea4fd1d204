"""Errors in Lyapunov times, and the fidelity of long forecasts."""

import math

import numpy as np
import pytest
import scipy.stats
from numpy.typing import NDArray
from scipy.signal import welch

import dysts
from dysts import metrics
from dysts.errors import InvalidArgumentError

Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def pair() -> tuple[Array, Array]:
    rng = np.random.default_rng(2)
    truth = rng.normal(size=(40, 2)) + 3.0
    return truth, truth + rng.normal(size=(40, 2))


@pytest.fixture(scope="module")
def lorenz() -> Array:
    """Two stretches of Lorenz' attractor, 8000 points each."""
    x = dysts.integrate("Lorenz", 17000, points_per_period=20, predictability=False).values
    return np.stack([x[1000:9000], x[9000:17000]])


class TestCumulative:
    def test_each_entry_is_the_score_of_the_beginning(self, pair: tuple[Array, Array]) -> None:
        truth, forecast = pair
        smape = metrics.cumulative_smape(truth=truth, forecast=forecast)
        nrmse = metrics.cumulative_nrmse(truth=truth, forecast=forecast, scale=[1.0, 2.0])
        for k in range(1, len(truth) + 1):
            assert smape[k - 1] == pytest.approx(metrics.smape(truth=truth[:k], forecast=forecast[:k]), rel=1e-12)
            expected = metrics.nrmse(truth=truth[:k], forecast=forecast[:k], scale=[1.0, 2.0])
            assert nrmse[k - 1] == pytest.approx(expected, rel=1e-12)

    def test_nan_spoils_what_follows_alone(self, pair: tuple[Array, Array]) -> None:
        truth, forecast = pair[0], pair[1].copy()
        forecast[10, 1] = np.nan
        for curve in (
            metrics.cumulative_smape(truth=truth, forecast=forecast),
            metrics.cumulative_nrmse(truth=truth, forecast=forecast),
        ):
            assert np.isfinite(curve[:10]).all()
            assert np.isnan(curve[10:]).all()

    def test_valid_time_by_smape_against_a_loop(self, pair: tuple[Array, Array]) -> None:
        truth, forecast = pair
        for threshold in (5.0, 30.0, 60.0, 199.0):
            steps = 0
            while (
                steps < len(truth)
                and metrics.smape(truth=truth[: steps + 1], forecast=forecast[: steps + 1]) <= threshold
            ):
                steps += 1
            found = metrics.smape_valid_time(truth=truth, forecast=forecast, step=0.5, threshold=threshold)
            assert (found.time, found.censored) == (0.5 * steps, steps == len(truth))

    def test_a_first_error_ends_the_valid_time_though_the_mean_recovers(self) -> None:
        truth = np.ones((50, 1))
        forecast = truth.copy()
        forecast[0] = 3.0
        assert metrics.cumulative_smape(truth=truth, forecast=forecast)[-1] < 30.0
        assert metrics.smape_valid_time(truth=truth, forecast=forecast, step=1.0).time == 0.0

    def test_unusable_numbers_are_refused(self, pair: tuple[Array, Array]) -> None:
        with pytest.raises(InvalidArgumentError, match="threshold"):
            metrics.smape_valid_time(truth=pair[0], forecast=pair[1], step=1.0, threshold=0.0)


class TestCurves:
    def test_reading_a_curve_is_linear_interpolation(self) -> None:
        curve = np.array([1.0, 3.0, 7.0])
        read = metrics.at_lyapunov_times(curve, step=0.5, lyapunov_exponent=2.0, times=[0.5, 1.0, 1.5, 3.0, 3.1])
        np.testing.assert_allclose(read, [1.0, 1.0, 2.0, 7.0, np.nan])

    def test_infinite_values_do_not_spread_to_their_neighbours(self) -> None:
        curve = np.array([1.0, np.inf, np.inf])
        read = metrics.at_lyapunov_times(curve, step=1.0, lyapunov_exponent=1.0, times=[1.0, 1.5, 2.0, 2.5, 3.0])
        np.testing.assert_array_equal(read, [1.0, np.inf, np.inf, np.inf, np.inf])

    def test_one_point(self) -> None:
        read = metrics.at_lyapunov_times([2.0], step=1.0, lyapunov_exponent=1.0, times=[0.5, 1.0, 1.5])
        np.testing.assert_array_equal(read, [2.0, 2.0, np.nan])

    def test_growth_rate_of_a_perturbed_orbit_is_the_exponent(self) -> None:
        system = dysts.get_system("Lorenz")
        rates = []
        for seed in range(12):
            start = dysts.integrate(system, 2, step=3.0 + seed, predictability=False).values[1]
            near = start + 1e-7 * np.random.default_rng(seed).normal(size=3)
            both = dysts.integrate(system, 1200, step=0.01, initial_conditions=np.array([start, near])).values[:, 1:]
            error = metrics.normalised_error(truth=both[0], forecast=both[1], scale=both[0].std(axis=0))
            rates.append(metrics.error_growth_rate(error, step=0.01).value)
        # A rate over 15 e-folds scatters by about a tenth from orbit to orbit; the mean of 12 by a quarter of that.
        assert np.mean(rates) == pytest.approx(system.lyapunov_exponent, rel=0.12)

    @pytest.mark.parametrize("error", [np.zeros(50), np.full(50, 9.0), np.full(50, 0.1), np.full(50, np.nan)])
    def test_no_growth_is_missing_with_a_reason(self, error: Array) -> None:
        found = metrics.error_growth_rate(error, step=0.1)
        assert math.isnan(found.value)
        assert found.reason


class TestFidelity:
    def test_distances_of_a_series_from_itself_are_zero(self, lorenz: Array) -> None:
        arrays = {"truth": lorenz[0], "forecast": lorenz[0]}
        assert metrics.spectral_hellinger_distance(**arrays) == 0.0
        assert metrics.state_space_divergence(**arrays) == 0.0
        assert metrics.sliced_wasserstein_distance(**arrays) == 0.0

    def test_another_stretch_of_the_attractor_is_near_and_other_dynamics_are_far(self, lorenz: Array) -> None:
        other = dysts.integrate("Rossler", 8000, points_per_period=20, predictability=False).values
        other = (other - other.mean(axis=0)) / other.std(axis=0) * lorenz[0].std(axis=0) + lorenz[0].mean(axis=0)
        still = np.tile(lorenz[0].mean(axis=0), (8000, 1))
        for metric in (
            metrics.spectral_hellinger_distance,
            metrics.state_space_divergence,
            metrics.sliced_wasserstein_distance,
        ):
            near = metric(truth=lorenz[0], forecast=lorenz[1])
            assert 0.0 < near < 0.35
            for far in (other, still):
                assert metric(truth=lorenz[0], forecast=far) > 2.0 * near

    def test_spectra_against_welch_and_a_loop(self, lorenz: Array) -> None:
        a, p = lorenz[0][:500, :1], lorenz[1][:500, :1]
        powers = [welch(values[:, 0], nperseg=125)[1][1:] for values in (a, p)]
        one, other = (power / power.sum() for power in powers)
        expected = math.sqrt(1.0 - sum(math.sqrt(x * y) for x, y in zip(one, other, strict=True)))
        assert metrics.spectral_hellinger_distance(truth=a, forecast=p) == pytest.approx(expected, rel=1e-6)

    def test_constant_and_broken_forecasts(self, lorenz: Array) -> None:
        truth = lorenz[0][:400]
        assert metrics.spectral_hellinger_distance(truth=truth, forecast=np.zeros_like(truth)) == 1.0
        assert metrics.spectral_hellinger_distance(truth=np.ones((400, 1)), forecast=np.zeros((400, 1))) == 0.0
        broken = np.full_like(truth, np.nan)
        assert math.isnan(metrics.state_space_divergence(truth=truth, forecast=broken))
        assert metrics.sliced_wasserstein_distance(truth=truth, forecast=np.full_like(truth, np.inf)) == math.inf

    def test_divergence_of_gaussians_is_known(self) -> None:
        rng = np.random.default_rng(4)
        truth = rng.normal(size=(1000, 1))
        for shift in (0.0, 1.0, 2.0):
            found = metrics.state_space_divergence(truth=truth, forecast=rng.normal(size=(1000, 1)) + shift)
            # The kernels widen both normal distributions. The means of 1000 states are known to 0.03 each, which at a
            # shift of 2 is 0.09 in the divergence; few states in the tail add as much.
            width = 1000 ** (-2 / 5)
            assert found == pytest.approx(0.5 * shift**2 / (1.0 + width), abs=0.04 + 0.09 * shift)

    def test_sliced_distance_in_one_dimension_is_the_wasserstein_distance(self) -> None:
        rng = np.random.default_rng(6)
        a, p = rng.normal(size=(300, 1)), 0.5 * rng.normal(size=(300, 1)) + 1.0
        expected = scipy.stats.wasserstein_distance(a[:, 0], p[:, 0]) / a.std()
        assert metrics.sliced_wasserstein_distance(truth=a, forecast=p) == pytest.approx(expected, rel=1e-12)

    def test_sliced_distance_of_a_shift_is_its_mean_projection(self) -> None:
        a = np.random.default_rng(8).normal(size=(500, 2))
        shift = np.array([2.0, 0.0])
        # The mean of |cos| over the circle is 2 / pi; 100 directions give it to 0.05.
        found = metrics.sliced_wasserstein_distance(truth=a, forecast=a + shift)
        assert found * a.std(axis=0)[0] == pytest.approx(2.0 * 2.0 / math.pi, rel=0.1)

    def test_dimension_of_another_stretch_agrees_and_that_of_a_cycle_is_lower(self, lorenz: Array) -> None:
        near = metrics.correlation_dimension_difference(truth=lorenz[0], forecast=lorenz[1], theiler=40)
        assert near.reliable
        assert near.value < 0.15
        angle = 2 * np.pi * np.sqrt(2.0) * np.arange(8000) / 100
        cycle = np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle)], axis=1)
        far = metrics.correlation_dimension_difference(truth=lorenz[0], forecast=cycle, theiler=40)
        assert far.value == pytest.approx(1.05, abs=0.2)

    def test_short_series_have_no_dimension_and_say_so(self, lorenz: Array) -> None:
        found = metrics.correlation_dimension_difference(truth=lorenz[0][:50], forecast=lorenz[1][:50], theiler=5)
        assert math.isnan(found.value)
        assert "truth" in found.reason

    def test_exponent_of_a_forecast_is_that_of_its_dynamics(self, lorenz: Array) -> None:
        system = dysts.get_system("Lorenz")
        found = metrics.forecast_lyapunov_exponent(
            forecast=lorenz[1], step=system.period / 20, season_length=20, lyapunov_exponent=0.906
        )
        assert found.reliable
        assert found.value == pytest.approx(0.906, rel=0.2)
