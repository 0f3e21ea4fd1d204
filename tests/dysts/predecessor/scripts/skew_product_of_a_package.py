"""What packages for large collections do: a class of their own that couples two models, samplers, events, statistics.

The calls are those that panda makes of dysts 0.96; the coupling here is the simplest.
"""

from dataclasses import dataclass

import dysts.flows as flows
import numpy as np
from dysts.base import DATAPATH_CONTINUOUS, BaseDyn, DynSys
from dysts.sampling import BaseSampler, InstabilityEvent, TimeStepEvent
from dysts.systems import _resolve_event_signature, make_trajectory_ensemble


class SkewProduct(DynSys):
    """A response that is driven by the flow of another model."""

    def __init__(self, driver: DynSys, response: DynSys, strength: float, **kwargs) -> None:
        self.strength = strength
        super().__init__(
            metadata_path=None,
            parameters={},
            dt=min(driver.dt, response.dt),
            period=max(driver.period, response.period),
            metadata={
                "name": f"{driver.name}_{response.name}",
                "dimension": driver.dimension + response.dimension,
                "driver": driver,
                "response": response,
                "driver_dim": driver.dimension,
                "response_dim": response.dimension,
            },
            **kwargs,
        )
        self.param_list = [0 for _ in range(len(driver.parameters) + len(response.parameters))]
        self.unbounded_indices = driver.unbounded_indices + [
            i + self.driver_dim for i in self.response.unbounded_indices
        ]
        self.ic = np.concatenate([self.driver.ic, self.response.ic])
        self.mean = np.concatenate([self.driver.mean, self.response.mean])
        self.std = np.concatenate([self.driver.std, self.response.std])

    def transform_params(self, param_transform):
        return self.driver.transform_params(param_transform) and self.response.transform_params(param_transform)

    def has_jacobian(self):
        return self.driver.has_jacobian() and self.response.has_jacobian()

    def rhs(self, X, t):
        driver, response = X[: self.driver_dim], X[self.driver_dim :]
        forcing = np.asarray(self.driver.rhs(driver, t))
        return np.concatenate([forcing, np.asarray(self.response.rhs(response, t)) + self.strength * forcing])

    def jac(self, X, t):
        above = np.asarray(self.driver.jac(X[: self.driver_dim], t))
        below = np.asarray(self.response.jac(X[self.driver_dim :], t))
        return np.block([[above, np.zeros((self.driver_dim, self.response_dim))], [self.strength * above, below]])

    def __call__(self, X, t):
        return self.rhs(X, t)


@dataclass
class RelativeSampler(BaseSampler):
    """Parameters that change by a fraction of their size."""

    scale: float = 1e-2

    def __post_init__(self):
        super().__post_init__()
        self.asked = 0

    def __call__(self, name, param, system: BaseDyn | None = None):
        self.asked += 1
        return param * (1 + self.scale * self.rng.standard_normal(np.shape(param)))


pair = SkewProduct(flows.Lorenz(), flows.Rossler(), 0.0)
assert pair.name == "Lorenz_Rossler" and pair.dimension == 6 and len(pair.param_list) == 6 and pair.has_jacobian()
assert pair.jac(pair.ic, 0.0).shape == (6, 6)
apart = pair.make_trajectory(60, pts_per_period=100, method="DOP853", rtol=1e-9, atol=1e-9)
assert apart.shape == (60, 6)
alone = flows.Rossler()
grid = np.linspace(0.0, 60 / 100 * pair.period, 60) if pair.as_published else np.arange(60) * pair.period / 100
import dysts  # noqa: E402

assert np.allclose(apart[:, 3:], dysts.integrate(alone.system, times=grid), atol=1e-5)

driven = SkewProduct(flows.Lorenz(), flows.Rossler(), 0.02)
sampler = RelativeSampler(random_seed=3, scale=0.05)
sampler.set_rng(np.random.default_rng(4))
assert driven.transform_params(sampler) and sampler.asked == 6 and driven.driver.rho != 28.0
events = [_resolve_event_signature(driven, lambda system: InstabilityEvent(system, threshold=1e4))]
assert all(event.terminal for event in events)
many = make_trajectory_ensemble(
    40,
    subset=[driven, flows.Thomas()],
    event_fns=[lambda system: InstabilityEvent(system, 1e4), lambda system: TimeStepEvent(system, min_step=1e-10)],
    use_multiprocessing=False,
    silent_errors=True,
    use_tqdm=False,
    pts_per_period=20,
    rtol=1e-6,
    atol=1e-6,
)
assert {name: series.shape for name, series in many.items()} == {"Lorenz_Rossler": (40, 6), "Thomas": (40, 3)}

again = flows.Lorenz(parameters={"beta": 2.5, "rho": 30.0, "sigma": 9.0})
assert again.parameters == {"beta": 2.5, "rho": 30.0, "sigma": 9.0}
periods = [DynSys.load_system_metadata(name, DATAPATH_CONTINUOUS)["period"] for name in driven.name.split("_")]
assert max(periods) == driven.period
