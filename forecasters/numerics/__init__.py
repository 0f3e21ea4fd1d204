"""Numerical methods that several forecasters share."""
