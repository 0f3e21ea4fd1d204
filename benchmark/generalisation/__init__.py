"""Forecasts away from the training series: at other values of a parameter, in other basins of attraction."""
