"""All systems of a list with one call, with a sampler for the starts and a limit in time."""

from functools import partial

import numpy as np
from dysts.flows import Lorenz, Rossler
from dysts.sampling import GaussianInitialConditionSampler, InstabilityEvent, TimeLimitEvent
from dysts.systems import make_trajectory_ensemble

systems = [Lorenz(), Rossler()]
first = make_trajectory_ensemble(256, subset=systems, resample=True, pts_per_period=64, use_tqdm=False)
sampler = GaussianInitialConditionSampler(scale=1e-2, random_seed=7)
for system in systems:
    assert system.transform_ic(sampler)
events = [partial(TimeLimitEvent, max_duration=60.0), partial(InstabilityEvent, threshold=1e4)]
second = make_trajectory_ensemble(
    256, subset=systems, pts_per_period=64, use_multiprocessing=True, event_fns=events, silent_errors=True
)
for name in first:
    assert first[name].shape == second[name].shape == (256, 3)
    assert not np.allclose(first[name], second[name])
