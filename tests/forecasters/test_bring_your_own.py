"""Objects, functions, regressors, darts models and pretrained weights behind the protocol."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forecast_systems import split
from small_forecasters import lorenz

from benchmark.running.building import resolved_config
from benchmark.running.execution import run_job
from benchmark.running.job import Job
from dysts.errors import ForecastError, InvalidArgumentError, NotSupportedError, UnknownNameError
from forecasters import Forecaster, get_forecaster, list_forecasters
from forecasters.wrappers import CallableForecaster, DartsModel, ObjectForecaster, RegressorForecaster

FloatArray = np.ndarray


class Shift:
    """Repeats the last points in reverse; fits in place and returns nothing."""

    def fit(self, series: FloatArray) -> None:
        self.seen = series

    def predict(self, horizon: int) -> FloatArray:
        return np.resize(self.seen[::-1], (horizon, self.seen.shape[1]))


def test_an_object_sees_scaled_series_and_answers_in_raw_units() -> None:
    original = Shift()
    model = ObjectForecaster(original).fit(lorenz())
    assert isinstance(model, Forecaster)
    np.testing.assert_allclose(model.predict(5), lorenz()[:-6:-1], rtol=1e-12)
    seen = model._model.seen
    np.testing.assert_allclose([seen.mean(axis=0), seen.std(axis=0)], [[0, 0, 0], [1, 1, 1]], atol=1e-12)
    assert not hasattr(original, "seen")
    assert resolved_config(model) == {"description": "Shift"}


def test_a_callable() -> None:
    model = CallableForecaster(lambda series, horizon: np.resize(series[::-1], (horizon, series.shape[1])))
    np.testing.assert_array_equal(model.fit(lorenz()).predict(30), ObjectForecaster(Shift()).fit(lorenz()).predict(30))


@pytest.mark.parametrize("answer", [np.zeros((3, 3)), np.zeros(5), [["a"] * 3] * 5, np.full((5, 3), np.nan)])
def test_what_a_callable_returns_is_checked(answer: Any) -> None:
    model = CallableForecaster(lambda series, horizon: answer).fit(lorenz())  # noqa: ARG005
    with pytest.raises(ForecastError, match="forecast"):
        model.predict(5)


def test_what_a_callable_raises_is_named() -> None:
    def broken(series: FloatArray, horizon: int) -> FloatArray:  # noqa: ARG001
        raise KeyError("lost")

    with pytest.raises(ForecastError, match="broken failed: KeyError: 'lost'"):
        CallableForecaster(broken).fit(lorenz()).predict(5)


def test_a_regressor_with_lags_is_the_linear_regression_of_darts() -> None:
    from sklearn.linear_model import LinearRegression

    train = split("Rossler")[0]
    own = RegressorForecaster(LinearRegression(), lags=4).fit(train)
    darts = get_forecaster("LinearRegression", config={"lags": 4}).fit(train)
    np.testing.assert_allclose(own.predict(100), darts.predict(100), rtol=1e-6)
    state, point = own.step(own.initial_state())
    np.testing.assert_array_equal(point, own.predict(1)[0])
    assert state.shape == (12,)


def test_a_regressor_of_one_target_is_fitted_per_component() -> None:
    from sklearn.svm import SVR

    predicted = RegressorForecaster(SVR(), lags=3).fit(lorenz()).predict(20)
    assert predicted.shape == (20, 3)
    alone = RegressorForecaster(SVR(), lags=3).fit(lorenz()[:, :1]).predict(20)
    assert alone.shape == (20, 1)


def test_a_regressor_that_explodes_is_held_and_reported() -> None:
    class Explosive:
        def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
            return {}

        def fit(self, features: FloatArray, targets: FloatArray) -> "Explosive":  # noqa: ARG002
            return self

        def predict(self, features: FloatArray) -> FloatArray:
            return 2.0 * features[:, -1] + 1.0

    model = RegressorForecaster(Explosive(), lags=3).fit(lorenz()[:, :1])
    path = model.predict(3000)
    assert model.diverged
    assert np.isfinite(path).all()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Croston", {}),
        ("VARIMA", {"p": 1}),
        ("TiDEModel", {"input_chunk_length": 8, "output_chunk_length": 3, "n_epochs": 1}),
    ],
)
def test_any_model_of_darts(name: str, arguments: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> None:
    series = np.abs(lorenz()[:, :2])
    model = DartsModel(name, arguments).fit(series)
    long = model.predict(40)
    assert long.shape == (40, 2)
    # With chunks of three, darts' own ten steps would step back by two.
    np.testing.assert_array_equal(model.predict(10), long[:10])
    again = DartsModel(name, arguments).fit(series).predict(40)
    np.testing.assert_array_equal(again, long)
    assert dict(model.config.arguments) == arguments
    json.dumps(resolved_config(model))
    assert capfd.readouterr().out == ""


def test_a_probabilistic_model_of_darts_gives_its_median_and_the_same_samples_in_each_call() -> None:
    from darts.utils.likelihood_models import GaussianLikelihood

    arguments = {
        "input_chunk_length": 8,
        "output_chunk_length": 3,
        "n_epochs": 1,
        "likelihood": GaussianLikelihood(),
        "normalize": False,
    }
    model = DartsModel("NLinearModel", arguments).fit(lorenz()[:, :2])
    samples = model.predict_samples(10)
    assert samples.shape == (100, 10, 2)
    assert (samples.std(axis=0) > 0.0).all()
    np.testing.assert_array_equal(model.predict_samples(10), samples)
    np.testing.assert_allclose(model.predict(10), np.median(samples, axis=0), rtol=1e-12)
    np.testing.assert_array_equal(model.predict(5), model.predict(10)[:5])
    # The mean of the Gaussian, which darts computes without draws, is within the error of a median of 100 of them.
    center = model._models[0].predict(3, predict_likelihood_parameters=True).values()
    mean, spread = center[:, [0, 2]], center[:, [1, 3]]
    drawn = model._draws(3, 100)
    assert (np.abs(np.median(drawn, axis=0) - mean) < 5.0 * 1.2533 * spread / 10.0).all()
    np.testing.assert_allclose(drawn.std(axis=0), spread, rtol=0.4)
    again = DartsModel("NLinearModel", arguments).fit(lorenz()[:, :2])
    np.testing.assert_array_equal(again.predict(10), model.predict(10))
    other = DartsModel("NLinearModel", arguments, seed=1).fit(lorenz()[:, :2])
    assert not np.array_equal(other.predict(10), model.predict(10))


def test_a_quantile_regression_of_darts_is_repeatable_too() -> None:
    arguments = {"lags": 5, "likelihood": "quantile", "quantiles": [0.1, 0.5, 0.9]}
    model = DartsModel("LinearRegressionModel", arguments).fit(lorenz()[:200, :1])
    np.testing.assert_allclose(model.predict(10), np.median(model.predict_samples(10), axis=0), rtol=1e-12)
    np.testing.assert_array_equal(model.predict_samples(10, 7), model.predict_samples(10, 7))
    np.testing.assert_array_equal(model.predict(5), model.predict(10)[:5])
    assert model.predict_samples(10, 7).shape == (7, 10, 1)


def test_a_model_without_random_draws_has_no_samples() -> None:
    model = DartsModel("NaiveSeasonal", {"K": 20}).fit(lorenz())
    with pytest.raises(ForecastError, match="must be probabilistic to draw samples"):
        model.predict_samples(5)
    # A statistical model forecasts its mean, without draws.
    smoothing = DartsModel("ExponentialSmoothing").fit(lorenz()[:100, :1])
    np.testing.assert_array_equal(smoothing.predict(5), smoothing.predict(5))


def test_unknown_model_or_argument_of_darts() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'NBEATSModel'"):
        DartsModel("NBeatsModel")
    with pytest.raises(ForecastError, match="Theta failed: TypeError"):
        DartsModel("Theta", {"thetta": 2}).fit(lorenz())


@pytest.mark.parametrize(
    ("kind", "thing"), [(ObjectForecaster, 3), (RegressorForecaster, "ridge"), (CallableForecaster, 3)]
)
def test_what_cannot_forecast_is_refused(kind: Any, thing: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="needs"):
        kind(thing)


def test_the_benchmark_runs_a_wrapped_model(monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    module = types.ModuleType("my_module")
    module.factory = lambda *, preset, season_length, seed: ObjectForecaster(Shift(), seed=seed)  # type: ignore[attr-defined]  # noqa: ARG005
    monkeypatch.setitem(__import__("sys").modules, "my_module", module)
    job = Job(
        key="k", label="mine", forecaster="my_module:factory", preset="fast", config={}, seed=0, season_length=10,
        horizon=5, train=lorenz(),
    )  # fmt: skip
    outcome = run_job(job)
    assert outcome.status == "ok", outcome.error
    assert outcome.forecast is not None
    np.testing.assert_allclose(outcome.forecast, lorenz()[:-6:-1], rtol=1e-12)


class Gambler:
    """Draws its forecast from every global generator."""

    def fit(self, series: np.ndarray) -> "Gambler":
        self.components = series.shape[1]
        return self

    def predict(self, horizon: int) -> np.ndarray:
        import random

        import torch

        draws = np.random.rand(horizon, self.components) + random.random() + torch.rand(1).item()  # noqa: NPY002
        return np.asarray(draws)


def test_a_cell_depends_on_its_seed_alone_and_leaves_the_global_generators(monkeypatch: pytest.MonkeyPatch) -> None:
    import random
    import types

    import torch

    module = types.ModuleType("my_module")
    module.factory = lambda *, preset, season_length, seed: Gambler()  # type: ignore[attr-defined]  # noqa: ARG005
    monkeypatch.setitem(__import__("sys").modules, "my_module", module)

    def forecast(seed: int) -> np.ndarray:
        outcome = run_job(
            Job(
                key="k", label="mine", forecaster="my_module:factory", preset="fast", config={}, seed=seed,
                season_length=10, horizon=5, train=lorenz(),
            )
        )  # fmt: skip
        assert outcome.forecast is not None, outcome.error
        return outcome.forecast

    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # type: ignore[index]  # noqa: NPY002
    first, again, other = forecast(3), forecast(3), forecast(4)
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # type: ignore[index]  # noqa: NPY002
    assert before == after
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def write_chronos(folder: Path) -> None:
    """Write a tiny Chronos-2 with random weights, in the published file format."""
    import torch
    from darts.models.forecasting.chronos2_model import _Chronos2Module
    from safetensors.torch import save_file

    shape = {
        "d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 1, "num_heads": 2, "dropout_rate": 0.0,
        "layer_norm_epsilon": 1e-6, "feed_forward_proj": "relu", "rope_theta": 10000.0,
    }  # fmt: skip
    forecasting = {
        "context_length": 64, "input_patch_size": 4, "input_patch_stride": 4, "output_patch_size": 4,
        "quantiles": [0.1, 0.5, 0.9], "use_reg_token": True, "use_arcsinh": True, "max_output_patches": 4,
        "time_encoding_scale": 64,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps({**shape, "chronos_config": forecasting}))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = _Chronos2Module(**shape, chronos_config=forecasting, input_chunk_length=16, output_chunk_length=8)
        for parameter in module.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
    save_file(dict(module.state_dict()), folder / "model.safetensors")


def write_timesfm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a tiny TimesFM 2.5 with random weights; darts fixes the real sizes in its code."""
    import torch
    from darts.models.forecasting import timesfm2p5_model as timesfm
    from safetensors.torch import save_file

    real = timesfm._TimesFM2p5Module.config
    from dataclasses import replace

    tiny = replace(
        real,
        tokenizer=replace(real.tokenizer, hidden_dims=16, output_dims=16),
        stacked_transformers=replace(
            real.stacked_transformers,
            num_layers=1,
            transformer=replace(real.stacked_transformers.transformer, model_dims=16, hidden_dims=16, num_heads=2),
        ),
        output_projection_point=replace(real.output_projection_point, input_dims=16, hidden_dims=16, output_dims=1280),
        output_projection_quantiles=replace(real.output_projection_quantiles, input_dims=16, hidden_dims=16),
    )
    monkeypatch.setattr(timesfm._TimesFM2p5Module, "config", tiny)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = timesfm._TimesFM2p5Module(input_chunk_length=32, output_chunk_length=8)
    (folder / "config.json").write_text("{}")
    save_file({name: value.contiguous() for name, value in module.state_dict().items()}, folder / "model.safetensors")


