"""A system as a frozen value, and the registry that holds it."""
