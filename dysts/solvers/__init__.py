"""Compiled integrators: one method per file, its coefficients as data, the control of steps once."""
