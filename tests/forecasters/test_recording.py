"""A recorded rollout has the bits of the plain one, for every network and any number of components."""

from dataclasses import replace

import numpy as np
import pytest

from forecasters import get_forecaster, neural_ode
from forecasters.libraries import network, recording

pytest.importorskip("torch", reason="the extra neural is not installed")

NETWORKS = ("NBEATS", "NHiTS", "Transformer", "LSTM", "RNN", "TCN", "DLinear", "NLinear", "NeuralODE")


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("components", [1, 4])
def test_a_recording_has_the_bits_of_the_network(name: str, components: int, monkeypatch: pytest.MonkeyPatch) -> None:
    series = np.sin(np.linspace(0.0, 40.0, 200)[:, None] * np.arange(1, components + 1))
    model = get_forecaster(name, preset="fast")
    short = {"steps": 3} if name == "NeuralODE" else {"epochs": 2}
    model = type(model)(replace(model.config, **short), seed=1).fit(series)
    plain = model.predict(60)
    made = []

    def watched(*arguments: object) -> object:
        made.append(recording.recorded(*arguments))
        return made[-1]

    for module in (network, neural_ode):
        monkeypatch.setattr(module, "WORTHWHILE", 1)
        monkeypatch.setattr(module, "recorded", watched)
    np.testing.assert_array_equal(model.predict(60), plain)
    assert len(made) == 1
    assert type(made[0]).__module__.startswith("torch.jit")


def test_without_recordings_in_torch_the_step_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.delattr(torch.jit, "trace")

    def step(value: object) -> object:
        return value

    assert recording.recorded(torch.nn.Identity(), step, torch.zeros(1)) is step
