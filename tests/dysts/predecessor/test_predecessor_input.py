"""Bad input to the interface of dysts 0.96 is answered with one sentence of this package's own exceptions."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dysts
from dysts import analysis, base, datasets, flows, maps, metrics, sampling, systems, utils
from dysts.errors import DystsError, DystsWarning


class Oscillator(base.DynSys):
    """A flow of a user."""

    @staticmethod
    def _rhs(x: Any, y: Any, t: Any, a: Any) -> Any:
        return y, -a * x


class Short(base.DynSys):
    """A flow that returns too few components."""

    @staticmethod
    def _rhs(x: Any, y: Any, t: Any, a: Any) -> Any:
        return (y,)


class Squares(base.DynMap):
    """A map whose orbits escape."""

    @staticmethod
    def _rhs(x: Any, a: Any) -> Any:
        return a * x * x


def given(model: Any, name: str, value: Any) -> Any:
    """Return a model whose attribute has been set."""
    setattr(model, name, value)
    return model


def oscillator(kind: type[base.DynSys] = Oscillator, **facts: Any) -> Any:
    """Return a model of a user's class, complete unless facts say otherwise."""
    known = {"parameters": {"a": 1.0}, "initial_conditions": [1.0, 0.0], "period": 6.28, "dt": 0.01}
    return kind(**{**known, **facts})  # type: ignore[arg-type]


