"""Forecasters as estimators of scikit-learn and sktime, for their pipelines, searches and evaluations.

The other direction, an estimator of theirs as a forecaster, is in `forecasters.wrappers`.
"""

from typing import Any

from forecasters.isolation import imports_for

__all__ = ["to_sklearn", "to_sktime"]


def to_sklearn(
    name: str, *, preset: str = "fast", season_length: int | None = None, seed: int = 0, config: Any = None
) -> Any:
    """Return a forecaster as an estimator of scikit-learn.

    ``fit(X)`` takes the series [time, component]. ``predict(X)`` forecasts the ``len(X)`` points that follow it, and
    ``score(X)`` is minus their smape: ``cross_val_score`` and searches work with ``TimeSeriesSplit``, whose test rows
    follow the training rows without a gap. The arguments are parameters for ``set_params``, ``clone`` and searches.

    Parameters
    ----------
    name : str
        A name for `forecasters.get_forecaster`, as are the other arguments.

    Raises
    ------
    NotSupportedError
        If scikit-learn is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(2 * np.pi * np.arange(300) / 50)[:, None]
    >>> estimator = to_sklearn("NaiveSeasonal", season_length=50).fit(series[:250])
    >>> bool(np.allclose(estimator.predict(series[250:]), series[250:]))
    True
    """
    with imports_for("to_sklearn", extra="trees"):
        from forecasters.estimators.sklearn_estimator import SklearnForecaster
    return SklearnForecaster(name, preset=preset, season_length=season_length, seed=seed, config=config)


def to_sktime(
    name: str, *, preset: str = "fast", season_length: int | None = None, seed: int = 0, config: Any = None
) -> Any:
    """Return a forecaster as a forecaster of sktime, for series of one or many components without missing values.

    Parameters
    ----------
    name : str
        A name for `forecasters.get_forecaster`, as are the other arguments.

    Raises
    ------
    NotSupportedError
        If sktime is not installed, which no extra of this package does.
    """
    check_sktime("to_sktime")
    from forecasters.estimators.sktime_forecaster import SktimeForecaster

    return SktimeForecaster(name, preset=preset, season_length=season_length, seed=seed, config=config)


def check_sktime(who: str) -> None:
    """Raise `NotSupportedError` if sktime is not installed."""
    from importlib.util import find_spec

    from dysts.errors import NotSupportedError

    if find_spec("sktime") is None:
        raise NotSupportedError(f"{who} needs the package sktime, which is not installed; pip install sktime")
