"""Threads and processes that share the work."""
