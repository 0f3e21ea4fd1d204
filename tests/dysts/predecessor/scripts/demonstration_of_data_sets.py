"""A data set as the predecessor's demonstrations make it: starts on the attractor, series, a file, arrays."""

import json
import os
import tempfile

import dysts
import numpy as np
from dysts.analysis import *
from dysts.base import *
from dysts.datasets import *
from dysts.utils import *

num_periods, pts_per_period = 10, 15
dataset = {}
for name in [*get_attractor_list()[:1], "Lorenz", "MackeyGlass"]:
    model = getattr(dysts.flows, name)()
    [train_ic, val_ic, test_ic] = sample_initial_conditions(model, 3)
    assert not np.allclose(train_ic, test_ic)
    model.ic = train_ic
    tpts, sol = model.make_trajectory(
        num_periods * pts_per_period, pts_per_period=pts_per_period, resample=True, return_times=True
    )
    dataset[name] = {"time": tpts.tolist(), "dt": np.median(np.diff(tpts)), "values": sol[:, 0].tolist()}

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, f"dataset_univariate__pts_per_period_{pts_per_period}__periods_{num_periods}.json")
    with open(path, "w") as f:
        json.dump(dataset, f, indent=4)
    series = TimeSeriesDataset(path)
    series.trim_series(0, 100)
    values = series.to_array(standardize=True)
    assert values.shape == (3, 100) and np.allclose(values.std(axis=1), 1.0)
    assert list(series.names) == ["Aizawa", "Lorenz", "MackeyGlass"]

scaled = standardize_ts(dysts.flows.Lorenz().make_trajectory(1000, resample=True, pts_per_period=500))
assert scaled.shape == (1000, 3) and np.isclose(kaplan_yorke_dimension([0.9, 0.0, -14.5]), 2.062, atol=1e-3)
