"""Stochastic forcing: convergence on given Brownian paths, statistics, and what is refused."""

import json
import math

import numpy as np
import pytest
from linear_systems import make, oscillator

import dysts
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError
from dysts.integration.noise import increments
from dysts.solvers.status import Status
from dysts.solvers.stochastic import EULER_MARUYAMA, SRA3, stochastic_steps
from dysts.systems.system import System

FINE = 1024
PATHS = 1000


def fine_path(seed: int, components: int, end: float) -> tuple[np.ndarray, np.ndarray]:
    return increments(np.random.default_rng(seed), FINE, components, end / FINE)


def coarser(wiener: np.ndarray, integrated: np.ndarray, steps: int, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Sum a fine path to fewer steps: integrals count from the path's value where the long step starts."""
    ratio = len(wiener) // steps
    w = wiener.reshape(steps, ratio, -1)
    before = np.cumsum(w, axis=1) - w
    whole = (integrated.reshape(steps, ratio, -1) + end / len(wiener) * before).sum(axis=1)
    return np.ascontiguousarray(w.sum(axis=1)), np.ascontiguousarray(whole)


def at_end(
    system: System,
    scheme: int,
    additive: float,
    multiplicative: float,
    path: tuple[np.ndarray, np.ndarray],
    end: float,
) -> np.ndarray:
    state = np.array(system.initial_conditions)
    status, reached = stochastic_steps(
        system.compiled.function.address,
        system.compiled.table(system.flat_parameters),
        scheme,
        0.0,
        end,
        state,
        np.full(system.dimension, additive),
        np.full(system.dimension, multiplicative),
        *path,
        -1,
        0.0,
    )
    assert (status, reached) == (0, end)
    return state


def order_of(errors: list[float], factor: float) -> float:
    return float(np.polyfit(np.arange(len(errors)), np.log(errors), 1)[0] / -math.log(factor))


def strong_order(system: System, scheme: int, *, additive: float, multiplicative: float, exact: object) -> float:
    """Measure the root mean square error over paths at time 1, against `exact` of each path."""
    errors = []
    for steps in (16, 32, 64, 128):
        squares = []
        for seed in range(PATHS):
            path = fine_path(seed, system.dimension, 1.0)
            end = at_end(system, scheme, additive, multiplicative, coarser(*path, steps, 1.0), 1.0)
            squares.append(((end - exact(path)) ** 2).sum())  # type: ignore[operator]
        errors.append(math.sqrt(np.mean(squares)))
    return order_of(errors, 2.0)


def test_euler_maruyama_has_strong_order_one_half_for_multiplicative_noise() -> None:
    growth, noise = 0.25, 0.5
    system = make({"x": "a*x"}, [1.0], parameters={"a": growth})

    def exact(path: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        # Geometric Brownian motion in the sense of Ito; Stratonovich would lack the second term.
        return np.exp(growth - 0.5 * noise**2 + noise * path[0].sum(axis=0))

    order = strong_order(system, EULER_MARUYAMA, additive=0.0, multiplicative=noise, exact=exact)
    assert order == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("scheme", "expected"), [(EULER_MARUYAMA, 1.0), (SRA3, 1.5)])
def test_strong_orders_for_additive_noise(scheme: int, expected: float) -> None:
    # Driven and without a linear part, whose share of the error would fall faster than the scheme's order.
    system = make({"x": "cos(t) - sin(3*x)", "y": "cos(3*x) - y"}, [1.0, 0.0])

    def exact(path: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return at_end(system, SRA3, 1.0, 0.0, path, 1.0)

    order = strong_order(system, scheme, additive=1.0, multiplicative=0.0, exact=exact)
    assert order == pytest.approx(expected, abs=0.06)


def test_sra3_has_order_three_without_noise() -> None:
    errors = []
    for steps in (16, 32, 64, 128):
        path = (np.zeros((steps, 2)), np.zeros((steps, 2)))
        end = at_end(oscillator(), SRA3, 0.0, 0.0, path, 2.0)
        errors.append(math.hypot(end[0] - math.cos(2.0), end[1] + math.sin(2.0)))
    assert order_of(errors, 2.0) == pytest.approx(3.0, abs=0.1)


def test_increments_have_the_covariance_of_a_wiener_process_and_its_integral() -> None:
    step, count = 0.3, 200_000
    wiener, integrated = increments(np.random.default_rng(1), count, 2, step)
    measured = np.cov(np.stack([wiener[:, 0], integrated[:, 0], wiener[:, 1], integrated[:, 1]]))
    one = np.array([[step, step**2 / 2.0], [step**2 / 2.0, step**3 / 3.0]])
    expected = np.block([[one, np.zeros((2, 2))], [np.zeros((2, 2)), one]])
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(measured - expected) < 5.0 * scale / math.sqrt(count) * math.sqrt(2.0)).all()


@pytest.mark.parametrize("solver", ["sra3", "euler-maruyama"])
def test_ornstein_uhlenbeck_has_its_variance_and_correlation(solver: str) -> None:
    system = make({"x": "-k*x"}, [0.0], parameters={"k": 2.0})
    times = np.arange(1, 20001) * 0.5
    noise = dysts.Noise(additive=0.6, seed=3)
    x = dysts.integrate(system, times=times, noise=noise, solver=solver, longest_step=0.005).values[20:, 0]
    variance = 0.6**2 / (2.0 * 2.0)
    # Independent samples: about one in each correlation time of 1/k.
    assert x.var() == pytest.approx(variance, rel=5.0 * math.sqrt(2.0 / 20000))
    assert np.mean(x[1:] * x[:-1]) == pytest.approx(variance * math.exp(-1.0), abs=5.0 * variance / math.sqrt(20000))


@pytest.mark.parametrize("solver", ["sra3", "euler-maruyama"])
def test_forcing_acts_at_the_time_of_each_step(solver: str) -> None:
    x = dysts.integrate(
        make({"x": "cos(t)"}, [0.0]), times=[1.0, 4.0], noise=dysts.Noise(seed=0), solver=solver, longest_step=1e-3
    )
    np.testing.assert_allclose(x.values[:, 0], np.sin([1.0, 4.0]), atol=2e-3)


def test_noise_depends_on_the_seed_alone() -> None:
    states = np.tile(dysts.get_system("Lorenz").initial_conditions, (5, 1))

    def run(count: int, threads: int, seed: int = 7) -> np.ndarray:
        noise = dysts.Noise(additive=[0.5, 0.0, 1.0], seed=seed)
        return dysts.integrate("Lorenz", 300, initial_conditions=states[:count], noise=noise, threads=threads).values

    five = run(5, 1)
    np.testing.assert_array_equal(run(5, 3), five)
    np.testing.assert_array_equal(run(3, 1), five[:3])
    assert not np.array_equal(run(5, 1, seed=8), five)
    # Equal initial conditions under different noise are different trajectories.
    assert len({trajectory.tobytes() for trajectory in five}) == 5


def test_each_member_of_an_ensemble_has_the_noise_of_its_number() -> None:
    noise = dysts.Noise(additive=0.5, seed=7)
    members = dysts.integrate(dysts.get_system("Lorenz").with_parameters(rho=[28.0] * 3), 50, noise=noise).values
    states = np.tile(dysts.get_system("Lorenz").initial_conditions, (3, 1))
    np.testing.assert_array_equal(members, dysts.integrate("Lorenz", 50, initial_conditions=states, noise=noise).values)
    assert len({member.tobytes() for member in members}) == 3


def test_amplitudes_belong_to_components() -> None:
    system = make({"x": "0*x", "y": "0*y"}, [1.0, 2.0])
    x = dysts.integrate(
        system, times=[0.0, 1.0], noise=dysts.Noise(multiplicative=[0.0, 0.1], seed=0), longest_step=0.1
    )
    assert x.values[1, 0] == 1.0
    assert x.values[1, 1] != 2.0
    assert x.attrs["solver"] == "euler-maruyama"


def test_a_driving_phase_takes_no_noise_and_stays_reduced() -> None:
    duffing = dysts.get_system("Duffing")
    quiet = dysts.integrate(duffing, 2000)
    noisy = dysts.integrate(duffing, 2000, noise=dysts.Noise(additive=0.05, seed=0))
    clock, period = duffing.phase_index_and_period
    difference = (noisy.values[:, clock] - quiet.values[:, clock] + period / 2) % period - period / 2
    assert np.abs(difference).max() < 1e-9
    assert np.abs(noisy.values[:, clock]).max() <= period
    assert np.abs(noisy.values[500:, 0] - quiet.values[500:, 0]).max() > 0.1
    amplitudes = np.zeros(duffing.dimension)
    amplitudes[clock] = 0.1
    with pytest.raises(InvalidArgumentError, match="driving phase of Duffing takes none"):
        dysts.integrate(duffing, 10, noise=dysts.Noise(additive=amplitudes, seed=0))


@pytest.mark.parametrize("noise", [{"additive": 0.3}, {"multiplicative": [0.1, 0.0, 0.2], "additive": 0.1}])
def test_noisy_trajectories_and_ensembles_can_be_rebuilt(noise: dict[str, object]) -> None:
    many = dysts.get_system("Lorenz").with_parameters(rho=[24.0, 28.0])
    x = dysts.integrate(many, 100, noise=dysts.Noise(**noise, seed=5))  # type: ignore[arg-type]
    assert json.loads(x.attrs["noise"])["seed"] == 5
    np.testing.assert_array_equal(dysts.rebuild(x).values, x.values)


def test_a_blown_up_trajectory_raises_or_keeps_what_there_was() -> None:
    system = make({"x": "x**3"}, [1.0])
    arguments = {"times": np.linspace(0.0, 5.0, 51), "noise": dysts.Noise(additive=0.1, seed=0), "longest_step": 0.01}
    with pytest.raises(IntegrationError, match=r"Test stopped at time .* of 5"):
        dysts.integrate(system, **arguments)  # type: ignore[arg-type]
    x = dysts.integrate(system, on_failure="keep", **arguments)  # type: ignore[arg-type]
    assert x.attrs["status"] == Status.BLOWN_UP.name.lower()
    finite = np.isfinite(x.values[:, 0])
    assert 2 <= finite.sum() < 51
    assert not finite[finite.sum() :].any()


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        ({"additive": -1.0}, "additive must be a finite number of at least 0.*got -1.0"),
        ({"multiplicative": math.nan}, "finite number of at least 0"),
        ({"additive": "loud"}, "additive must be a number of at least 0, got 'loud'"),
        ({"additive": [[1.0]]}, "one for each component"),
        ({"additive": 1.0, "seed": -1}, "seed must be a whole number of at least 0, got -1"),
        ({"additive": 1.0, "seed": 1.5}, "seed must be a whole number of at least 0, got 1.5"),
        ({"additive": 1.0, "seed": True}, "seed must be a whole number of at least 0, got True"),
    ],
)
def test_noise_that_is_none_is_refused(noise: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        dysts.Noise(**({"seed": 0} | noise))  # type: ignore[arg-type]


QUIET = dysts.Noise(additive=0.1, seed=0)
LOUD = dysts.Noise(multiplicative=0.1, seed=0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"noise": 0.1}, InvalidArgumentError, r"noise must be a dysts\.Noise"),
        ({"noise": QUIET, "solver": "radau"}, InvalidArgumentError, "'sra3' with noise, got 'radau'"),
        (
            {"noise": LOUD, "solver": "sra3"},
            InvalidArgumentError,
            "must be 'euler-maruyama' for multiplicative noise, got 'sra3'",
        ),
        ({"solver": "sra3"}, InvalidArgumentError, "solver must be one of .*, got 'sra3'"),
        ({"longest_step": -0.1}, InvalidArgumentError, "longest_step must be a positive finite number, got -0.1"),
        ({"noise": QUIET, "longest_step": 0.0}, InvalidArgumentError, "longest_step"),
        ({"noise": QUIET, "longest_step": 1e-9}, InvalidArgumentError, "maximum_steps is 10000000"),
        ({"noise": QUIET, "stop": "x"}, NotSupportedError, "together with noise"),
        ({"noise": QUIET, "predictability": True}, InvalidArgumentError, "deterministic"),
        (
            {"noise": dysts.Noise(additive=[1.0, 2.0], seed=0)},
            InvalidArgumentError,
            "one for each of the 3 components of Lorenz, got 2",
        ),
    ],
)
def test_what_cannot_be_combined_with_noise_is_said(
    arguments: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        dysts.integrate("Lorenz", 10, **arguments)  # type: ignore[arg-type]
