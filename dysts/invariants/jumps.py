"""Finds out whether a right-hand side jumps, or has no more than kinks.

Equations without a function that jumps and without a condition are continuous. Of the others the form does not decide:
``heaviside(x)*x**2`` contains a jump and is continuous.
"""

from typing import Any

import numpy as np

from dysts.equations.expressions import evaluate, names_in
from dysts.equations.switching import has_jumps as may_jump
from dysts.equations.switching import take_out_switches
from dysts.integration.integrate import integrate
from dysts.systems.system import System

POINTS = 400
"""Number of states of the trajectory, twenty in a period."""
PAIRS = 40
"""Number of random pairs of states between which switching surfaces are searched for."""
BISECTIONS = 60
"""Number of halvings of the segment between two states, after which it is as short as rounding allows."""
CONTINUOUS = 1e-9
"""Largest change of the derivative across a switching surface, relative to its size, that counts as rounding."""


def has_jumps(system: System, *, period: float | None = None) -> bool:
    """Return whether the derivative is discontinuous somewhere on the set of states that the system visits.

    Between pairs of states of one trajectory, bisection finds a zero of a switching function; the derivatives on both
    sides of it are compared. Equations whose functions have no more than kinks need no trajectory.

    Parameters
    ----------
    system : System
        Without a delay.
    period : float, optional
        Unit of the trajectory's length, by default the stored period.

    Examples
    --------
    >>> import dysts
    >>> has_jumps(dysts.get_system("Chua")), has_jumps(dysts.get_system("StickSlipOscillator"))
    (False, True)
    """
    field = system.vector_field
    if not may_jump(field.trees):
        return False
    switched = take_out_switches(
        field.definitions, field.derivatives, {*system.variables, *system.flat_parameters, "t"}, field.inputs
    )
    step = (system.period if period is None else period) / 20.0
    states = integrate(system, POINTS, step=step, rtol=1e-6, predictability=False).values
    generator = np.random.default_rng(0)
    pairs = generator.integers(0, len(states), (PAIRS, 2))

    def sides(state: np.ndarray) -> tuple[float, ...]:
        known: dict[str, Any] = system.flat_parameters | dict(zip(system.variables, state.tolist(), strict=True))
        known["t"] = 0.0
        # Definitions may depend on switches, and switching functions on definitions.
        waiting = switched.definitions | switched.switches
        while waiting:
            ready = [name for name, tree in waiting.items() if names_in(tree) <= known.keys()]
            for name in ready:
                value = evaluate(waiting.pop(name), known)
                known[name] = float(np.sign(value)) if name in switched.switches else value
        return tuple(known[name] for name in switched.switches)

    for first, second in states[pairs]:
        low, high = first, second
        at_low = sides(low)
        if sides(high) == at_low:
            continue
        for _ in range(BISECTIONS):
            middle = 0.5 * (low + high)
            if sides(middle) == at_low:
                low = middle
            else:
                high = middle
        change = np.abs(system.rhs(0.0, high) - system.rhs(0.0, low)).max()
        if change > CONTINUOUS * np.abs(system.rhs(0.0, low)).max():
            return True
    return False
