"""Invariants beside the annotated ones."""

import numpy as np
from dysts.analysis import find_lyapunov_exponents, kaplan_yorke_dimension
from dysts.flows import Lorenz

model = Lorenz()
spectrum = find_lyapunov_exponents(model, 40000, pts_per_period=100)
assert abs(spectrum[0] - model.maximum_lyapunov_estimated) < 0.1
assert abs(kaplan_yorke_dimension(spectrum) - model.kaplan_yorke_dimension) < 0.02
assert np.isclose(sum(spectrum), sum(model.lyapunov_spectrum_estimated), atol=0.01)
