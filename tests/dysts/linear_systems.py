"""Small systems whose solutions are known, for the tests."""

from typing import Any

from dysts.systems.system import System


def make(equations: dict[str, str], initial: list[float], **fields: Any) -> System:
    """Return a system with the given equations."""
    definition = {
        "description": "A system of the tests",
        "field": "mathematics",
        "variables": list(equations),
        "equations": equations,
        "initial_conditions": initial,
    }
    return System.from_entry("Test", {"definition": definition | fields})


def oscillator() -> System:
    """Return the harmonic oscillator of period 2 pi."""
    return make({"x": "v", "v": "-x"}, [1.0, 0.0])
