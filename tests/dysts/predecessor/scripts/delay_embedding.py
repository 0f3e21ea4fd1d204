"""A delay system from several pasts, as a delay embedding."""

import numpy as np
from dysts.flows import MackeyGlass

model = MackeyGlass()
times, embedding = model.make_trajectory(300, return_times=True)
assert embedding.shape == (300, model.embedding_dimension) == (300, 10)
pasts = np.array([model.ic, 1.1 * model.ic, 0.9 * model.ic])
many = model.make_trajectory(300, init_cond=pasts)
assert many.shape == (3, 300, 10) and np.allclose(many[0], embedding)
