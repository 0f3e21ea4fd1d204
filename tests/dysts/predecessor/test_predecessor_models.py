"""Models of dysts 0.96: parameters that act, the conventions of its functions, sampling times, starts, user classes."""

import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.base import BaseDyn, DynMap, DynSys, DynSysDelay, staticjit
from dysts.errors import DystsWarning, InvalidArgumentError, UnknownArgumentError, UnknownNameError
from dysts.flows import Lorenz, MackeyGlass
from dysts.predecessor import published_values_in_use, use_published_values


@pytest.fixture
def published() -> Iterator[None]:
    use_published_values()
    yield
    use_published_values(False)


def test_a_parameter_acts_however_it_is_set() -> None:
    ways = [Lorenz(rho=35.0), Lorenz(parameters={"rho": 35.0}), Lorenz(), Lorenz(), Lorenz(), Lorenz()]
    ways[2].rho = 35.0
    ways[3].params["rho"] = 35.0
    ways[4].param_list[1] = 35.0
    ways[5].params = {"rho": 35.0}
    state = np.array([1.0, 2.0, 3.0])
    for model in ways:
        assert model.rho == 35.0
        assert model.params == {"beta": 2.667, "rho": 35.0, "sigma": 10.0}
        assert list(model.param_list) == [2.667, 35.0, 10.0]
        np.testing.assert_allclose(model.rhs(state, 0.0), [10.0, 30.0, -6.001])
        np.testing.assert_allclose(model.jac(state, 0.0), [[-10, 10, 0], [32, -1, -1], [2, 1, -2.667]])
    expected = dysts.integrate(
        dysts.get_system("Lorenz").with_parameters(rho=35.0), 50, step=0.01, rtol=1e-12, atol=1e-12
    )
    found = ways[2].make_trajectory(50, resample=False, dt=0.01)
    np.testing.assert_allclose(found, expected.values, rtol=1e-9)


def test_models_share_nothing_that_can_be_set() -> None:
    one, other = Lorenz(), Lorenz()
    one.rho, one.ic[0], one.mean[0] = 99.0, 7.0, 5.0
    assert (other.rho, other.ic[0]) == (28.0, -9.7869288)
    assert other.mean[0] != 5.0
    assert Lorenz().params["rho"] == 28.0


def test_functions_take_components_first_as_numpy_unpacks_a_transpose() -> None:
    model, states = Lorenz(), np.arange(12.0).reshape(4, 3)
    assert model.rhs(states, 0.0).shape == (3, 4)
    np.testing.assert_allclose(model.rhs(states, 0.0)[:, 2], model.rhs(states[2], 0.0))
    np.testing.assert_allclose(model(states[1], 0.0), Lorenz._rhs(*states[1], 0.0, 2.667, 28.0, 10.0))
    np.testing.assert_allclose(Lorenz._jac(*states[1], 0.0, 2.667, 28.0, 10.0), model.jac(states[1], 0.0))
    with pytest.raises(
        InvalidArgumentError, match=r"Lorenz._rhs must have the arguments x, y, z, t, beta, rho, sigma, got 3"
    ):
        Lorenz._rhs(1.0, 2.0, 3.0)
    with pytest.raises(InvalidArgumentError, match="X of Lorenz must have 3 components"):
        model.rhs([1.0, 2.0], 0.0)


def test_annotated_names_are_there() -> None:
    model = Lorenz()
    assert model.embedding_dimension == model.dimension == 3
    assert model.maximum_lyapunov_estimated == model.lyapunov_spectrum_estimated[0] == pytest.approx(0.906, abs=0.01)
    assert 2.05 < model.kaplan_yorke_dimension < 2.07
    assert isinstance(model, DynSys)
    assert isinstance(model, BaseDyn)
    assert model.has_jacobian()
    assert "Lorenz" in model.citation


