"""``dysts.sampling`` of dysts 0.96: samplers and events."""

from dysts.predecessor.events import InstabilityEvent, TimeLimitEvent, TimeStepEvent
from dysts.predecessor.samplers import (
    BaseSampler,
    GaussianInitialConditionSampler,
    OnAttractorInitCondSampler,
    SignedGaussianParamSampler,
)

__all__ = [
    "BaseSampler",
    "GaussianInitialConditionSampler",
    "InstabilityEvent",
    "OnAttractorInitCondSampler",
    "SignedGaussianParamSampler",
    "TimeLimitEvent",
    "TimeStepEvent",
]
