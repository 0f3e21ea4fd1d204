"""``dysts.sampling`` of dysts 0.96: samplers and events."""

from typing import Any

from dysts.predecessor.events import InstabilityEvent, TimeLimitEvent, TimeStepEvent
from dysts.predecessor.left_out import refuse
from dysts.predecessor.model import BaseDyn
from dysts.predecessor.samplers import (
    BaseSampler,
    GaussianInitialConditionSampler,
    OnAttractorInitCondSampler,
    SignedGaussianParamSampler,
)

__all__ = [
    "BaseDyn",
    "BaseSampler",
    "GaussianInitialConditionSampler",
    "InstabilityEvent",
    "OnAttractorInitCondSampler",
    "SignedGaussianParamSampler",
    "TimeLimitEvent",
    "TimeStepEvent",
]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.sampling", name, __all__)
