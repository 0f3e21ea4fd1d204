"""The implicit Runge-Kutta method Radau IIA of order 5."""
