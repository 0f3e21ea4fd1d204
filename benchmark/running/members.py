"""The members of an ensemble forecast: from a model that draws them itself, or from a bootstrap of any forecaster."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import ForecastError
from forecasters.ensembles import BootstrapEnsemble

FloatArray = NDArray[np.float64]


def draws_samples(model: Any) -> bool:
    """Return whether the method ``predict`` of a model has the argument ``samples``.

    Examples
    --------
    >>> from forecasters import get_forecaster
    >>> draws_samples(get_forecaster("NVAR")), draws_samples(BootstrapEnsemble(lambda seed: None))
    (False, True)
    """
    try:
        return "samples" in inspect.signature(model.predict).parameters
    except (TypeError, ValueError, AttributeError):
        return False


def members_of(
    model: Any, train: FloatArray, horizon: int, *, samples: int, build: Callable[[int], Any], seed: int
) -> FloatArray:
    """Return the members of an ensemble forecast that are finite, float64 [member, time, component].

    Parameters
    ----------
    model : object
        A fitted model. If it draws samples, its own are taken.
    train : float64 [time, component]
        The series, to which replicates of the model are fitted otherwise.
    horizon, samples : int
    build : callable
        Returns a model that is ready to fit, from a seed.
    seed : int
        Seed of the model.

    Raises
    ------
    ForecastError
        If the members do not have the shape of forecasts.
    """
    if not draws_samples(model):
        model = BootstrapEnsemble(build, seed=seed).fit(train)
    members = np.asarray(model.predict(horizon, samples=samples), dtype=np.float64)
    wanted = (samples, horizon, train.shape[1])
    if members.shape != wanted:
        raise ForecastError(f"samples must have shape {wanted} (sample, time, component), got {members.shape}")
    kept: FloatArray = members[np.isfinite(members).all(axis=(1, 2))]
    return kept


def denoised_of(model: Any, train: FloatArray) -> FloatArray | None:
    """Return the end of the series without its noise as a model gives it by its attribute ``denoised``; None without.

    Raises
    ------
    ForecastError
        If it is no end of the series.
    """
    found = getattr(model, "denoised", None)
    if found is None:
        return None
    denoised = np.asarray(found, dtype=np.float64)
    if denoised.ndim != 2 or denoised.shape[1] != train.shape[1] or not 0 < len(denoised) <= len(train):
        raise ForecastError(
            f"denoised must have at most {len(train)} points of {train.shape[1]} components, got {denoised.shape}"
        )
    return denoised
