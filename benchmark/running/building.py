"""Build an unfitted forecaster, one of the package's or one of a module of one's own."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from benchmark.running.presets import build_named
from forecasters.offered import build_from_factory


def build(
    forecaster: str, *, preset: str, season_length: int, seed: int, config: Mapping[str, Any] | None = None
) -> Any:
    """Return an unfitted forecaster, one of the package's or ``"module:factory"``.

    A factory is called as ``factory(preset=..., season_length=..., seed=...)`` and returns an object with
    ``fit`` and ``predict``; where something was tuned, ``config=...`` is passed as well.

    Raises
    ------
    UnknownNameError
        If there is no such forecaster, module or factory.
    InvalidArgumentError
        If the preset is refused.
    """
    if ":" not in forecaster:
        return build_named(forecaster, preset=preset, season_length=season_length, seed=seed, config=config)
    given: dict[str, Any] = {"preset": preset, "season_length": season_length, "seed": seed}
    if config:
        given["config"] = config
    return build_from_factory(forecaster, given)


def resolved_config(model: object) -> dict[str, Any]:
    """Return the configuration of a forecaster as JSON values; empty if it has none."""
    config = getattr(model, "config", None)
    if is_dataclass(config) and not isinstance(config, type):
        config = asdict(config)
    if not isinstance(config, Mapping):
        return {}
    plain: dict[str, Any] = json.loads(json.dumps(dict(config), default=_plain, sort_keys=True))
    return plain


def _plain(value: object) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return str(value)