ONES = np.ones((5, 2))
Call = Callable[[], Any]
REFUSED: dict[str, tuple[Call, str]] = {
    # Names.
    "a misspelt class": (lambda: flows.Lorentz, "unknown class of dysts.flows 'Lorentz'; did you mean 'Lorenz'"),
    "a class in lower case": (lambda: flows.lorenz, "did you mean 'Lorenz'"),
    "a misspelt map": (lambda: maps.Hennon, "did you mean 'Henon'"),
    "a misspelt function": (lambda: utils.standardise_ts, "did you mean 'standardize_ts'"),
    "a name that is left out": (lambda: base.SkewProduct, "left out here; write instead"),
    "a misspelt score": (lambda: metrics.smappe, "did you mean 'smape'"),
    # Parameters and states.
    "an unknown parameter": (lambda: flows.Lorenz(parameters={"rhoo": 3.0}), "unknown parameter of Lorenz 'rhoo'"),
    "parameters in a list": (lambda: flows.Lorenz(parameters=[1.0, 2.0]), "must be a mapping of names to numbers"),
    "params that are a number": (lambda: given(flows.Lorenz(), "params", 3), "must be a mapping of names to numbers"),
    "too few parameters": (lambda: given(flows.Lorenz(), "param_list", [1.0]), "must have 3 values"),
    "a parameter that is text": (
        lambda: given(flows.Lorenz(), "rho", "x").make_trajectory(5),
        "'rho' of Lorenz must be a finite number",
    ),
    "a parameter that is no number": (lambda: flows.Lorenz(rho=np.nan).make_trajectory(5), "must be a finite number"),
    "a parameter of another shape": (
        lambda: given(flows.Lorenz(), "rho", [1.0, 2.0]).make_trajectory(5),
        "must have the shapes of the registry",
    ),
    "a short state": (lambda: given(flows.Lorenz(), "ic", [1.0, 2.0]), "must have 3 components"),
    "a state of text": (lambda: given(flows.Lorenz(), "ic", "abc"), "ic of Lorenz must be numbers, got 'abc'"),
    "a state of complex numbers": (lambda: given(flows.Lorenz(), "ic", [1j, 0, 0]), "must be numbers"),
    "states in three axes": (lambda: given(flows.Lorenz(), "ic", np.zeros((2, 2, 3))), "must have 3 components"),
    "no states": (lambda: flows.Lorenz().make_trajectory(5, init_cond=np.zeros((0, 3))), "must have shape"),
    "components of two shapes": (lambda: flows.Lorenz._rhs(np.zeros(3), np.zeros(2), 0, 0), "must have one shape"),
    "complex components": (lambda: flows.Lorenz._rhs(1j, 0, 0, 0), "must be real numbers or SymPy expressions"),
    "a state without a component": (lambda: flows.Lorenz().rhs([1, 2], 0), "X of Lorenz must have 3 components"),
    "a state that is text": (lambda: flows.Lorenz().rhs("abc", 0), "X of Lorenz must be numbers"),
    "a function that is none": (lambda: flows.Lorenz().transform_ic(3), "transform_ic must be given a function"),
    # Keywords of trajectories.
    "no points": (lambda: flows.Lorenz().make_trajectory(0), "n must be a whole number of at least 1"),
    "a keyword of dysts.integrate": (
        lambda: flows.Lorenz().make_trajectory(5, points_per_period=50),
        "no keyword 'points_per_period'; write pts_per_period",
    ),
    "states under the new name": (
        lambda: flows.Lorenz().make_trajectory(5, initial_conditions=[1, 1, 1]),
        "write init_cond",
    ),
    "a misspelt keyword": (lambda: flows.Lorenz().make_trajectory(5, standardise=True), "did you mean 'standardize'"),
    "no points per period": (
        lambda: flows.Lorenz().make_trajectory(5, pts_per_period=0),
        "pts_per_period must be a positive finite number",
    ),
    "another timescale": (
        lambda: flows.Lorenz().make_trajectory(5, timescale="Lyapnov"),
        "timescale must be 'Fourier' or 'Lyapunov'",
    ),
    "another method": (lambda: flows.Lorenz().make_trajectory(5, method="RK4"), "method must be one of scipy's"),
    "a negative tolerance": (lambda: flows.Lorenz().make_trajectory(5, rtol=-1.0), "rtol must be at least 0"),
    "a tolerance that is text": (lambda: flows.Lorenz().make_trajectory(5, rtol="small"), "rtol must be numbers"),
    "negative noise": (lambda: flows.Lorenz().make_trajectory(5, noise=-1.0), "noise must be a number of at least 0"),
    "noise of another shape": (
        lambda: flows.Lorenz().make_trajectory(5, noise=[0.1, 0.2]),
        "or one for each of the 3 components",
    ),
    "a seed that is text": (
        lambda: flows.Lorenz().make_trajectory(5, noise=0.1, random_seed="a"),
        "random_seed must be a whole number",
    ),
    "an event that is none": (lambda: flows.Lorenz().make_trajectory(5, events=3), "events must be functions"),
    "an event without a number": (
        lambda: flows.Lorenz().make_trajectory(5, events=lambda t, y: None),
        "an event must return a number, got None",
    ),
    "a negative period": (
        lambda: given(flows.Lorenz(), "period", -1.0).make_trajectory(5),
        "period of Lorenz must be a positive finite number",
    ),
    # Classes of users.
    "equations with too few components": (
        lambda: oscillator(Short).make_trajectory(5),
        "equations of Short must return 2 components",
    ),
    "equations without their parameter": (
        lambda: oscillator(parameters={"a": 1.0, "b": 2.0}).make_trajectory(5),
        "_rhs of Oscillator must take component 1, component 2, the time, a, b",
    ),
    "no period": (lambda: oscillator(period=None).make_trajectory(5), "Oscillator has no period"),
    "no dimension": (lambda: Oscillator(parameters={"a": 1.0}), "must have a dimension or initial_conditions"),
    "a fact that is required": (
        lambda: base.BaseDyn(parameters={}, required_fields=("color",)),
        "BaseDyn must have color",
    ),
    "no file of facts": (lambda: Oscillator(metadata_path="nowhere.json"), "cannot read nowhere.json"),
    # Delay systems.
    "noise in a delay system": (lambda: flows.MackeyGlass().make_trajectory(5, noise=0.1), "noise must be 0"),
    "no columns": (lambda: flows.MackeyGlass().make_trajectory(5, embedding_dim=0), "embedding_dim must be a whole"),
    "a past that is a number": (
        lambda: flows.MackeyGlass().make_trajectory(5, history_function=3),
        "history_function must be a function of time",
    ),
    # Maps.
    "a keyword of flows": (lambda: maps.Henon().make_trajectory(5, rtol=1e-3), "no keyword 'rtol'"),
    "a map without an inverse": (lambda: maps.Logistic().make_trajectory(5, inverse=True), "must define _rhs_inv"),
    "an inverse that divides by zero": (
        lambda: maps.Henon(b=0.0).make_trajectory(5, inverse=True),
        "b must not be 0",
    ),
    "an orbit that escapes": (
        lambda: dysts.integrate("LogisticMap", 50, initial_conditions=[1.7]),
        "LogisticMap ended at iterate 8 of 49: the orbit escapes to infinity",
    ),
    "a state outside of the domain": (
        lambda: dysts.integrate("ChebyshevMap", 50, initial_conditions=[1.7]),
        r"ChebyshevMap ended at iterate 0 of 49: the next state is not a number \(outside the domain of the map\)",
    ),
    "half an iterate": (lambda: dysts.integrate("HenonMap", times=[0, 1.5]), "must be whole numbers of iterates"),
    "a tolerance of a map": (lambda: dysts.integrate("HenonMap", 5, rtol=1e-3), "rtol is for flows"),
    # Old keywords in new functions.
    "points per period by the old name": (
        lambda: dysts.integrate("Lorenz", 5, pts_per_period=50),  # type: ignore[call-arg]
        "use points_per_period=",
    ),
    "a state by the old name": (
        lambda: dysts.integrate("Lorenz", 5, init_cond=[1, 1, 1]),  # type: ignore[call-arg]
        "use initial_conditions=",
    ),
    # Many systems.
    "another kind of systems": (lambda: systems.get_attractor_list("continous"), "sys_class must be one of"),
    "one name in place of a list": (
        lambda: systems.make_trajectory_ensemble(5, subset="Lorenz"),
        "subset must be a list of names or models",
    ),
    "a class in place of a model": (
        lambda: systems.make_trajectory_ensemble(5, subset=[flows.Lorenz]),
        r"such as Lorenz\(\)",
    ),
    "one name that is excluded": (lambda: systems.get_attractor_list(exclude="Lorenz"), "must be a list of names"),
    "an event of three arguments": (
        lambda: systems.make_trajectory_ensemble(5, subset=["Lorenz"], event_fns=[lambda a, b, c: 0]),
        "got 3 arguments",
    ),
    # Samplers.
    "a negative scale": (lambda: sampling.GaussianInitialConditionSampler(scale=-1.0), "scale must be a positive"),
    "a probability of three": (
        lambda: sampling.SignedGaussianParamSampler(ignore_probability=3.0),
        "ignore_probability must be between 0 and 1",
    ),
    "no periods": (lambda: sampling.OnAttractorInitCondSampler(reference_traj_n_periods=0), "n_periods must be"),
    "no time": (lambda: sampling.TimeLimitEvent(None, -1.0), "max_duration must be a positive"),
    # Scores.
    "series of two lengths": (lambda: metrics.mse(ONES, np.ones((4, 2))), "truth and forecast must have one shape"),
    "old and new keywords": (lambda: metrics.mse(truth=ONES, y_pred=ONES), "got a mixture with truth"),
    "a score of one series": (lambda: metrics.mse(ONES), "mse of dysts 0.96 must be called with"),
    "an unknown score": (lambda: metrics.compute_metrics(ONES, ONES, include=["smappe"]), "include must name scores"),
    "a batch along no axis": (lambda: metrics.compute_metrics(ONES, ONES, batch_axis=7), "batch_axis must be an axis"),
    "a score that is text": (lambda: metrics.horizoned_metric(ONES, ONES, "smape"), "metric must be a function"),
    "too long a horizon": (
        lambda: metrics.horizoned_metric(ONES, ONES, metrics.mse, horizon=50),
        "horizon must be at most the 5 points",
    ),
    "orbits of two dimensions": (
        lambda: metrics.estimate_kl_divergence(ONES, np.ones((5, 3))),
        "orbits must have one number of components",
    ),
    # Invariants, tools and files.
    "exponents of a name": (lambda: analysis.find_lyapunov_exponents("Lorenz", 100), "must be given a model"),
    "exponents of a user's class": (
        lambda: analysis.find_lyapunov_exponents(oscillator(), 100),
        "must be a system of the registry",
    ),
    "no exponents": (lambda: analysis.kaplan_yorke_dimension([]), "exponents must be a sequence of numbers"),
    "a constant series": (lambda: analysis.gp_dim(np.zeros((30, 2))), "got a constant series"),
    "two lengths": (lambda: analysis.mutual_information([1, 2], [1, 2, 3]), "x and y must be equally long"),
    "a power law through zero": (lambda: analysis.estimate_powerlaw([0.0, 1.0]), "data0 must be positive"),
    "a series of text": (lambda: utils.standardize_ts("a"), "series must be numbers"),
    "a misspelt keyword of a solver": (
        lambda: utils.integrate_dyn(lambda t, x: -x, [1.0], [0.0, 1.0], metod="RK45"),
        "did you mean 'method'",
    ),
    "a function of another dimension": (
        lambda: utils.integrate_dyn(lambda t, x: [1, 2], [1.0], [0.0, 1.0]),
        "must return 1 components",
    ),
    "a delay equation that is a number": (
        lambda: utils.ddeint(3, lambda t: 1.0, [0, 1]),  # type: ignore[arg-type]
        "func must be a function",
    ),
    "another split": (lambda: datasets.load_dataset("tran"), "subsets must be one of"),
    "three series in one": (lambda: datasets.load_dataset(split_fraction=3.0), "split_fraction must be above 0"),
    "no file of series": (lambda: datasets.TimeSeriesDataset("nowhere.json"), "cannot read nowhere.json"),
    "a misspelt subset": (lambda: flows.Lorenz().load_trajectory(subset="train"), "did you mean 'subsets'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_in_one_sentence(case: str) -> None:
    call, sentence = REFUSED[case]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DystsWarning)
        with pytest.raises(DystsError, match=sentence) as caught:
            call()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        pytest.param(lambda: flows.Lorenz(rh=30.0), "Lorenz has no parameter 'rh'", id="an unknown fact"),
        pytest.param(lambda: given(flows.Lorenz(), "rh", 30.0), "no parameter 'rh'", id="an unknown attribute"),
        pytest.param(
            lambda: maps.Henon().make_trajectory(20, init_cond=[5.0, 5.0]),
            r"orbit of Henon ended at iterate 8 of 20 \(escapes to infinity\)",
            id="an orbit that escapes",
        ),
        pytest.param(
            lambda: maps.Chebyshev().make_trajectory(20, init_cond=[[0.3], [1.7]]),
            r"orbit of Chebyshev from state 1 ended at iterate 0 of 20 \(outside of its domain\)",
            id="a state outside of the domain",
        ),
        pytest.param(
            lambda: Squares(parameters={"a": 2.0}, initial_conditions=[3.0]).make_trajectory(20),
            "orbit of Squares ended at iterate 8 of 20",
            id="an orbit of a user's map",
        ),
        pytest.param(
            lambda: base.DynSys.load_system_metadata("Lorentz", base.DATAPATH_CONTINUOUS),
            "has no system 'Lorentz'",
            id="facts of an unknown system",
        ),
    ],
)
def test_goes_on_with_a_warning(call: Call, sentence: str) -> None:
    with pytest.warns(DystsWarning, match=sentence):
        call()


