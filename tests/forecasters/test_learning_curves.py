"""Networks keep their learning curve, and a budget of steps ends their training."""

import numpy as np
import pytest
from small_forecasters import SMALL, lorenz

from dysts.errors import InvalidArgumentError
from forecasters import get_forecaster


def test_the_learning_curve_has_one_point_for_each_epoch_and_falls() -> None:
    config = {**SMALL["NLinear"], "epochs": 12, "batch_size": 64, "learning_rate": 3e-2}
    model = get_forecaster("NLinear", config=config).fit(lorenz())
    windows = len(lorenz()) - model.config.input_length
    steps, losses = zip(*model.learning_curve, strict=True)
    assert steps == tuple(range(-(-windows // 64), 12 * -(-windows // 64) + 1, -(-windows // 64)))
    assert losses[-1] < 0.5 * losses[0]


def test_training_ends_at_the_budget_of_steps() -> None:
    config = {**SMALL["NLinear"], "epochs": 12, "batch_size": 64}
    short = get_forecaster("NLinear", config={**config, "most_steps": 7}).fit(lorenz())
    assert short.learning_curve[-1][0] == 7
    whole = get_forecaster("NLinear", config=config).fit(lorenz())
    ample = get_forecaster("NLinear", config={**config, "most_steps": 10**6}).fit(lorenz())
    np.testing.assert_array_equal(ample.predict(20), whole.predict(20))
    assert not np.array_equal(short.predict(20), whole.predict(20))
    with pytest.raises(InvalidArgumentError, match="most_steps must be"):
        get_forecaster("NLinear", config={"most_steps": 0})


def test_the_learning_curve_of_the_neural_ode_has_means_of_ten_steps() -> None:
    model = get_forecaster("NeuralODE", config={"width": 8, "steps": 45, "batch_size": 16}).fit(lorenz())
    assert [steps for steps, _ in model.learning_curve] == [10, 20, 30, 40]
    assert model.learning_curve[-1][1] < model.learning_curve[0][1]
