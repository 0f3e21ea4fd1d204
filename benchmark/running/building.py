"""Build an unfitted forecaster, one of the package's or one of a module of one's own."""

import importlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from benchmark.running.presets import build_named
from dysts.errors import InvalidArgumentError, UnknownNameError


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
    factory = own_factory(forecaster)
    _check_arguments(forecaster, factory, given)
    model = factory(**given)
    for method in ("fit", "predict"):
        if not callable(getattr(model, method, None)):
            raise InvalidArgumentError(
                f"the factory {forecaster!r} must return an object with fit(series) and predict(horizon), got "
                f"{model!r}, which has no {method}"
            )
    return model


def own_factory(name: str) -> Callable[..., Any]:
    """Import the factory ``"module:factory"``.

    Raises
    ------
    UnknownNameError
        If there is no such module or factory.
    InvalidArgumentError
        If it cannot be called.
    """
    module_name, _, attribute = name.partition(":")
    if module_name == "__main__":
        raise UnknownNameError(
            f"forecaster {name!r} lives in __main__, where workers cannot import it; move it into a module"
        )
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise UnknownNameError(f"forecaster {name!r}: cannot import {module_name!r} ({error})") from error
    except ValueError as error:
        raise UnknownNameError(f"forecaster {name!r} must be written as module:factory") from error
    factory: Any = module
    for part in attribute.split("."):
        factory = getattr(factory, part, None)
    if factory is None:
        raise UnknownNameError(f"forecaster {name!r}: module {module_name!r} has no {attribute!r}")
    if not callable(factory):
        raise InvalidArgumentError(
            f"the factory {name!r} must be a function or class that returns a forecaster, got {type(factory).__name__}"
        )
    return factory


def _check_arguments(forecaster: str, factory: Callable[..., Any], given: Mapping[str, Any]) -> None:
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        # Some callables of compiled modules have none; the call itself will tell.
        return
    try:
        signature.bind(**given)
    except TypeError as error:
        name = forecaster.partition(":")[2]
        raise InvalidArgumentError(
            f"the factory {forecaster!r} must take {', '.join(given)} by keyword, as in def {name}(*, "
            f"{', '.join(given)}), got {name}{signature} ({error})"
        ) from None


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
