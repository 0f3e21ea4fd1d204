"""Spread and ranks of ensembles: known answers, a reliable ensemble, one too sure and one too wide."""

import numpy as np
import pytest

from dysts.errors import InvalidArgumentError
from dysts.metrics import denoising_score, rank_histogram, spread_skill


def drawn(spread: float, *, members: int = 9, times: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    centre = generator.standard_normal((times, 2))
    truth = centre + generator.standard_normal((times, 2))
    return truth, centre + spread * generator.standard_normal((members, times, 2))


def test_a_reliable_ensemble_has_a_flat_histogram_and_a_spread_as_large_as_its_error() -> None:
    truth, samples = drawn(1.0)
    histogram = rank_histogram(truth=truth, samples=samples)
    assert histogram.sum() == pytest.approx(1.0)
    # Ten ranks of 8000 draws: a share of 0.1 has a standard error of 0.0034.
    np.testing.assert_allclose(histogram, 0.1, atol=0.015)
    # One time with as many components as there were draws is the mean over many forecasts.
    ratio = spread_skill(truth=truth.reshape(1, -1), samples=samples.reshape(9, 1, -1))
    assert ratio[0] == pytest.approx(1.0, abs=0.03)


def test_an_ensemble_that_is_too_sure_or_too_wide_shows_it() -> None:
    truth, sure = drawn(0.3)
    histogram = rank_histogram(truth=truth, samples=sure)
    assert histogram[0] > 0.25
    assert histogram[-1] > 0.25
    assert spread_skill(truth=truth.reshape(1, -1), samples=sure.reshape(9, 1, -1))[0] < 0.5
    _, wide = drawn(3.0)
    assert rank_histogram(truth=truth, samples=wide)[4:6].sum() > 0.3


def test_ties_are_shared_and_missing_times_left_out() -> None:
    histogram = rank_histogram(truth=[[1.0], [np.nan]], samples=[[[1.0], [0.0]], [[2.0], [0.0]]])
    assert histogram.tolist() == [0.5, 0.5, 0.0]
    assert np.isnan(rank_histogram(truth=[[np.nan]], samples=[[[1.0]]])).all()


def test_units_do_not_matter_where_a_scale_is_given() -> None:
    truth, samples = drawn(1.0, times=5)
    unit = np.array([1.0, 1000.0])
    expected = spread_skill(truth=truth, samples=samples)
    np.testing.assert_allclose(spread_skill(truth=truth * unit, samples=samples * unit, scale=unit), expected)
    assert np.isnan(spread_skill(truth=[[np.nan]], samples=[[[0.0]], [[1.0]]])).all()
    with pytest.raises(InvalidArgumentError, match="samples must be at least 2, got 1"):
        spread_skill(truth=truth, samples=samples[:1])


def test_denoising_is_scored_by_what_is_left_of_the_noise() -> None:
    generator = np.random.default_rng(0)
    clean = generator.standard_normal((2000, 2)) * [1.0, 50.0]
    noisy = clean + 0.1 * clean.std(axis=0) * generator.standard_normal(clean.shape)
    assert denoising_score(truth=clean, denoised=clean) == 100.0
    assert denoising_score(truth=clean, denoised=noisy) == pytest.approx(90.0, abs=0.3)
    assert denoising_score(truth=clean, denoised=np.tile(clean.mean(axis=0), (2000, 1))) == pytest.approx(0.0, abs=1e-9)
    assert np.isnan(denoising_score(truth=[[1.0], [1.0]], denoised=[[1.0], [2.0]]))