def test_names_that_are_wrong_are_answered_with_those_that_were_meant() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'Lorenz'"):
        from dysts.flows import Lorentz  # noqa: F401
    with pytest.raises(UnknownNameError, match="unknown parameter of Lorenz 'roh'; did you mean 'rho'"):
        Lorenz(parameters={"roh": 3.0})
    with pytest.warns(DystsWarning, match="no parameter 'gamma'"):
        Lorenz().gamma = 1.0
    with pytest.raises(AttributeError, match="no attribute 'gamma'"):
        _ = Lorenz().gamma
    with pytest.raises(InvalidArgumentError, match="ic of Lorenz must have 3 components"):
        Lorenz().ic = [1.0, 2.0]
    for wrong, words in (
        ({"timescale": "fourier"}, "timescale must be 'Fourier' or 'Lyapunov'"),
        ({"method": "Euler"}, "method must be one of scipy's"),
        ({"points": 3}, "no keyword 'points'"),
        ({"pts_per_period": 0}, "pts_per_period must be a positive"),
        ({"init_cond": [[1.0, 2.0]]}, "init_cond of Lorenz must have 3 components"),
    ):
        with pytest.raises((InvalidArgumentError, UnknownArgumentError), match=words):
            Lorenz().make_trajectory(10, **wrong)


def test_times_are_exact_and_those_of_0_96_on_request(published: None) -> None:
    assert published_values_in_use()
    old = Lorenz()
    assert (old.period, old.dt) == (1.5008, 0.0003002100350058257)
    # The published spacing: n points from 0 to n/100 periods, so that 100 per period are 99.5.
    times, _ = old.make_trajectory(200, return_times=True)
    np.testing.assert_allclose(times, np.linspace(0.0, 1.5008 * 200 / 100, 200), rtol=1e-14)
    lyapunov, _ = old.make_trajectory(40, timescale="Lyapunov", pts_per_period=20, return_times=True)
    np.testing.assert_allclose(lyapunov[-1], 2.0 / 0.8917098035724058, rtol=1e-14)
    steps, _ = old.make_trajectory(11, resample=False, dt=0.5, return_times=True)
    np.testing.assert_allclose(steps[-1], 10 * 0.0003002100350058257, rtol=1e-14)
    use_published_values(False)
    new = Lorenz()
    times, _ = new.make_trajectory(200, return_times=True)
    np.testing.assert_allclose(np.diff(times), new.period / 100, rtol=1e-9)
    steps, _ = new.make_trajectory(11, resample=False, dt=0.5, return_times=True)
    assert steps[-1] == 5.0


def test_published_values_are_asked_for_by_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dysts.predecessor.published._in_use", [])
    assert not published_values_in_use()
    monkeypatch.setenv("DYSTS_PUBLISHED_VALUES", "1")
    assert Lorenz().period == 1.5008


def test_corrected_systems_have_the_equations_of_0_96_on_request(published: None) -> None:
    from dysts.flows import BurkeShaw

    old = BurkeShaw()
    assert old.system.equations == dysts.get_system("BurkeShawPredecessor").equations
    use_published_values(False)
    assert BurkeShaw().system.equations == dysts.get_system("BurkeShaw").equations != old.system.equations
    assert MackeyGlass().tau == 17.0


def test_several_starts_and_lists() -> None:
    model, starts = Lorenz(), [[1.0, 1.0, 1.0], [2.0, 1.0, 1.0]]
    many = model.make_trajectory(30, init_cond=starts)
    assert many.shape == (2, 30, 3)
    model.ic = starts[1]
    np.testing.assert_array_equal(many[1], model.make_trajectory(30))
    np.testing.assert_array_equal(many[:, 0], starts)


def test_standardised_series_use_mean_and_deviation_of_the_model() -> None:
    model = Lorenz()
    plain, scaled = model.make_trajectory(50), model.make_trajectory(50, standardize=True)
    np.testing.assert_allclose(scaled, (plain - model.mean) / model.std, rtol=1e-12)


