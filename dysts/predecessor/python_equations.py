"""Trajectories of equations that users write in Python, by scipy's solvers or, with noise, by Euler and Maruyama."""

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dysts.errors import InvalidArgumentError

OF_SOLVE_IVP = ("max_step", "first_step", "min_step", "dense_output", "vectorized", "lband", "uband", "jac_sparsity")
"""Keywords of scipy's ``solve_ivp`` beside method and tolerances; of them ``max_step`` acts on the engine too."""
NOISY_STEPS = 20
"""Steps of the stochastic scheme between two points of a trajectory, unless the time step of the model is shorter."""


def integrate_python(
    model: Any,
    times: np.ndarray,
    starts: np.ndarray,
    *,
    method: Any,
    rtol: float,
    atol: Any,
    amplitude: np.ndarray | None,
    seed: int,
    options: Mapping[str, Any],
) -> np.ndarray:
    """Integrate a model's ``rhs`` and return float64 [trajectory, time, component]; rows after a failure are NaN.

    Parameters
    ----------
    model : DynSys
    times : float64 [time]
    starts : float64 [trajectory, component]
    method, rtol, atol
        Of scipy's ``solve_ivp``.
    amplitude : float64 [trajectory, component], optional
        Of additive noise.
    seed : int
    options : mapping
        Further keywords of ``solve_ivp``.
    """

    def derivative(t: float, state: np.ndarray) -> np.ndarray:
        found = np.asarray(model.rhs(state, t), dtype=np.float64)
        if found.shape != state.shape:
            raise InvalidArgumentError(
                f"the equations of {model.name} must return {len(state)} components, got the shape {found.shape}"
            )
        return found

    values = np.full((len(starts), len(times), starts.shape[1]), np.nan)
    for case, start in enumerate(starts):
        if amplitude is not None:
            step = getattr(model, "dt", None)
            values[case] = _with_noise(derivative, start, times, amplitude[case], step, seed + case)
        else:
            values[case] = _with_scipy(model, derivative, start, times, method, rtol, atol, options)
    return values


def _with_scipy(
    model: Any,
    derivative: Callable[[float, np.ndarray], np.ndarray],
    start: np.ndarray,
    times: np.ndarray,
    method: Any,
    rtol: float,
    atol: Any,
    options: Mapping[str, Any],
) -> np.ndarray:
    from scipy.integrate import solve_ivp

    further = {key: value for key, value in options.items() if key != "postprocessing"}
    if model.has_jacobian() and method in ("Radau", "BDF", "LSODA"):
        further["jac"] = lambda t, state: np.asarray(model.jac(state, t), dtype=np.float64)
    values = np.full((len(times), len(start)), np.nan)
    if len(times) == 1:
        values[0] = start
        return values
    found = solve_ivp(
        derivative, (times[0], times[-1]), start, t_eval=times, method=method, rtol=rtol, atol=atol, **further
    )
    values[: found.y.shape[1]] = found.y.T
    return values


def _with_noise(
    derivative: Callable[[float, np.ndarray], np.ndarray],
    start: np.ndarray,
    times: np.ndarray,
    amplitude: np.ndarray,
    step: float | None,
    seed: int,
) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = np.empty((len(times), len(start)))
    state = values[0] = start.astype(np.float64)
    for index, (begin, end) in enumerate(itertools.pairwise(times)):
        wanted = (end - begin) / NOISY_STEPS if step is None else min(step, (end - begin) / NOISY_STEPS)
        count = int(np.ceil((end - begin) / wanted - 1e-9))
        length = (end - begin) / count
        for part in range(count):
            kick = amplitude * np.sqrt(length) * random.standard_normal(len(start))
            state = state + length * derivative(begin + part * length, state) + kick
        values[index + 1] = state
    return values
