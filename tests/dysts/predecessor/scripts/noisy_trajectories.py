"""Trajectories with noise of growing amplitude; the same seed gives the same noise."""

import numpy as np
from dysts.flows import Lorenz

model = Lorenz()
clean = model.make_trajectory(30, pts_per_period=50)
distances = []
for level in (0.01, 0.1, 1.0):
    noisy = model.make_trajectory(30, pts_per_period=50, noise=level, random_seed=4)
    assert np.array_equal(noisy, model.make_trajectory(30, pts_per_period=50, noise=level, random_seed=4))
    distances.append(np.abs(noisy - clean).max())
assert distances[0] < distances[1] < distances[2]
