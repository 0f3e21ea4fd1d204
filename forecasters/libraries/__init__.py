"""Adapters to darts and torch."""
