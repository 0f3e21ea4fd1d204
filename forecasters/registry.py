"""Finds forecasters by name."""

import importlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from dysts.errors import InvalidArgumentError, unknown_name
from forecasters.base import BaseForecaster, Config, build_config
from forecasters.checks import checked_count
from forecasters.offered import build_from_factory, offered_factory, offers

# Name of the forecaster, which is also its class, and the module that holds it. Presets and tuning grids
# stand as data in the class. Modules are imported on demand: some need darts or torch.
_MODULES = {
    "ARIMA": "forecasters.statistical",
    "AutoARIMA": "forecasters.statistical",
    "DLinear": "forecasters.linear_networks",
    "ESN": "forecasters.reservoir",
    "ExponentialSmoothing": "forecasters.statistical",
    "FFT": "forecasters.statistical",
    "FourTheta": "forecasters.statistical",
    "Kalman": "forecasters.kalman",
    "LSTM": "forecasters.recurrent",
    "LinearRegression": "forecasters.linear",
    "NBEATS": "forecasters.neural",
    "NHiTS": "forecasters.neural",
    "NLinear": "forecasters.linear_networks",
    "NVAR": "forecasters.nvar",
    "NaiveDrift": "forecasters.naive",
    "NaiveMean": "forecasters.naive",
    "NaiveSeasonal": "forecasters.naive",
    "NeuralODE": "forecasters.neural_ode",
    "RNN": "forecasters.recurrent",
    "RandomForest": "forecasters.trees",
    "TCN": "forecasters.neural",
    "Theta": "forecasters.statistical",
    "Transformer": "forecasters.neural",
    "XGBoost": "forecasters.trees",
}

# Found by name but not among the 24: the published scripts try them too, and Prophet needs a package of its own.
_OPTIONAL = {"Prophet": "forecasters.decompositions", "TBATS": "forecasters.decompositions"}

# Found by name but not among the 24: equations found in the series, with which the papers do not forecast.
_EQUATIONS = {"PolynomialODE": "forecasters.polynomial_ode", "SINDy": "forecasters.sparse_equations"}

# Found by name but not among the 24: they need weights that the package does not bring.
_PRETRAINED = {"Chronos2": "forecasters.pretrained", "TimesFM": "forecasters.pretrained"}


_ALL = _MODULES | _OPTIONAL | _EQUATIONS | _PRETRAINED


def list_forecasters(*, optional: bool = False, pretrained: bool = False, installed: bool = False) -> list[str]:
    """Return the names of all forecasters, sorted.

    Parameters
    ----------
    optional : bool
        Whether to include TBATS and Prophet, which the published scripts try beside the 24, and PolynomialODE and
        SINDy, which find equations.
    pretrained : bool
        Whether to include Chronos2 and TimesFM, which need weights on disk.
    installed : bool
        Whether to include the forecasters that other installed packages offer as entry points of the group
        ``dysts.forecasters``.

    Examples
    --------
    >>> names = list_forecasters()
    >>> len(names), names[:3]
    (24, ['ARIMA', 'AutoARIMA', 'DLinear'])
    """
    known = _MODULES | (_OPTIONAL | _EQUATIONS if optional else {}) | (_PRETRAINED if pretrained else {})
    return sorted([*known, *(offer.name for offer in (offers(_ALL)[0] if installed else ()))])


def get_forecaster(
    name: str,
    *,
    preset: str = "fast",
    season_length: int | None = None,
    seed: int = 0,
    config: Mapping[str, Any] | Config | None = None,
) -> BaseForecaster[Any]:
    """Return a forecaster that is ready to fit.

    Parameters
    ----------
    name : str
        One of `list_forecasters`, the entry point of another package, or ``"module:factory"``. A factory is called as
        ``factory(preset=..., season_length=..., seed=...)``, with ``config=...`` where it is given, and the object
        that it returns is returned unchanged.
    preset : str
        ``"fast"`` fits within seconds; ``"paper"`` follows the published protocol.
    season_length : int, optional
        Period of the series in samples, for forecasters whose configuration has a field of that name;
        the others do without. If omitted they estimate it.
    seed : int
        Seed of every random choice.
    config : mapping or Config, optional
        Fields of the forecaster's configuration that replace those of the preset and `season_length`.

    Returns
    -------
    BaseForecaster
        Unfitted; its settings are in ``config``.

    Raises
    ------
    UnknownNameError
        If the name, the preset or a field of the configuration is not known, or a factory cannot be imported.
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.cos(np.arange(300) * 2 * np.pi / 50)[:, None]
    >>> get_forecaster("NaiveSeasonal", season_length=50).fit(series).predict(3).round(3).tolist()
    [[1.0], [0.992], [0.969]]
    """
    if name not in _ALL:
        return _from_elsewhere(name, {"preset": preset, "season_length": season_length, "seed": seed}, config)
    chosen: type[BaseForecaster[Any]] = getattr(importlib.import_module(_ALL[name]), name)
    if preset not in chosen.presets:
        raise unknown_name(f"preset of {name}", preset, chosen.presets)
    if season_length is not None:
        season_length = checked_count("season_length", season_length, least=1)
    values = dict(chosen.presets[preset])
    if "season_length" in {field.name for field in fields(chosen.config_type)}:
        values["season_length"] = season_length
    if config is not None:
        values |= _plain(config, chosen.config_type, who=name)
    return chosen(build_config(chosen.config_type, values, who=name), seed=seed)


def _from_elsewhere(name: str, given: dict[str, Any], config: Mapping[str, Any] | Config | None) -> Any:
    """Return what the factory of another package makes."""
    factory: str | None = name if ":" in str(name) else None
    if factory is None:
        offered, _ = offers(_ALL)
        factory = offered_factory(name, offered)
        if factory is None:
            known = [*_ALL, *(offer.name for offer in offered)]
            raise unknown_name("forecaster", name, known, listing="dysts-benchmark list")
    return build_from_factory(factory, given if config is None else given | {"config": config})


def _plain(config: object, config_type: type[Config], *, who: str) -> dict[str, Any]:
    if isinstance(config, config_type):
        return asdict(config)
    if isinstance(config, Mapping):
        return dict(config)
    raise InvalidArgumentError(
        f"config of {who} must be a {config_type.__name__} or a mapping of its fields, got {config!r}"
    )
