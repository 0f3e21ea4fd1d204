"""Calls as scripts for dysts 0.96 make them, by position or with its keywords: they get its scores, on its scales.

This package's own scores take ``truth`` and ``forecast`` by keyword only, so the way of the call tells which is meant.
"""

import functools
import importlib
import inspect
import warnings
from collections.abc import Callable
from typing import Any

from dysts.errors import DystsWarning, InvalidArgumentError, UnknownArgumentError

OF_ANOTHER_SCALE = {
    "coefficient_of_variation": "the deviation of all errors from their mean, in units of the mean of all components",
    "hellinger_distance": "a distance of two given distributions",
    "marre": "in units of the range of all components together",
    "mase": "with the axis of time last and training values as a third argument",
    "r2_score": "about the mean of all components together",
    "rmsle": "of truth and forecast that are shifted to begin at 0",
    "smape": "on 0 to 100",
    "wape": "with one sum over all components",
}
"""How scores of dysts 0.96 differ from this package's of the same name, those by default of the two being equal."""
EQUAL = ("kendall", "mae", "mape", "mse", "mutual_information", "nrmse", "pearson", "rmse", "spearman")
"""Scores that dysts 0.96 defines as this package does, but for its 1e-10 in denominators."""
NAMES = (*EQUAL, *OF_ANOTHER_SCALE)
"""Scores that can be called by position."""
OLD_KEYWORDS = frozenset(("y_true", "y_pred", "x", "y", "p", "q", "yhat", "y_train"))
"""Keywords of dysts 0.96 for truth, forecast and what came before, which this package's scores do not have."""

_told: set[str] = set()


def also_by_position(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a score that takes truth and forecast by keyword, and by position as dysts 0.96 does.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    function : callable
        The score of this package.
    """

    @functools.wraps(function)
    def score(*arguments: Any, **options: Any) -> Any:
        if not arguments and not OLD_KEYWORDS & options.keys():
            return function(**options)
        _check_one_way(name, options)
        _tell(name)
        old = importlib.import_module("dysts.predecessor.scores").by_position(name)
        signature = inspect.signature(old)
        try:
            signature.bind(*arguments, **options)
        except TypeError as error:
            raise UnknownArgumentError(
                f"{name} of dysts 0.96 must be called with {signature}, but {error}; here it has truth= and forecast="
            ) from None
        return old(*arguments, **options)

    # Found under this name by pickle, which looks a function up where it says that it is.
    score.__module__ = "dysts.metrics"
    return score


def _check_one_way(name: str, options: dict[str, Any]) -> None:
    """Refuse a call that mixes the arguments of dysts 0.96 with this package's."""
    new = sorted({"truth", "forecast"} & options.keys())
    if new:
        raise InvalidArgumentError(
            f"{name} must be called with truth= and forecast=, or as dysts 0.96 is, got a mixture with {', '.join(new)}"
        )


def _tell(name: str) -> None:
    """Say once that a call by position has another scale, unless the values of dysts 0.96 are asked for."""
    if name in EQUAL or name in _told:
        return
    if importlib.import_module("dysts.predecessor.published").published_values_in_use():
        return
    _told.add(name)
    warnings.warn(
        f"dysts.metrics.{name} called by position, or by keywords of dysts 0.96, is that of dysts 0.96: "
        f"{OF_ANOTHER_SCALE[name]}; truth= and "
        "forecast= give this package's (docs/predecessor.md)",
        DystsWarning,
        stacklevel=3,
    )
