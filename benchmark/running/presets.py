"""The presets that are made of others, and the forms of forecasters that have a module of their own."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from benchmark.tasks.part import PAPER_SIZE, SMALL_SIZE
from dysts.errors import InvalidArgumentError

BUDGET_SECONDS = 100
"""Seconds of training on one core that the presets of a size allow a network for a cell."""
STEPS_A_SECOND: Mapping[str, Mapping[str, float]] = {
    SMALL_SIZE: {"NBEATS": 150.0, "NHiTS": 210.0, "LSTM": 74.0, "TCN": 110.0, "Transformer": 28.0},
    PAPER_SIZE: {"NBEATS": 12.0, "NHiTS": 47.0, "LSTM": 80.0, "TCN": 140.0, "Transformer": 3.3},
}
"""Optimisation steps a second of the networks in these sizes, on one core.

A budget of steps gives the same network everywhere, which one of seconds would not. Those of the small size are the
steps of ``fast`` over the median seconds of its fits in ``results/standard.parquet``; those of the paper's size come
from the ratio of both in ``tests/performance/step_costs.py``."""


def build_named(name: str, *, preset: str, season_length: int, seed: int, config: Mapping[str, Any] | None) -> Any:
    """Return an unfitted forecaster of the package.

    Beside ``fast`` and ``paper`` there are three presets. ``published`` is the form in which the 2023 paper ran a
    forecaster (`forecasters.published`); those that it ran with the defaults of a library have it as ``paper``.
    ``small-size`` and ``paper-size`` are networks with the layers and widths of ``fast`` and of ``paper``, whose
    epochs, batches and learning rate are those of ``fast``, and whose steps are at most those of `BUDGET_SECONDS`.

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
    if preset in STEPS_A_SECOND:
        size = "paper" if preset == PAPER_SIZE else "fast"
        return get_forecaster(name, preset=size, config={**_training_of(name, preset), **(config or {})}, **given)
    return get_forecaster(name, preset=preset, config=config, **given)


def _training_of(name: str, preset: str) -> dict[str, Any]:
    """Return how a network is trained with the preset ``fast``, within the budget."""
    from forecasters import get_forecaster
    from forecasters.libraries.training import NetworkConfig

    model = get_forecaster(name)
    if not isinstance(model.config, NetworkConfig):
        raise InvalidArgumentError(f"the preset {preset!r} must be that of a network of darts, got {name}")
    training = {field.name: getattr(model.config, field.name) for field in fields(NetworkConfig)}
    steps = STEPS_A_SECOND[preset].get(name)
    return training if steps is None else {**training, "most_steps": round(BUDGET_SECONDS * steps)}
