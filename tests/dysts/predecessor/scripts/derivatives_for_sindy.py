"""Sparse identification: states with exact derivatives, a library of monomials, thresholded least squares."""

import numpy as np
from dysts.flows import Lorenz

model = Lorenz()
states = model.make_trajectory(500, pts_per_period=30)
derivatives = np.array([model.rhs(state, 0.0) for state in states])
assert np.allclose(derivatives, np.array(model.rhs(states, 0.0)).T)
x, y, z = states.T
library = np.column_stack([np.ones_like(x), x, y, z, x * y, x * z, y * z, x * x, y * y, z * z])
coefficients = np.linalg.lstsq(library, derivatives, rcond=None)[0]
coefficients[np.abs(coefficients) < 0.05] = 0.0
assert np.count_nonzero(coefficients) == 7
assert np.isclose(coefficients[1, 1], 28.0) and np.isclose(coefficients[4, 2], 1.0)
jacobian = model.jac(states[0], 0.0)
step = 1e-6 * np.eye(3)
columns = [(model.rhs(states[0] + h, 0.0) - model.rhs(states[0] - h, 0.0)) / 2e-6 for h in step]
assert np.allclose(jacobian, np.transpose(columns), atol=1e-6)
