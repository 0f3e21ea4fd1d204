"""Ridge regression with left-out blocks, held-out windows and the box, against brute force."""

from typing import Any

import numpy as np
import pytest

from forecasters.numerics.box import Box
from forecasters.numerics.held_out import scores, window_errors, windows
from forecasters.numerics.ridge import RidgePath
from forecasters.season import estimate_season_length


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("penalty", [1e-10, 1e-4, 1.0])
def test_ridge_agrees_with_the_normal_equations(exact: bool, penalty: float) -> None:
    rng = np.random.default_rng(0)
    features, targets = rng.normal(size=(80, 7)), rng.normal(size=(80, 2))
    path = RidgePath(features, targets, exact=exact)
    added = penalty * np.linalg.norm(features, 2) ** 2 * np.eye(7)

    def solution(rows: np.ndarray) -> np.ndarray:
        a = features[rows]
        return np.linalg.solve(a.T @ a + added, a.T @ targets[rows])

    everything = np.arange(80)
    np.testing.assert_allclose(path.weights(penalty), solution(everything), rtol=1e-9, atol=1e-12)
    blocks = [slice(0, 20), slice(30, 55), slice(79, 80)]
    for block, held_out in zip(blocks, path.weights_without(penalty, blocks), strict=True):
        expected = solution(np.delete(everything, block))
        np.testing.assert_allclose(held_out, expected, rtol=1e-8, atol=1e-10)


def test_a_feature_seen_in_the_left_out_block_only_gets_no_wild_weight() -> None:
    features = np.column_stack([np.ones(30), np.zeros(30)])
    features[3, 1] = 1.0
    path = RidgePath(features, np.ones((30, 1)))
    held_out = path.weights_without(1e-12, [slice(0, 10)])[0]
    assert held_out[0, 0] == pytest.approx(1.0, abs=1e-6)
    assert np.isfinite(held_out).all()


def test_windows_lie_inside_the_series_and_leave_the_history_that_a_rollout_needs() -> None:
    for length in (50, 137, 1000):
        window = length // 6
        starts = windows(length, first=9, count=5, window=window)
        assert starts[0] >= 9
        assert starts[-1] + window == length - 1
        assert (np.diff(starts) >= window).all()


def test_errors_of_windows_saturate() -> None:
    truths = np.zeros((2, 5, 3))
    forecasts = np.stack([truths, truths + 0.5, truths + 1e9])
    assert window_errors(forecasts, truths).tolist() == [[0.0, 0.0], [0.5, 0.5], [3.0, 3.0]]


@pytest.mark.parametrize("best", [np.inf, 0.5, 0.1])
def test_giving_up_early_never_changes_what_is_chosen(best: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        errors = rng.exponential(size=(7, 5)) ** 3
        asked: list[int] = []

        def errors_in(
            rows: np.ndarray, part: slice, errors: np.ndarray = errors, asked: list[int] = asked
        ) -> np.ndarray:
            found = errors[rows, part]
            asked.append(found.size)
            return found

        given = scores(errors_in, candidates=7, windows=5, best=best)
        whole = errors.mean(axis=1)
        assert given[whole < best] == pytest.approx(whole[whole < best])
        assert np.isinf(given[whole >= best]).all()
        assert sum(asked) == 7 + 4 * (errors[:, 0] < 5 * best).sum()


def test_box_clips_everything_even_nan() -> None:
    box = Box.around(np.array([[0.0, 5.0], [4.0, 5.0]]))
    assert box.low.tolist() == [-4.0, 5.0]
    assert box.high.tolist() == [8.0, 5.0]
    clipped = box.clip(np.array([[np.nan, 7.0], [-np.inf, -7.0], [1.0, 5.0]]))
    assert clipped.tolist() == [[8.0, 5.0], [-4.0, 5.0], [1.0, 5.0]]
    assert box.first_exit(np.array([[1.0, 5.0], [8.0, 5.0]])) == 1
    assert box.first_exit(np.array([[1.0, 5.0]])) is None


@pytest.mark.parametrize("period", [7, 25, 100, 200])
def test_season_of_a_trend_with_a_wave(period: int) -> None:
    time = np.arange(1000)
    series = (0.01 * time + np.sin(2 * np.pi * time / period))[:, None]
    # The width of a spectral line limits the period to about P^2/N/8 samples.
    assert estimate_season_length(series) == pytest.approx(period, abs=max(0.5, period**2 / 8000 + 0.5))


@pytest.mark.parametrize("series", [np.zeros((3, 1)), np.full((200, 2), 0.1), np.arange(9.0)[:, None] * 0 + 2])
def test_no_season(series: np.ndarray) -> None:
    assert estimate_season_length(series) == 1


def test_a_matrix_on_which_divide_and_conquer_fails_is_decomposed_by_qr(monkeypatch: pytest.MonkeyPatch) -> None:
    # LAPACK's gesdd did so for 165 monomials of DoubleGyre, whose sine and cosine of a phase are dependent.
    rng = np.random.default_rng(0)
    features, targets = rng.standard_normal((40, 6)), rng.standard_normal((40, 2))
    features[:, 5] = features[:, 0] + features[:, 1]
    expected = RidgePath(features, targets).weights(1e-8)

    def fails(*_: Any, **__: Any) -> Any:
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr(np.linalg, "svd", fails)
    np.testing.assert_allclose(RidgePath(features, targets).weights(1e-8), expected, rtol=1e-9, atol=1e-12)
