"""Forecasts scored by position, one by one and all at once."""

import numpy as np
from dysts.flows import Lorenz
from dysts.metrics import compute_metrics, mae, r2_score, smape, spearman

truth = Lorenz().make_trajectory(400)
persistence = np.repeat(truth[:1], 400, axis=0)
good = truth + 0.01 * truth.std(axis=0)
assert smape(truth, good) < smape(truth, persistence) <= 100.0
assert mae(truth, truth) == 0.0 and spearman(truth, good) > 0.999 and r2_score(truth, good) > 0.99
found = compute_metrics(truth, good, include=["mse", "smape", "nrmse", "hellinger_distance"])
assert set(found) == {"mse", "smape", "nrmse", "hellinger_distance"} and found["nrmse"] < 0.02
