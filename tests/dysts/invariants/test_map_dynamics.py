"""Lyapunov exponents of maps: closed forms within their errors, identities, lost directions, regimes."""

import math

import numpy as np
import pytest

import dysts
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.invariants.map_dynamics import map_growth_rates
from dysts.invariants.regime import regime_of

GOLDEN = (1.0 + math.sqrt(5.0)) / 2.0
EXACT = {
    "ArnoldCatMap": [2.0 * math.log(GOLDEN), -2.0 * math.log(GOLDEN)],
    "BetaMap": [math.log(1.9)],
    "ChebyshevMap": [math.log(6.0)],
    "ContinuedFractionMap": [math.pi**2 / (6.0 * math.log(2.0))],
    "CuspMap": [0.5],
    "KaplanYorkeMap": [math.log(2.0), math.log(0.2)],
    "TentMap": [math.log(1.9)],
    "UlamMap": [math.log(2.0)],
}


@pytest.mark.parametrize("name", EXACT)
def test_exponents_are_those_of_the_closed_form(name: str) -> None:
    found = dysts.lyapunov_spectrum(name, trajectories=24, periods=4000)
    # Four standard errors, which are estimated from 24 pieces; the pieces of orbits begin and end anywhere, which
    # contributes a difference of order one to a sum of 4000 terms.
    for value, error, exact in zip(found.exponents, found.errors, EXACT[name], strict=True):
        assert value == pytest.approx(exact, abs=4.0 * error + 2e-4)
    assert max(found.errors) < 0.03


def test_other_parameters() -> None:
    logistic = dysts.get_system("LogisticMap")
    full = dysts.lyapunov_spectrum(logistic.with_parameters(r=4.0), periods=4000)
    assert full.largest == pytest.approx(math.log(2.0), abs=4.0 * full.errors[0])
    # At r = 3.2 the orbit of period 2 has the multiplier 4 + 2r - r**2.
    periodic = dysts.lyapunov_spectrum(logistic.with_parameters(r=3.2), periods=1000)
    assert periodic.largest == pytest.approx(0.5 * math.log(abs(4.0 + 6.4 - 3.2**2)), abs=1e-6)
    # At r = 1 + sqrt(5) it is superstable: the logarithm of a derivative of zero, up to rounding.
    stable = dysts.lyapunov_spectrum(logistic.with_parameters(r=2.0), periods=100)
    assert stable.largest == -math.inf


def test_the_sum_of_exponents_is_the_contraction_of_areas() -> None:
    henon = dysts.lyapunov_spectrum("HenonMap", trajectories=16, periods=10_000)
    assert sum(henon.exponents) == pytest.approx(math.log(0.3), abs=1e-9)
    # Of the literature (Sprott, 2003), within four standard errors.
    assert henon.largest == pytest.approx(0.41922, abs=4.0 * henon.errors[0])
    cat = dysts.lyapunov_spectrum("ChirikovMap", trajectories=4, periods=1000)
    assert sum(cat.exponents) == pytest.approx(0.0, abs=1e-9)


def test_a_brute_force_loop_agrees() -> None:
    ikeda = dysts.get_system("IkedaMap")
    found = map_growth_rates(ikeda, 2, pieces=1, iterates=500, discard=0, seed=3)[0]
    state, vectors = np.array(ikeda.initial_conditions), None
    vectors = np.linalg.qr(np.random.default_rng(3).standard_normal((1, 2, 2)))[0][0].T
    total = np.zeros(2)
    for _ in range(500):
        vectors, stretched = np.linalg.qr(ikeda.jacobian(0.0, state) @ vectors)
        total += np.log(np.abs(np.diag(stretched)))
        state = ikeda.rhs(0.0, state)
    # Both orbits part by rounding after some 80 iterates; sums of local rates then agree statistically only.
    assert found.sum() == pytest.approx(total.sum() / 500, abs=1e-9)
    short = map_growth_rates(ikeda, 2, pieces=1, iterates=20, discard=0, seed=3)[0]
    vectors = np.linalg.qr(np.random.default_rng(3).standard_normal((1, 2, 2)))[0][0].T
    state, total = np.array(ikeda.initial_conditions), np.zeros(2)
    for _ in range(20):
        vectors, stretched = np.linalg.qr(ikeda.jacobian(0.0, state) @ vectors)
        total += np.log(np.abs(np.diag(stretched)))
        state = ikeda.rhs(0.0, state)
    np.testing.assert_allclose(short, total / 20, rtol=1e-9)


def test_regimes() -> None:
    def regime(name: str, **changes: float) -> str:
        system = dysts.get_system(name).with_parameters(**changes)
        return regime_of(system, dysts.lyapunov_spectrum(system, periods=5000), period=1.0)[0]

    assert regime("HenonMap") == "chaotic"
    assert regime("FoldedTowelMap") == "hyperchaotic"
    assert regime("ArnoldCatMap") == "conservative chaos"
    assert regime("LogisticMap", r=3.2) == "periodic"
    assert regime("CircleMap", k=0.0, omega=0.6180339887) == "quasiperiodic"


def test_given_starts_and_bad_input() -> None:
    starts = np.random.default_rng(0).uniform(-0.1, 0.1, (6, 2))
    found = dysts.lyapunov_spectrum("HenonMap", initial_conditions=starts, periods=3000)
    assert found.settings["trajectories"] == 6
    assert found.largest == pytest.approx(0.41922, abs=5.0 * found.errors[0])
    assert len(dysts.lyapunov_spectrum("HenonMap", vectors=1, periods=100).exponents) == 1
    with pytest.raises(InvalidArgumentError, match="vectors must be at most 2"):
        dysts.lyapunov_spectrum("HenonMap", vectors=3)
    with pytest.raises(NotSupportedError, match="method must be 'tangent' for the map HenonMap"):
        dysts.lyapunov_spectrum("HenonMap", method="nearby")
    with pytest.raises(IntegrationError, match=r"HenonMap ended at iterate \d+: the orbit escapes to infinity"):
        dysts.lyapunov_spectrum(dysts.get_system("HenonMap").with_parameters(a=2.0))