def test_unbounded_coordinates_come_as_bounded_functions_or_raw() -> None:
    from dysts.flows import Duffing

    model = Duffing()
    raw = model.make_trajectory(150, postprocess=False)
    bounded = model.make_trajectory(150)
    # The driving phase grows without being reduced to one turn; dysts 0.96 returns its cosine.
    np.testing.assert_allclose(np.diff(raw[:, 2], 2), 0.0, atol=1e-9)
    assert raw[-1, 2] - raw[0, 2] > 2 * np.pi
    np.testing.assert_allclose(bounded, np.column_stack([raw[:, :2], np.cos(raw[:, 2])]), atol=1e-9)
    assert model.unbounded_indices == [2]


def test_noise_follows_its_seed_and_leaves_the_global_generator_alone() -> None:
    np.random.seed(3)
    before = np.random.random()
    np.random.seed(3)
    model = Lorenz()
    one = model.make_trajectory(40, noise=0.5, random_seed=1)
    assert np.random.random() == before
    np.testing.assert_array_equal(one, model.make_trajectory(40, noise=0.5, random_seed=1))
    assert np.abs(one - model.make_trajectory(40, noise=0.5, random_seed=2)).max() > 1e-3
    assert np.abs(one - model.make_trajectory(40)).max() > 1e-3


def test_a_trajectory_that_a_terminal_event_ends_is_left_out() -> None:
    from dysts.sampling import InstabilityEvent

    model = Lorenz()
    starts = np.array([model.ic, [0.0, 0.0, 100.0]])
    assert model.make_trajectory(100, events=[InstabilityEvent(model, 1e3)]).shape == (100, 3)
    # On the z axis the state only decays, from beyond the threshold.
    kept = model.make_trajectory(100, init_cond=starts, events=[InstabilityEvent(model, 60.0)])
    assert kept.shape == (100, 3)
    np.testing.assert_allclose(kept, model.make_trajectory(100), rtol=1e-6)
    assert model.make_trajectory(100, events=[InstabilityEvent(model, 1e-3)]) is None
    assert model.make_trajectory(100, events=[InstabilityEvent(model, 1e-3)], return_times=True) == (None, None)

    def rising(t: float, y: np.ndarray) -> float:
        return float(t - 0.5 * model.period)

    assert model.make_trajectory(100, events=rising) is not None
    rising.terminal, rising.direction = True, -1.0  # type: ignore[attr-defined]
    assert model.make_trajectory(100, events=rising) is not None
    rising.direction = 1.0  # type: ignore[attr-defined]
    assert model.make_trajectory(100, events=rising) is None


class Oscillator(DynSys):
    """x'' = -k x, whose solution from (1, 0) is the cosine."""

    @staticmethod
    def _rhs(x: float, v: float, t: float, k: float) -> tuple[float, float]:
        return v, -k * x

    @staticmethod
    def _jac(x: float, v: float, t: float, k: float) -> tuple[list[float], list[float]]:
        return [0.0, 1.0], [-k, 0.0]


def test_classes_of_users_integrate_their_python_functions() -> None:
    model = Oscillator(
        metadata_path=None, parameters={"k": 4.0}, dimension=2, period=np.pi, initial_conditions=[1.0, 0.0]
    )
    times, found = model.make_trajectory(40, pts_per_period=40, rtol=1e-9, atol=1e-9, return_times=True)
    np.testing.assert_allclose(found[:, 0], np.cos(2.0 * times), atol=1e-6)
    model.k = 1.0
    for method in ("DOP853", "LSODA"):
        times, found = model.make_trajectory(30, return_times=True, method=method, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(found[:, 0], np.cos(times), atol=1e-6)
    with pytest.raises(InvalidArgumentError, match="no maximum_lyapunov_estimated"):
        model.make_trajectory(10, timescale="Lyapunov")
    assert model.make_trajectory(20, noise=0.1).shape == (20, 2)


def test_a_class_may_replace_the_equations_of_a_system() -> None:
    class Still(Lorenz):
        @staticmethod
        def _rhs(x: float, y: float, z: float, t: float, beta: float, rho: float, sigma: float) -> tuple[float, ...]:
            return 0.0 * x, 0.0 * y, -beta

    model = Still()
    times, found = model.make_trajectory(20, return_times=True)
    np.testing.assert_allclose(found[:, 2], model.ic[2] - 2.667 * times, rtol=1e-9)


def test_compiled_functions_of_users() -> None:
    class Decay(DynSys):
        @staticjit
        def _rhs(x: float, t: float, k: float) -> tuple[float]:
            return (-k * x,)

    model = Decay(parameters={"k": 2.0}, initial_conditions=[1.0], period=1.0)
    times, found = model.make_trajectory(50, return_times=True)
    np.testing.assert_allclose(found, np.exp(-2.0 * times), atol=1e-10)


def test_facts_come_from_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"Oscillator": {"parameters": {"k": 9.0}, "initial_conditions": [1, 0], "period": 2.0}}')
    model = Oscillator(metadata_path=str(path))
    assert (model.k, model.period, model.dimension) == (9.0, 2.0, 2)


