"""The properties that the registry stores, and the run that computes them."""
