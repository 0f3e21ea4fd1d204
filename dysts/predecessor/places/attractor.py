"""``dysts.attractor`` of dysts 0.96, which is left out; each of its names says what to write instead."""

from typing import Any

from dysts.predecessor.analysis import max_lyapunov_exponent_rosenstein, run_zero_one_sweep
from dysts.predecessor.left_out import refuse

__all__ = ["max_lyapunov_exponent_rosenstein", "run_zero_one_sweep"]


def __getattr__(name: str) -> Any:
    raise refuse("dysts.attractor", name, __all__)
