"""Standardised windows of several systems of one dimension for a network."""

import numpy as np
from dysts.systems import make_trajectory_ensemble

data = make_trajectory_ensemble(600, subset=["Lorenz", "Rossler"], standardize=True, pts_per_period=40)
array = np.stack(list(data.values())).astype(np.float32)
assert array.shape == (2, 600, 3)
windows = np.lib.stride_tricks.sliding_window_view(array, 96, axis=1).reshape(-1, 3, 96)
inputs, targets = windows[..., :64], windows[..., 64:]
assert inputs.shape[0] == targets.shape[0] == 2 * 505
assert np.abs(array.mean(axis=1)).max() < 0.7 and 0.5 < array.std(axis=1).min() < array.std(axis=1).max() < 1.6
