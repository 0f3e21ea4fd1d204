"""The presets that are made of others, and the forms of forecasters that have a module of their own."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from benchmark.tasks.part import PAPER_SIZE
from dysts.errors import InvalidArgumentError


def build_named(name: str, *, preset: str, season_length: int, seed: int, config: Mapping[str, Any] | None) -> Any:
    """Return an unfitted forecaster of the package.

    Beside ``fast`` and ``paper`` there are two presets. ``published`` is the form in which the 2023 paper ran a
    forecaster (`forecasters.published`); those that it ran with the defaults of a library have it as ``paper``.
    ``paper-size`` is a network with the layers and widths of ``paper``, whose epochs, batches and learning rate are
    those of ``fast``.

    Raises
    ------
    UnknownNameError
        If there is no such forecaster or preset.
    InvalidArgumentError
        If the preset is refused.
    """
    from forecasters import get_forecaster
    from forecasters.published import PUBLISHED, get_published, list_published

    given: dict[str, Any] = {"season_length": season_length, "seed": seed}
    if preset == PUBLISHED:
        if name in list_published():
            return get_published(name, seed=seed, config=config)
        return get_forecaster(name, preset="paper", config=config, **given)
    if preset == PAPER_SIZE:
        return get_forecaster(name, preset="paper", config={**_training_of(name), **(config or {})}, **given)
    return get_forecaster(name, preset=preset, config=config, **given)


def _training_of(name: str) -> dict[str, Any]:
    """Return how a network is trained with the preset ``fast``."""
    from forecasters import get_forecaster
    from forecasters.libraries.training import NetworkConfig

    model = get_forecaster(name)
    if not isinstance(model.config, NetworkConfig):
        raise InvalidArgumentError(f"the preset {PAPER_SIZE!r} must be that of a network of darts, got {name}")
    return {field.name: getattr(model.config, field.name) for field in fields(NetworkConfig)}
