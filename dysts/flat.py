"""Parameters element by element, as expressions name them."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def flatten_parameters(parameters: Mapping[str, Any]) -> dict[str, float]:
    """Name each number: ``{"w": ((1, 2),)}`` becomes ``{"w_1_1": 1.0, "w_1_2": 2.0}``."""
    flat: dict[str, float] = {}
    for name, value in parameters.items():
        for index, element in np.ndenumerate(np.array(value, dtype=float)):
            flat["_".join([name, *(str(i + 1) for i in index)])] = float(element)
    return flat
