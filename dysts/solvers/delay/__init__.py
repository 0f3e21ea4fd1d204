"""The method of steps for delay systems."""