def test_a_solution_that_blows_up_is_left_out_with_a_warning() -> None:
    class Blowing(base.DynSys):
        @staticmethod
        def _rhs(x: Any, t: Any, a: Any) -> Any:
            return (a * x * x,)

    model = Blowing(parameters={"a": 1.0}, initial_conditions=[1.0], period=10.0, dt=0.1)
    with pytest.warns(DystsWarning, match="trajectory of Blowing ended before t = 1"):
        assert model.make_trajectory(200, method="RK45", rtol=1e-6, atol=1e-6) is None


def test_errors_serve_imports_and_lookups() -> None:
    with pytest.raises(ImportError, match="did you mean 'Lorenz'"):
        from dysts.flows import Lorentz  # noqa: F401
    with pytest.raises(ImportError, match="write instead"):
        from dysts.generator import DynSysSampler  # noqa: F401
    assert not hasattr(flows, "Lorentz")
    assert getattr(base, "SkewProduct", None) is None


def test_a_damaged_file_of_series_is_named(tmp_path: Path) -> None:
    path = tmp_path / "series.json.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00 no more")
    with pytest.raises(DystsError, match="must be a whole gzip file"):
        base.DynSys.load_trajectory(path, "Lorenz")
    path.write_text('{"Lorenz": {"time": [0, 1], "values": [[1, 2], [3, 4]]}}')
    times, values = base.DynSys.load_trajectory(path, "Lorenz", return_times=True)
    assert times.tolist() == [0, 1]
    assert values.shape == (2, 2)
    with pytest.raises(DystsError, match="must have time and values of 'Rossler'"):
        base.DynSys.load_trajectory(path, "Rossler")
