"""A bifurcation diagram: maxima of z for many values of a parameter."""

import numpy as np
from dysts.flows import Lorenz

spread = []
for rho in np.linspace(10.0, 28.0, 7):
    eq = Lorenz()
    eq.params["rho"] = rho
    z = eq.make_trajectory(1500, pts_per_period=30)[-600:, 2]
    peaks = z[1:-1][(z[1:-1] > z[:-2]) & (z[1:-1] > z[2:])]
    spread.append(np.ptp(peaks) if len(peaks) else 0.0)
# Below 24 the fixed points attract, and spirals die down; at 28 the maxima of the attractor differ by several units.
assert spread[0] < 1e-3 < 5.0 < spread[-1], spread
