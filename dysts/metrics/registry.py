"""The 17 metrics as data: name, direction, and the values of a perfect and of the worst forecast."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dysts.errors import unknown_name
from dysts.metrics import association, distributions, pointwise, relative
from dysts.metrics._arrays import component_scale, paired_series


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric.

    Attributes
    ----------
    name : str
    function : callable
        Called as ``function(truth=..., forecast=...)``, and with ``scale=...`` where `scaled`; returns a float, or
        float64 [series] for arrays [series, time, component].
    direction : {"lower", "higher"}
        Which values are better.
    perfect : float
        Value of a perfect forecast; NaN where it depends on the data.
    worst : float
        End of the range that no forecast is worse than.
    scaled : bool
        Whether the function takes the standard deviations of the attractor.
    """

    name: str
    function: Callable[..., Any]
    direction: Literal["lower", "higher"]
    perfect: float
    worst: float
    scaled: bool = False

    def __call__(self, *, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None) -> Any:
        """Evaluate the metric; the scale is passed on where the metric has one."""
        if self.scaled:
            return self.function(truth=truth, forecast=forecast, scale=scale)
        return self.function(truth=truth, forecast=forecast)

    @property
    def summary(self) -> str:
        """First line of the function's documentation."""
        return (self.function.__doc__ or "").strip().partition("\n")[0]


def _metrics() -> Mapping[str, Metric]:
    lower: Literal["lower"] = "lower"
    higher: Literal["higher"] = "higher"
    table: tuple[tuple[Callable[..., Any], Literal["lower", "higher"], float, float], ...] = (
        (pointwise.mse, lower, 0.0, math.inf),
        (pointwise.mae, lower, 0.0, math.inf),
        (pointwise.rmse, lower, 0.0, math.inf),
        (pointwise.nrmse, lower, 0.0, math.inf),
        (relative.marre, lower, 0.0, math.inf),
        (relative.r2_score, higher, 1.0, -math.inf),
        (relative.rmsle, lower, 0.0, math.inf),
        (pointwise.smape, lower, 0.0, 200.0),
        (relative.mape, lower, 0.0, math.inf),
        (relative.wape, lower, 0.0, math.inf),
        (association.spearman, higher, 1.0, -1.0),
        (association.pearson, higher, 1.0, -1.0),
        (association.kendall, higher, 1.0, -1.0),
        (relative.coefficient_of_variation, lower, 0.0, math.inf),
        (association.mutual_information, higher, math.nan, 0.0),
        (distributions.kl_divergence, lower, 0.0, math.inf),
        (distributions.hellinger_distance, lower, 0.0, 1.0),
    )
    return MappingProxyType(
        {
            function.__name__: Metric(
                name=function.__name__,
                function=function,
                direction=direction,
                perfect=perfect,
                worst=worst,
                scaled=function is pointwise.nrmse,
            )
            for function, direction, perfect, worst in table
        }
    )


METRICS: Mapping[str, Metric] = _metrics()
"""The metrics by name, in the order of the published comparison."""


def get_metric(name: str) -> Metric:
    """Return a metric by its name.

    Raises
    ------
    UnknownNameError
        If there is none of that name.

    Examples
    --------
    >>> get_metric("smape").worst
    200.0
    """
    if name not in METRICS:
        raise unknown_name("metric", name, METRICS)
    return METRICS[name]


def by_component(
    name: str, *, truth: ArrayLike, forecast: ArrayLike, scale: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Evaluate a metric on each component alone.

    Parameters
    ----------
    name : str
        One of `METRICS`.
    truth, forecast : array_like, float [time, component] or [series, time, component]
        Observed and predicted values.
    scale : float or array_like, float [component], optional
        Standard deviations of the attractor, for metrics that take them.

    Returns
    -------
    ndarray, float64 [component] or [series, component]

    Raises
    ------
    UnknownNameError
        If there is no such metric.
    InvalidArgumentError
        If the arrays or the scale are not usable.

    Examples
    --------
    >>> by_component("mae", truth=[[1.0, 2.0], [1.0, 2.0]], forecast=[[1.0, 2.0], [1.0, 6.0]])
    array([0., 2.])
    """
    metric = get_metric(name)
    a, p, _ = paired_series(truth, forecast)
    scales = [None] * a.shape[2] if scale is None else component_scale(scale, a.shape[2]).tolist()
    columns = [slice(index, index + 1) for index in range(a.shape[2])]
    scores = [metric(truth=a[..., c], forecast=p[..., c], scale=unit) for c, unit in zip(columns, scales, strict=True)]
    by_series = np.array(scores, dtype=np.float64).T
    return by_series if np.ndim(truth) == 3 else by_series[0]
