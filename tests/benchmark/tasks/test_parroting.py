"""Context parroting: which window it finds, what it copies, and short or constant series."""

import numpy as np

from benchmark.tasks.parroting import ContextParroting
from benchmark.tasks.references import build_reference


def _by_loops(series: np.ndarray, window: int, horizon: int) -> np.ndarray:
    spread = series.std(axis=0)
    best, place = np.inf, -1
    for end in range(window, len(series) - window + 1):
        distance = 0.0
        for back in range(1, window + 1):
            for component in range(series.shape[1]):
                difference = series[end - back, component] - series[len(series) - back, component]
                distance += (difference / spread[component]) ** 2
        if distance < best:
            best, place = distance, end
    copied = [series[place + step % (len(series) - place)] for step in range(horizon)]
    return np.array(copied)


def test_the_copy_is_that_of_a_search_by_loops() -> None:
    series = np.random.default_rng(0).normal(size=(60, 3)) * [1.0, 100.0, 1e-3]
    series = np.cumsum(series, axis=0)
    for window in (1, 5, 20):
        forecast = ContextParroting(window).fit(series).predict(50)
        np.testing.assert_array_equal(forecast, _by_loops(series, window, 50))


def test_components_count_alike_and_decide_together() -> None:
    # The large component points to the end of the first piece; its small neighbour, in its own unit, to the second.
    large = np.array([0.0, 9.0, 1.0, 5.0, 1.2, 7.0, 2.0, 3.0, 1.0])
    small = 1e-6 * np.array([5.0, 0.0, 9.0, 3.0, 1.0, 8.0, 4.0, 2.0, 1.0])
    series = np.column_stack([large, small])
    np.testing.assert_array_equal(ContextParroting(1).fit(series).predict(2), series[5:7])


def test_shorter_horizons_are_beginnings_and_the_last_window_is_not_its_own_neighbour() -> None:
    wave = np.sin(2 * np.pi * np.arange(100) / 25)[:, None]
    model = build_reference("ContextParroting", {}).fit(wave)
    long = model.predict(300)
    np.testing.assert_array_equal(model.predict(40), long[:40])
    np.testing.assert_allclose(long[:, 0], np.sin(2 * np.pi * np.arange(100, 400) / 25), atol=1e-12)


def test_short_and_constant_series_are_continued() -> None:
    np.testing.assert_array_equal(ContextParroting().fit(np.array([[1.0], [2.0]])).predict(3), [[2.0]] * 3)
    np.testing.assert_array_equal(ContextParroting().fit(np.full((30, 2), 4.0)).predict(3), np.full((3, 2), 4.0))
