"""Lyapunov exponents: known answers first, then famous systems, then identities."""

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.compilation import right_hand_side
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.invariants.jumps import has_jumps
from dysts.invariants.stored.effort import Effort
from dysts.invariants.stored.properties import DISCARDED_IN_THE_SEA, precise_spectrum


def test_a_linear_flow_has_the_real_parts_of_its_eigenvalues() -> None:
    # Eigenvalues -0.1 +- 2i and -3 in mixed coordinates; the non-normal part turns the vectors.
    system = make({"x": "-0.1*x - 2*y", "y": "2*x - 0.1*y + z", "z": "-3*z"}, [1.0, 1.0, 1.0])
    starts = np.random.default_rng(0).standard_normal((4, 3))
    spectrum = dysts.lyapunov_spectrum(system, initial_conditions=starts, period=np.pi, periods=200, discard=20)
    np.testing.assert_allclose(spectrum.exponents, [-0.1, -0.1, -3.0], atol=2e-3)


def test_a_saddle_and_a_rotation() -> None:
    saddle = make({"x": "0.3*x", "y": "-0.7*y"}, [1e-9, 1.0])
    found = dysts.lyapunov_spectrum(saddle, initial_conditions=[[1e-9, 1.0], [1e-9, -1.0]], period=1.0, periods=30)
    np.testing.assert_allclose(found.exponents, [0.3, -0.7], atol=1e-6)
    rotation = make({"x": "v", "v": "-x"}, [1.0, 0.0])
    turned = dysts.lyapunov_spectrum(rotation, initial_conditions=[[1.0, 0.0], [0.0, 1.0]], period=6.28, periods=50)
    np.testing.assert_allclose(turned.exponents, [0.0, 0.0], atol=1e-7)


def test_errors_are_standard_errors_of_the_mean_over_trajectories() -> None:
    # On x = 0 the Jacobian is diagonal, and each trajectory has the exponents a and 0 of its own a.
    rates = [0.6, 1.0, 2.0]
    system = make({"x": "a*x", "a": "0"}, [0.0, 1.0])
    starts = [[0.0, rate] for rate in rates]
    found = dysts.lyapunov_spectrum(system, initial_conditions=starts, period=1.0, periods=20, discard=60)
    np.testing.assert_allclose(found.exponents, [1.2, 0.0], atol=1e-5)
    # Deviations -0.6, -0.2 and 0.8: a variance of 1.04/2, and the error of the mean of three.
    np.testing.assert_allclose(found.errors, [(1.04 / 2.0 / 3.0) ** 0.5, 0.0], atol=1e-5)


def test_a_small_jump_is_a_jump_and_a_kink_is_none() -> None:
    assert has_jumps(make({"x": "y", "y": "-x - 1e-4*sign(y)"}, [2.0, 0.0]), period=6.28)
    assert not has_jumps(make({"x": "y", "y": "-x - 0.5*abs(x)"}, [2.0, 0.0]), period=6.28)


def test_lorenz_at_eight_thirds() -> None:
    lorenz = dysts.get_system("Lorenz").with_parameters(beta=8.0 / 3.0)
    spectrum = dysts.lyapunov_spectrum(lorenz, periods=800)
    assert spectrum.largest == pytest.approx(0.9056, abs=0.005)
    assert abs(spectrum.largest - 0.9056) < 4 * spectrum.errors[0] + 0.0005
    assert abs(spectrum.exponents[1]) < 0.005
    assert spectrum.exponents[2] == pytest.approx(-14.572, abs=0.01)
    # The divergence is constant, so the sum is exact up to the tolerance of the tangent vectors.
    assert sum(spectrum.exponents) == pytest.approx(-(10 + 1 + 8 / 3), abs=1e-6)


def test_rossler() -> None:
    spectrum = dysts.lyapunov_spectrum("Rossler", periods=800)
    assert spectrum.largest == pytest.approx(0.0714, abs=0.003)
    assert abs(spectrum.exponents[1]) < 0.002
    assert spectrum.exponents[2] == pytest.approx(-5.394, abs=0.02)


def test_hamiltonian_exponents_come_in_pairs() -> None:
    exponents = np.array(dysts.lyapunov_spectrum("NuclearQuadrupole", trajectories=16, periods=100).exponents)
    np.testing.assert_allclose(exponents + exponents[::-1], 0.0, atol=1e-5)


