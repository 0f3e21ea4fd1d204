"""Forecasters of multivariate time series with one small protocol: ``fit(series)``, ``predict(horizon)``.

A forecaster receives an array, float64 [time, component] in raw units, and nothing of the system behind it.
Heavy libraries (darts, torch, scikit-learn) are imported by the forecaster that needs them.
"""

from forecasters.base import BaseForecaster, Config, Forecaster
from forecasters.registry import get_forecaster, list_forecasters

__all__ = ["BaseForecaster", "Config", "Forecaster", "get_forecaster", "list_forecasters"]
