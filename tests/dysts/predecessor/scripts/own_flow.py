"""A flow of one's own, compiled, with a Jacobian, integrated by every method."""

import numpy as np
from dysts.base import DynSys, staticjit


class ForcedPendulum(DynSys):
    """theta'' = -c theta' - sin(theta) + f cos(phi), phi' = w."""

    @staticjit
    def _rhs(theta, v, phi, t, c, f, w):
        return v, -c * v - np.sin(theta) + f * np.cos(phi), w

    @staticmethod
    def _postprocessing(theta, v, phi):
        return np.sin(theta), v, np.cos(phi)


model = ForcedPendulum(
    metadata_path=None,
    parameters={"c": 0.5, "f": 1.15, "w": 2.0 / 3.0},
    dimension=3,
    dt=0.01,
    period=3.0 * np.pi,
    initial_conditions=[0.1, 0.0, 0.0],
)
results = [model.make_trajectory(60, pts_per_period=30, method=name, rtol=1e-9) for name in ("LSODA", "DOP853")]
assert results[0].shape == (60, 3) and np.allclose(*results, atol=1e-5)
assert np.abs(results[0][:, [0, 2]]).max() <= 1.0
raw = model.make_trajectory(60, pts_per_period=30, postprocess=False)
assert np.allclose(np.sin(raw[:, 0]), results[0][:, 0])
