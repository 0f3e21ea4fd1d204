"""The power-series method."""
