"""The preset ``published``: the reservoir, the autoregression and the neural ODE in the form that the 2023 paper ran.

The three stand beside the forecasters of the same names, which are other models: those standardise the series, choose
more settings by themselves and hold a rollout in a box. Here nothing is scaled, one setting is left to a tuner, and a
rollout has no bounds, so that it may end in numbers that are not finite, which is a failure."""

import importlib
from collections.abc import Mapping
from typing import Any

from dysts.errors import unknown_name
from forecasters.base import BaseForecaster, build_config

PUBLISHED = "published"
"""Name of the preset."""
_CLASSES = {
    "ESN": ("forecasters.published.reservoir", "PublishedESN"),
    "NVAR": ("forecasters.published.autoregression", "PublishedNVAR"),
    "NeuralODE": ("forecasters.published.neural_ode", "PublishedNeuralODE"),
}
"""Module and class by the name of the forecaster. Modules are imported on demand: one needs torch."""

__all__ = ["PUBLISHED", "get_published", "list_published"]


def list_published() -> list[str]:
    """Return the names of the forecasters that have the preset ``published``, sorted.

    Examples
    --------
    >>> list_published()
    ['ESN', 'NVAR', 'NeuralODE']
    """
    return sorted(_CLASSES)


def get_published(name: str, *, seed: int = 0, config: Mapping[str, Any] | None = None) -> BaseForecaster[Any]:
    """Return a forecaster in its published form, ready to fit.

    Parameters
    ----------
    name : str
        One of `list_published`.
    seed : int
        Seed of every random choice; the paper took 0.
    config : mapping, optional
        Fields of its configuration that replace the defaults.

    Raises
    ------
    UnknownNameError
        If the name or a field of the configuration is not known.
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> get_published("NVAR", config={"delays": 15}).config
    PublishedNVARConfig(delays=15, ridge=0.0001)
    """
    if name not in _CLASSES:
        raise unknown_name("forecaster with the preset published", name, _CLASSES)
    module, attribute = _CLASSES[name]
    chosen: type[BaseForecaster[Any]] = getattr(importlib.import_module(module), attribute)
    return chosen(build_config(chosen.config_type, dict(config or {}), who=f"{name} (published)"), seed=seed)
