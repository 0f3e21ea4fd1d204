"""The optimizers of pysindy that are made faster find what pysindy's own find."""

import numpy as np
import pytest

from dysts.discovery.comparison import derivative_at
from dysts.discovery.pysindy_methods import RIDGE, THRESHOLD, WEAK_WINDOWS, PySINDy, _preferred
from dysts.discovery.pysindy_solvers import thresholding, weak_library
from dysts.discovery.terms import polynomial_library

STEP = 0.05


def rotation() -> tuple[np.ndarray, np.ndarray]:
    times = STEP * np.arange(300)
    # Two frequencies, so that no polynomial of the states vanishes.
    states = np.column_stack([np.cos(times) + 0.3 * np.cos(2.2 * times), np.sin(times) - 0.2 * np.sin(2.2 * times)])
    return times, states


def test_ridge_regressions_are_those_of_pysindy() -> None:
    pysindy = pytest.importorskip("pysindy", reason="the extra discovery is not installed")
    times, states = rotation()
    for library in (pysindy.PolynomialLibrary(degree=2), pysindy.PolynomialLibrary(degree=3)):
        models = [
            pysindy.SINDy(optimizer=kind(threshold=THRESHOLD, alpha=RIDGE), feature_library=library).fit(
                states, t=times
            )
            for kind in (pysindy.STLSQ, thresholding(pysindy))
        ]
        theirs, ours = (np.asarray(model.coefficients()) for model in models)
        assert np.count_nonzero(theirs) > 2
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


def test_the_weak_form_does_not_depend_on_the_unit_of_time() -> None:
    pysindy = pytest.importorskip("pysindy", reason="the extra discovery is not installed")
    times, states = rotation()
    np.random.seed(0)  # noqa: NPY002 - pysindy places its windows by the global generator
    library = pysindy.WeakPDELibrary(pysindy.PolynomialLibrary(degree=2), spatiotemporal_grid=times, K=WEAK_WINDOWS)
    theirs = pysindy.SINDy(optimizer=pysindy.STLSQ(), feature_library=library).fit(states, t=times)
    weak_library.cache_clear()
    found = PySINDy(optimizer="Weak").fit(times, states)
    again = PySINDy(optimizer="Weak").fit(times, states)
    assert again.equations == found.equations
    assert np.count_nonzero(theirs.coefficients()) > 2
    features = polynomial_library(("x", "y"), 2).features(states)
    assert theirs.get_feature_names() == ["1", "x0", "x1", "x0^2", "x0 x1", "x1^2"]
    expected = features @ np.asarray(theirs.coefficients()).T
    assert derivative_at(found, states) == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_subsets_are_not_asked_for_when_all_terms_together_could_not_make_up_for_one_more() -> None:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(200, 5))
    target = 2.0 * features[:, 1] - features[:, 3]
    asked = []

    def subsets():  # type: ignore[no-untyped-def]
        for count in range(1, 6):
            asked.append(count)
            order = [1, 3, 0, 2, 4][:count]
            coefficients = np.zeros(5)
            coefficients[order] = np.linalg.lstsq(features[:, order], target, rcond=None)[0]
            yield coefficients

    chosen = _preferred(features, target, subsets())
    assert asked == [1, 2]
    assert chosen == pytest.approx([0.0, 2.0, 0.0, -1.0, 0.0])
    noisy = target + 0.1 * generator.normal(size=200)
    target = noisy
    asked.clear()
    assert np.flatnonzero(_preferred(features, noisy, subsets())).tolist() == [1, 3]
    assert len(asked) < 5