@pytest.mark.parametrize("name", ["Chronos2", "TimesFM"])
def test_pretrained_weights_on_disk(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    if name == "Chronos2":
        write_chronos(tmp_path)
    else:
        write_timesfm(tmp_path, monkeypatch)
    config = {"weights": str(tmp_path), "input_length": 16 if name == "Chronos2" else 32, "output_length": 8}
    model = get_forecaster(name, config=config).fit(lorenz())
    long = model.predict(30)
    assert long.shape == (30, 3)
    np.testing.assert_array_equal(model.predict(5), long[:5])
    # The weights matter: others give another forecast.
    from safetensors.torch import load_file, save_file

    weights = load_file(tmp_path / "model.safetensors")
    save_file({key: 1.5 * value for key, value in weights.items()}, tmp_path / "model.safetensors")
    assert not np.allclose(get_forecaster(name, config=config).fit(lorenz()).predict(30), long)
    # So does the series.
    assert not np.allclose(model.fit(lorenz()[::-1]).predict(30), long)


@pytest.mark.parametrize("name", ["Chronos2", "TimesFM"])
def test_without_weights_the_message_says_where_to_put_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYSTS_CACHE", str(tmp_path))
    with pytest.raises(NotSupportedError, match=rf"config.json and model.safetensors of .* into {tmp_path}"):
        get_forecaster(name).fit(split("Lorenz")[0])
    assert name in list_forecasters(pretrained=True)
    assert name not in list_forecasters()
