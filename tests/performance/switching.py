"""Ordinary differential equations with kinks and jumps, integrated from switch to switch (for `reference`).

Between two switches the equations are smooth, each kink being a sign of +1 or -1. A zero of a switching function ends
the integration exactly there, its sign is chosen anew and the integration goes on. Where the fields of both sides of
a jump point at the surface, the state slides along it: the sign becomes the number between -1 and 1 that keeps the
switching function at 0, until it reaches one of the two.

References
----------
A. F. Filippov, Differential Equations with Discontinuous Righthand Sides, Kluwer 1988.
"""

from collections.abc import Callable, Sequence
from typing import Any

import heyoka
import numpy as np

MAXIMUM_STEPS = 1_000_000
"""Between two output times."""
MAXIMUM_SWITCHINGS = 1_000_000
UNWATCHED_FRACTION = 1e-4
"""Of a step: how far to go without watching where a switching function leaves 0 tangentially."""
LARGEST_INCONSISTENCY = 1e-14
"""In units of the largest component: how far a switching function may be on the wrong side of 0 by rounding."""


def advance(
    integrator: Any, end: Any, longest: Any, check: Callable[[Any], bool] | None = None
) -> tuple[int | None, int]:
    """Integrate up to a time or to a terminal event; return the event's number, if any, and the number of steps.

    No step is longer than `longest`. Without that, a steep ``tanh`` would be stepped over: where it is saturated, its
    Taylor coefficients vanish by rounding and say nothing of the rise ahead.

    Raises
    ------
    ArithmeticError
        If the state stopped being finite or the steps became too many.
    """
    extra = {} if check is None else {"callback": check}
    outcome, _, _, steps, *_ = integrator.propagate_until(end, max_steps=MAXIMUM_STEPS, max_delta_t=longest, **extra)
    if outcome == heyoka.taylor_outcome.time_limit:
        return None, steps
    for bad in ("err_nf_state", "step_limit", "cb_stop"):
        if outcome == getattr(heyoka.taylor_outcome, bad):
            raise ArithmeticError(f"heyoka stopped at time {integrator.time} of {end}: {bad}")
    return -int(outcome) - 1, steps