def test_a_driving_phase_carries_an_exact_zero() -> None:
    exponents = dysts.lyapunov_spectrum("ForcedBrusselator", trajectories=8, periods=200).exponents
    assert exponents[1] == 0.0
    assert exponents[0] > 0.0 > exponents[2]


@pytest.mark.parametrize(("delay", "largest"), [(23.0, 0.00956), (30.0, 0.00714)])
def test_mackey_glass_has_the_published_exponents(delay: float, largest: float) -> None:
    # Farmer, Physica D 4 (1982) 366-393, in nats.
    glass = dysts.get_system("MackeyGlass").with_parameters(tau=delay)
    found = dysts.lyapunov_spectrum(glass, vectors=2, trajectories=16, periods=400)
    assert found.largest == pytest.approx(largest, abs=0.0004)
    assert abs(found.largest - largest) < 4.0 * found.errors[0] + 5e-5


def test_a_linear_delay_equation_has_the_real_parts_of_its_characteristic_roots() -> None:
    # s = -exp(-s) on the principal branch of Lambert's function: -0.3181 +- 1.3372 i, then -2.0623 +- 7.5886 i.
    decay = make({"x": "-x_tau"}, [1.0], parameters={"tau": 1.0}, delay="tau")
    found = dysts.lyapunov_spectrum(decay, vectors=4, trajectories=4, period=1.0, periods=60, discard=10)
    np.testing.assert_allclose(found.exponents[:2], [-0.31813] * 2, atol=0.01)
    assert sum(found.exponents[:2]) == pytest.approx(-2 * 0.318131505, abs=1e-4)
    assert sum(found.exponents[2:]) == pytest.approx(-2 * 2.062277730, abs=5e-3)


def test_a_jump_is_taken_into_account() -> None:
    # A spring with friction of constant size: at every turn the centre of the circle moves, which shears.
    system = make({"x": "y", "y": "-x - 0.5*sign(y)"}, [2.0, 0.0])
    stopped = dysts.lyapunov_spectrum(
        system, initial_conditions=[[30.0, 0.0], [0.0, 30.0]], period=6.28, periods=4, discard=1
    )
    assert stopped.settings["method"] == "nearby"
    # Friction of constant size takes energy away, but distances on both sides of a crossing are kept.
    np.testing.assert_allclose(stopped.exponents, [0.0, 0.0], atol=0.03)
    with pytest.raises(NotSupportedError, match="method must be 'nearby' for Test, whose right-hand side jumps"):
        dysts.lyapunov_spectrum(system, method="tangent", period=6.28)


def test_sticking_loses_a_direction() -> None:
    found = dysts.lyapunov_spectrum("StickSlipOscillator", trajectories=4, periods=30)
    assert found.exponents[0] == 0.0
    assert found.exponents[1] == pytest.approx(-0.0372, abs=0.003)
    assert found.exponents[2] == -np.inf


def test_local_exponents_average_to_the_spectrum() -> None:
    rates = dysts.local_exponents("Lorenz", interval=1.0, intervals=300, vectors=3, trajectories=8)
    np.testing.assert_array_equal(rates["time"], np.arange(1.0, 301.0), "each rate stands at the end of its interval")
    assert rates.dims == ("trajectory", "time", "exponent")
    mean = rates.mean(("trajectory", "time")).values
    np.testing.assert_allclose(mean, [0.9037, 0.0, -14.571], atol=0.05)
    # The trace of the Jacobian is constant, so every interval has the same sum.
    np.testing.assert_allclose(rates.sum("exponent").values, -13.667, atol=1e-4)
    assert float(rates.sel(exponent=1).std()) > 0.3
    with pytest.raises(
        InvalidArgumentError, match="must be at most 2 for ForcedBrusselator, driving phases left out, got 3"
    ):
        dysts.local_exponents("ForcedBrusselator", interval=1.0, intervals=2, vectors=3)
    with pytest.raises(NotSupportedError, match="no delay and no jumps"):
        dysts.local_exponents("StickSlipOscillator", interval=1.0, intervals=2)


