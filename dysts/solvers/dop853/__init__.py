"""The explicit Runge-Kutta method of order 8 by Dormand and Prince."""