class SwitchedFlow:
    """A system with kinks; ``par[i]`` in its derivatives is the sign of switch ``i``."""

    def __init__(
        self,
        variables: Sequence[Any],
        derivatives: Sequence[Any],
        switches: Sequence[Any],
        real: Callable[[float], Any],
        longest: Any,
    ) -> None:
        self.variables = list(variables)
        self.derivatives = list(derivatives)
        self.switches = list(switches)
        self.real = real
        self.longest = longest
        self.steps = 0
        self.switchings = 0
        self.slopes = [
            heyoka.sum([heyoka.diff(switch, x) * f for x, f in zip(variables, derivatives, strict=True)])
            for switch in switches
        ]
        signs = [heyoka.par[index] for index in range(len(switches))]
        self.evaluate = heyoka.cfunc([*self.switches, *self.slopes, *signs], vars=self.variables, fp_type=real)
        self.integrators: dict[tuple[int | None, bool], Any] = {}
        self.signs = np.array([real(1.0)] * len(switches))

    def integrator(self, sliding: int | None, *, stops: bool = True) -> Any:
        """Return the compiled integrator in which one switch slides, or none; it stops at switches or does not."""
        if (sliding, stops) not in self.integrators:
            derivatives, events = self.derivatives, self.switches
            if sliding is not None:
                sign = heyoka.par[sliding]
                one, zero = heyoka.expression(self.real(1.0)), heyoka.expression(self.real(0.0))
                slope = self.slopes[sliding]
                rest = heyoka.subs(slope, {sign: zero})
                balance = rest / (rest - heyoka.subs(slope, {sign: one}))
                derivatives = heyoka.subs(derivatives, {sign: balance})
                others = [switch for index, switch in enumerate(events) if index != sliding]
                events = [balance - one, balance + one, *others]
            self.integrators[sliding, stops] = heyoka.taylor_adaptive(
                list(zip(self.variables, derivatives, strict=True)),
                np.array([self.real(0.0)] * len(self.variables)),
                fp_type=self.real,
                t_events=[heyoka.t_event(event, fp_type=self.real) for event in events] if stops else [],
                compact_mode=True,
                high_accuracy=True,
            )
        return self.integrators[sliding, stops]

    def states(self, initial: Sequence[float], times: Sequence[float]) -> list[Any]:
        """Return the state at each time, an array of extended precision."""
        state = np.array([self.real(value) for value in initial])
        for index in range(len(self.switches)):
            # A switch may contain earlier ones, never later ones.
            outputs = self.evaluate(state, pars=self.signs)
            value = outputs[index] if outputs[index] != 0 else outputs[len(self.switches) + index]
            self.signs[index] = self.real(1.0 if value > 0 else -1.0)
        sliding = None
        integrator = self.enter(None, state, self.real(0.0))
        rows = []
        for end in times:
            while True:
                event, steps = advance(integrator, self.real(end), self.longest, self.checker(sliding))
                self.steps += steps
                if event is None:
                    break
                self.switchings += 1
                if self.switchings > MAXIMUM_SWITCHINGS:
                    raise ArithmeticError(f"more than {MAXIMUM_SWITCHINGS} switchings by time {integrator.time}")
                signs = self.signs.copy()
                regime = self.regime_after(event, sliding, integrator.state)
                if (regime is None and sliding is not None) or (regime == sliding and (signs == self.signs).all()):
                    integrator = self.move_on(regime, integrator)
                elif regime != sliding:
                    integrator = self.enter(regime, integrator.state, integrator.time)
                sliding = regime
                integrator.pars[:] = self.signs[: len(integrator.pars)]
            rows.append(integrator.state.copy())
        return rows

    def move_on(self, sliding: int | None, integrator: Any) -> Any:
        """Return the integrator a small fraction of a step later, after sliding ended or an event changed nothing.

        There the switching function leaves 0 tangentially, and rounding makes it cross. heyoka's cooldown after such an
        event would be long, as it is inversely proportional to the slope, and could hide the next one.
        """
        state, time = integrator.state.copy(), integrator.time
        free = self.enter(sliding, state, time, stops=False)
        _, step = free.step()
        free = self.enter(sliding, state, time, stops=False)
        self.steps += advance(free, time + self.real(UNWATCHED_FRACTION) * step, self.longest)[1]
        return self.enter(sliding, free.state, free.time)

    def enter(self, sliding: int | None, state: Any, time: Any, *, stops: bool = True) -> Any:
        integrator = self.integrator(sliding, stops=stops)
        if stops:
            integrator.reset_cooldowns()
        integrator.time = time
        integrator.state[:] = state
        # While the only switch slides, no sign is left among the parameters.
        integrator.pars[:] = self.signs[: len(integrator.pars)]
        return integrator

    def regime_after(self, event: int, sliding: int | None, state: Any) -> int | None:
        """Set the signs after an event and return which switch slides from here on, if any."""
        if sliding is not None and event < 2:
            self.signs[sliding] = self.real(1.0 if event == 0 else -1.0)
            return None
        if sliding is not None:
            index = [other for other in range(len(self.switches)) if other != sliding][event - 2]
        else:
            index = event
        above, below = (self.slope_with(index, sign, state) for sign in (1.0, -1.0))
        if above < 0 < below:
            if sliding is not None:
                raise ArithmeticError(f"switches {sliding} and {index} slide at once")
            return index
        if above > 0 and below > 0:
            self.signs[index] = self.real(1.0)
        elif above < 0 and below < 0:
            self.signs[index] = self.real(-1.0)
        return sliding

    def slope_with(self, index: int, sign: float, state: Any) -> Any:
        """Return the rate of change of one switching function on one of its sides."""
        signs = self.signs.copy()
        signs[index] = self.real(sign)
        return self.evaluate(state, pars=signs)[len(self.switches) + index]

    def checker(self, sliding: int | None) -> Callable[[Any], bool]:
        """Return a function that stops the integration if a switch was passed unnoticed."""

        def consistent(integrator: Any) -> bool:
            values = self.evaluate(integrator.state, pars=self.signs)[: len(self.switches)]
            scale = max(1.0, *(float(abs(value)) for value in integrator.state))
            for index, (value, sign) in enumerate(zip(values, self.signs, strict=True)):
                allowed = LARGEST_INCONSISTENCY * scale
                if float(value * sign) < -allowed or (index == sliding and float(value * sign) > allowed):
                    return False
            return True

        return consistent
