"""``dysts.attractor`` of dysts 0.96, which is left out; each of its names says what to write instead."""

from typing import Any

from dysts.predecessor.left_out import refuse


def __getattr__(name: str) -> Any:
    raise refuse("dysts.attractor", name)
