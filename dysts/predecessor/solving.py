"""The integrators of ``dysts.utils``, which take any function: scipy's solvers, Euler and Maruyama, method of steps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dysts.checks import check_array, check_count, shown
from dysts.errors import InvalidArgumentError
from dysts.predecessor.argument_checks import check_keywords, check_model
from dysts.predecessor.python_equations import OF_SOLVE_IVP, integrate_python


class FunctionModel:
    """A function of time and state in the place of a model."""

    dt: float | None
    name = "f"

    def __init__(self, function: Callable[[float, np.ndarray], Any], dt: float | None) -> None:
        self.function = function
        self.dt = dt

    def rhs(self, state: np.ndarray, t: float) -> Any:
        """Evaluate the function."""
        return self.function(t, state)

    def has_jacobian(self) -> bool:
        """Whether there is a Jacobian."""
        return False


def integrate_dyn(
    f: Callable[[float, np.ndarray], Any],
    ic: Any,
    tvals: Any,
    noise: Any = 0.0,
    dtval: float | None = None,
    **options: Any,
) -> np.ndarray:
    """Integrate a function of time and state and return float64 [component, time].

    Parameters
    ----------
    f : callable
    ic : array_like [component]
    tvals : array_like [time]
    noise : float or sequence of float
        Amplitude of additive noise in units of the initial state, as in dysts 0.96.
    dtval : float, optional
        Longest step of the stochastic scheme.
    **options
        Keywords of scipy's ``solve_ivp``; a Jacobian is a function of time and state.

    Examples
    --------
    >>> integrate_dyn(lambda t, y: -y, [1.0], [0.0, 1.0], rtol=1e-10, atol=1e-10).round(6).tolist()
    [[1.0, 0.367879]]
    """
    if not callable(f):
        raise InvalidArgumentError(f"f must be a function of time and state, got {shown(f)}")
    start = np.atleast_1d(check_array("ic", ic))
    check_keywords(
        "integrate_dyn", options, (*OF_SOLVE_IVP, "method", "rtol", "atol", "jac", "events", "args"), integrate_dyn
    )
    chosen = dict(options)
    amplitude = np.abs(np.asarray(noise, dtype=np.float64) * start)[None] if np.any(noise) else None
    values = integrate_python(
        FunctionModel(f, dtval),
        np.asarray(tvals, dtype=np.float64),
        start[None],
        method=chosen.pop("method", "RK45"),
        rtol=chosen.pop("rtol", 1e-3),
        atol=chosen.pop("atol", 1e-6),
        amplitude=amplitude,
        seed=0,
        options={key: value for key, value in chosen.items() if value is not None},
    )[0]
    return values[np.isfinite(values).all(axis=1)].T


def integrate_weiner(f: Callable[[float, np.ndarray], Any], noise_amp: Any, ic: Any, tvals: Any) -> np.ndarray:
    """Integrate a function of time and state with additive noise and return float64 [component, time]."""
    return integrate_dyn(f, ic, tvals, noise=noise_amp, dtval=float(np.min(np.diff(tvals))) / 10.0)


def generate_ic_ensemble(
    model: Any,
    tpts0: Any,
    n_samples: int,
    frac_perturb_param: float = 0.1,
    frac_transient: float = 0.1,
    ic_range: Any = None,
    random_state: int = 0,
) -> np.ndarray:
    """Return trajectories from perturbed initial states after a transient: float64 [trajectory, component, time]."""
    check_model("generate_ic_ensemble", model)
    check_count("n_samples", n_samples)
    times = check_array("tpts0", tpts0)
    spacing = times[1] - times[0]
    longer = np.arange(times[0], times[0] + (times[-1] - times[0]) * (1.0 + frac_transient) + spacing / 2, spacing)
    random = np.random.default_rng(random_state)
    factors = 1.0 + frac_perturb_param * random.uniform(-1.0, 1.0, (n_samples, len(model.ic)))
    found = [
        integrate_dyn(lambda t, y: model.rhs(y, t), model.ic * factor, longer, rtol=1e-8, atol=1e-8)
        for factor in factors
    ]
    return np.stack([one[:, -len(times) :] for one in found])


def ddeint(func: Callable[..., Any], g: Callable[[float], Any], tt: Any, fargs: Any = None) -> np.ndarray:
    """Integrate ``func(Y, t, *fargs)`` with the solution so far as a function Y: float64 [time, component].

    Parameters
    ----------
    func : callable
    g : callable
        The solution up to the first time.
    tt : array_like [time]
    fargs : sequence, optional

    Notes
    -----
    Between two times of `tt` the equation is integrated by Runge and Kutta's method with the cubic through the ends of
    the steps as its past, so that the error falls with the third power of their spacing.
    """
    from scipy.interpolate import CubicHermiteSpline

    for name, function in (("func", func), ("g", g)):
        if not callable(function):
            raise InvalidArgumentError(f"{name} must be a function, got {shown(function)}")
    times = check_array("tt", tt)
    arguments = tuple(fargs) if fargs is not None else ()
    first = np.asarray(g(times[0]), dtype=np.float64)
    scalar = first.ndim == 0
    states = np.empty((len(times), first.size))
    slopes = np.empty_like(states)
    states[0] = first
    done = 0

    def past(t: float, now: float, at: np.ndarray) -> Any:
        if t <= times[0]:
            value = np.atleast_1d(np.asarray(g(t), dtype=np.float64))
        elif t >= times[done]:
            share = 0.0 if now == times[done] else (t - times[done]) / (now - times[done])
            value = states[done] + share * (at - states[done])
        else:
            cell = int(np.searchsorted(times[: done + 1], t, side="right")) - 1
            pair = slice(cell, cell + 2)
            value = CubicHermiteSpline(times[pair], states[pair], slopes[pair])(t)
        return value[0] if scalar else value

    def derivative(now: float, at: np.ndarray) -> np.ndarray:
        return np.atleast_1d(np.asarray(func(lambda t=now: past(t, now, at), now, *arguments), dtype=np.float64))

    for index, step in enumerate(np.diff(times)):
        done, begin, state = index, times[index], states[index]
        one = slopes[index] = derivative(begin, state)
        two = derivative(begin + step / 2, state + step / 2 * one)
        three = derivative(begin + step / 2, state + step / 2 * two)
        four = derivative(begin + step, state + step * three)
        states[index + 1] = state + step / 6 * (one + 2 * two + 2 * three + four)
    return states