def test_tangent_vectors_agree_with_two_nearby_trajectories() -> None:
    lorenz = dysts.get_system("Lorenz")
    states = np.asarray(dysts.integrate(lorenz, 200, points_per_period=1).values[20:])
    nudge = 1e-8 * np.random.default_rng(2).standard_normal(states.shape)
    span = {"times": np.array([0.0, 3.0, 9.0]), "rtol": 1e-12}
    a = dysts.integrate(lorenz, initial_conditions=states, **span).values
    b = dysts.integrate(lorenz, initial_conditions=states + nudge, **span).values
    distance = np.log(np.linalg.norm(a - b, axis=2))
    slopes = (distance[:, 2] - distance[:, 1]) / 6.0
    error = slopes.std(ddof=1) / np.sqrt(len(slopes))
    assert abs(slopes.mean() - lorenz.lyapunov_exponent) < 4 * error


def test_strong_contraction_does_not_lose_the_vectors() -> None:
    system = make({"x": "0.1*x", "y": "-500*y"}, [1e-6, 1.0])
    found = dysts.lyapunov_spectrum(system, initial_conditions=[[1e-6, 1.0], [1e-6, 2.0]], period=1.0, periods=20)
    np.testing.assert_allclose(found.exponents, [0.1, -500.0], rtol=1e-4)


def test_the_first_exponents_alone_and_any_number_of_threads() -> None:
    settings = {"trajectories": 6, "periods": 20.0, "discard": 5.0}
    whole = dysts.lyapunov_spectrum("Lorenz", threads=1, **settings)  # type: ignore[arg-type]
    assert whole == dysts.lyapunov_spectrum("Lorenz", threads=3, **settings)  # type: ignore[arg-type]
    first = dysts.lyapunov_spectrum("Lorenz", vectors=1, **settings)  # type: ignore[arg-type]
    assert first.largest == pytest.approx(whole.largest, abs=0.05)
    assert len(first.exponents) == 1


def test_mistakes() -> None:
    with pytest.raises(InvalidArgumentError, match="vectors must be at most 3 for Lorenz, got 4"):
        dysts.lyapunov_spectrum("Lorenz", vectors=4)
    with pytest.raises(InvalidArgumentError, match="at least 2"):
        dysts.lyapunov_spectrum("Lorenz", trajectories=1)
    with pytest.raises(InvalidArgumentError, match="at least 2"):
        dysts.lyapunov_spectrum("Lorenz", initial_conditions=[1.0, 1.0, 1.0])
    with pytest.raises(NotSupportedError, match="method must be 'delay' for MackeyGlass"):
        dysts.lyapunov_spectrum("MackeyGlass", method="tangent")
    with pytest.raises(NotSupportedError, match="method must be 'tangent' or 'nearby' for Lorenz"):
        dysts.lyapunov_spectrum("Lorenz", method="delay")
    with pytest.raises(InvalidArgumentError, match=r"method must be one of .* got 'exact'"):
        dysts.lyapunov_spectrum("Lorenz", method="exact")
    with pytest.raises(IntegrationError, match="2 of 2 failed"):
        dysts.lyapunov_spectrum(make({"x": "x**2"}, [1.0]), initial_conditions=[[1.0], [2.0]], period=1.0)


def test_tangent_vectors_of_a_forced_motion_without_feedback_neither_grow_nor_shrink() -> None:
    """The Jacobian is zero throughout: what is stored must be zero and not what was in memory before."""
    system = dysts.get_system("Torus")
    function, program = system.compiled.variational(2)
    constants = program.table(system.flat_parameters)
    result = np.full((1, 9), np.nan)
    right_hand_side._evaluate_many(function.address, constants, 0.3, np.ones((1, 9)), result)
    assert result[0, 3:].tolist() == [0.0] * 6
    spectrum = dysts.lyapunov_spectrum(system, trajectories=4, periods=50)
    assert spectrum.exponents == (0.0, 0.0, 0.0)


def test_conservative_chaos_is_averaged_over_independent_orbits() -> None:
    effort = Effort(trajectories=4, periods=50.0, most_work=1.0)
    sea = dysts.get_system("HenonHeiles")
    spectrum = precise_spectrum(sea, sea.period, effort=effort)
    assert spectrum.settings["starts"] == "given"
    assert spectrum.settings["discard"] == DISCARDED_IN_THE_SEA
    # Orbits that did not part from one another would show the same growth.
    assert spectrum.errors[0] > 1e-3 * spectrum.largest
    lorenz = dysts.get_system("Lorenz")
    assert "starts" not in precise_spectrum(lorenz, lorenz.period, effort=effort).settings
