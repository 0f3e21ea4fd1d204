"""The times of a trajectory: with the spacing that the keywords name, or with that of dysts 0.96."""

from typing import Any

import numpy as np

from dysts.checks import check_count, check_positive, is_finite_number
from dysts.errors import InvalidArgumentError, NotSupportedError

TIMESCALES = ("Fourier", "Lyapunov")


def sampling_span(model: Any, n: int, *, resample: bool, pts_per_period: float, timescale: str, dt: Any) -> float:
    """Return the spacing of a trajectory's times.

    Parameters
    ----------
    model : object
        With ``dt``, ``period`` and ``maximum_lyapunov_estimated``.
    n : int
        Number of points.
    resample : bool
        Whether the spacing is a fraction of the timescale; if not, it is the time step.
    pts_per_period : float
        Points in each period, or in each Lyapunov time.
    timescale : {"Fourier", "Lyapunov"}
    dt : float or None
        The time step that was asked for in the call.

    Raises
    ------
    InvalidArgumentError
        If an argument is not allowed, or the model lacks the timescale.
    """
    check_count("n", n)
    if not resample:
        step = getattr(model, "dt", None)
        # dysts 0.96 takes the step of a call only where the model has none.
        wanted = step if step is not None and (model.as_published or dt is None) else dt
        return check_positive("dt", 1e-3 if wanted is None else wanted)
    check_positive("pts_per_period", pts_per_period)
    if timescale not in TIMESCALES:
        raise InvalidArgumentError(f"timescale must be 'Fourier' or 'Lyapunov', got {timescale!r}")
    if timescale == "Fourier":
        period = check_positive(f"period of {model.name}", _known(model, "period", "resample=False and a dt"))
        return period / pts_per_period
    exponent = _known(model, "maximum_lyapunov_estimated", "timescale='Fourier'")
    if not exponent > 0.0:
        raise NotSupportedError(
            f"{model.name} has no Lyapunov time, as its largest exponent is {exponent:.3g}; use timescale='Fourier'"
        )
    return 1.0 / exponent / pts_per_period


def _known(model: Any, name: str, instead: str) -> float:
    value = getattr(model, name, None)
    if value is None or not is_finite_number(value):
        raise InvalidArgumentError(f"{model.name} has no {name}: set it, or use {instead}")
    return float(value)


def sampling_times(span: float, n: int, *, as_published: bool, resample: bool) -> np.ndarray:
    """Return the times: spaced by the span, or, as in dysts 0.96, ``n`` points between 0 and ``n`` spacings.

    Examples
    --------
    >>> sampling_times(0.01, 3, as_published=False, resample=True).tolist()
    [0.0, 0.01, 0.02]
    >>> sampling_times(0.01, 3, as_published=True, resample=True).tolist()
    [0.0, 0.015, 0.03]
    """
    if not as_published:
        return np.arange(n) * span
    return np.linspace(0.0, span * n if resample else span * (n - 1), n)
