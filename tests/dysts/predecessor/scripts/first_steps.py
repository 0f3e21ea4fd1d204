"""The first lines of the predecessor's documentation: integrate, change parameters and the start, integrate again."""

import numpy as np
from dysts.flows import *

model = Lorenz()
sol = model.make_trajectory(1000)
assert sol.shape == (1000, 3)
model.gamma = 1
model.ic = [0.1, 0.0, 5]
again = model.make_trajectory(1000)
assert np.allclose(again[0], [0.1, 0.0, 5]) and not np.allclose(again, sol)