def test_maps_of_users() -> None:
    class Rotation(DynMap):
        @staticmethod
        def _rhs(x: float, y: float, a: float) -> tuple[float, float]:
            return np.cos(a) * x - np.sin(a) * y, np.sin(a) * x + np.cos(a) * y

        @staticmethod
        def _rhs_inv(x: float, y: float, a: float) -> tuple[float, float]:
            return np.cos(a) * x + np.sin(a) * y, -np.sin(a) * x + np.cos(a) * y

    model = Rotation(parameters={"a": 0.3}, initial_conditions=[1.0, 0.0])
    found = model.make_trajectory(10)
    np.testing.assert_allclose(found[:, 0], np.cos(0.3 * np.arange(1, 11)))
    np.testing.assert_allclose(model.make_trajectory(10, inverse=True)[:, 1], -np.sin(0.3 * np.arange(1, 11)))
    assert model.make_trajectory(4, init_cond=np.eye(2)).shape == (2, 4, 2)


def test_delay_systems_embed_one_variable() -> None:
    model = MackeyGlass()
    times, found = model.make_trajectory(120, return_times=True)
    assert found.shape == (120, 10)
    # Column j is the variable j/9 of the delay ago, on the same solution.
    grid = np.unique(np.maximum((17.0 + times[:, None]) - np.linspace(0.0, 17.0, 10), 0.0))
    solution = dysts.integrate("MackeyGlass", times=grid, initial_conditions=[model.ic[0]])
    expected = np.interp(17.0 + times, grid, solution.values[:, 0])
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(found[:, 9], np.interp(times, grid, solution.values[:, 0]), rtol=1e-6)
    two = model.make_trajectory(30, init_cond=np.array([[0.5] * 10, [0.9] * 10]), embedding_dim=2)
    assert two.shape == (2, 30, 2)
    assert not np.allclose(two[0], two[1])
    with pytest.raises(InvalidArgumentError, match="noise must be 0"):
        model.make_trajectory(10, noise=0.1)


def test_delay_equations_of_users_agree_with_the_engine() -> None:
    class Mine(DynSysDelay):
        @staticmethod
        def _rhs(x: float, xt: float, t: float, beta: float, gamma: float, n: float, tau: float) -> float:
            return beta * xt / (1 + xt**n) - gamma * x

    theirs = MackeyGlass()
    mine = Mine(parameters=dict(theirs.params), dimension=10, initial_conditions=[theirs.ic[0]] * 10, period=50.0)
    theirs.period = 50.0
    np.testing.assert_allclose(mine.make_trajectory(60), theirs.make_trajectory(60), rtol=1e-6)


def test_models_are_pickled() -> None:
    model = Lorenz(rho=30.0)
    copy = pickle.loads(pickle.dumps(model))
    assert type(copy) is Lorenz
    np.testing.assert_array_equal(copy.make_trajectory(10), model.make_trajectory(10))


def test_nothing_warns_where_nothing_is_wrong() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = Lorenz()
        model.dt, model.period, model.name = 0.01, 0.7, "mine"
        model.make_trajectory(10)
