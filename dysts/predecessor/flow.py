"""`DynSys`: a flow as dysts 0.96 has it, integrated by this package's engine."""

import functools
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from dysts.checks import check_array
from dysts.errors import DystsWarning, InvalidArgumentError
from dysts.predecessor.argument_checks import check_equations, check_keywords, check_noise, check_seed, check_tolerance
from dysts.predecessor.continuous_model import ContinuousModel
from dysts.predecessor.engine_trajectories import integrate_flow
from dysts.predecessor.equations import StaticEquations, by_component, system_with
from dysts.predecessor.events import checked_events, survives
from dysts.predecessor.published import returned_columns
from dysts.predecessor.python_equations import OF_SOLVE_IVP, integrate_python
from dysts.predecessor.sampling_grid import sampling_span, sampling_times
from dysts.systems.system import System

METHODS = ("RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA")
"""Names of scipy's methods, all accepted; equations of the registry are integrated by this package's engine."""
DENSER = 8
"""Points between two of a trajectory at which events are looked for."""


class DynSys(ContinuousModel):
    """A flow: of the registry, or of a user's class with ``_rhs`` in Python.

    Parameters
    ----------
    metadata_path : str, optional
        A JSON file with facts by the name of the class.
    parameters : mapping of str to float or array_like, optional
        Of a system of the registry, those that differ; of a user's class, all.
    dt, period, maximum_lyapunov_estimated : float, optional
    **facts
        Further facts, such as ``initial_conditions`` and ``dimension``.

    Examples
    --------
    >>> from dysts.flows import Lorenz
    >>> model = Lorenz(rho=30)
    >>> model.sigma = 11.0
    >>> model.rhs(model.ic, 0.0).shape, model.make_trajectory(100).shape
    ((3,), (100, 3))
    """

    unbounded_indices: Sequence[int] = ()

    @property
    def system(self) -> System:
        """The value of this package that stands for the model as it is now, for everything that is only there."""
        if self.registry_name is None or not self._follows_registry():
            raise InvalidArgumentError(f"{self.name} must be a system of the registry, got equations in Python")
        return system_with(self.registry_name, self.params, as_published=self.as_published)

    def _follows_registry(self) -> bool:
        """Whether the equations are those of the registry and no class of a user replaces them."""
        kind = type(self)
        return isinstance(kind._rhs, StaticEquations) and kind.rhs is DynSys.rhs

    def rhs(self, X: Any, t: float) -> Any:
        """Evaluate the right-hand side of a state, or of states [time, component], component first."""
        if self._follows_registry():
            states = self._component_states(X)
            return by_component(self.system.rhs(t, states))
        return self._rhs(*np.asarray(X).T, t, *self.param_list)

    def _check_equations(self) -> None:
        """Check that equations in Python take as many arguments as they are called with."""
        if type(self).rhs is DynSys.rhs and not self._follows_registry():
            components = [f"component {place}" for place in range(1, self.dimension + 1)]
            check_equations(self.name, self._rhs, [*components, "the time", *sorted(self.params)])

    def jac(self, X: Any, t: float) -> Any:
        """Evaluate the exact Jacobian of a state: row by equation, column by component."""
        if self._follows_registry() and isinstance(type(self)._jac, StaticEquations):
            return self.system.jacobian(t, self._component_states(X))
        if not self.has_jacobian():
            raise InvalidArgumentError(f"{self.name} must define _jac to have a Jacobian, got none")
        return self._jac(*np.asarray(X).T, t, *self.param_list)

    def __call__(self, X: Any, t: float) -> Any:
        return self.rhs(X, t)

    def _component_states(self, states: Any) -> np.ndarray:
        values = check_array(f"X of {self.name}", states)
        if values.ndim == 0 or values.shape[-1] != self.dimension:
            raise InvalidArgumentError(
                f"X of {self.name} must have {self.dimension} components, got an array of shape {values.shape}"
            )
        return values

    def make_trajectory(
        self,
        n: int,
        dt: float | None = None,
        init_cond: Any = None,
        resample: bool = True,
        pts_per_period: float = 100,
        return_times: bool = False,
        standardize: bool = False,
        postprocess: bool = True,
        noise: Any = 0.0,
        timescale: str = "Fourier",
        method: str = "Radau",
        random_seed: int = 0,
        rtol: float = 1e-12,
        atol: Any = 1e-12,
        verbose: bool = False,
        events: Any = None,
        **options: Any,
    ) -> Any:
        """Integrate and return ``n`` points, [time, component], or [trajectory, time, component] for several starts.

        Parameters
        ----------
        n : int
        dt : float, optional
            The spacing with ``resample=False``; by default that of the model.
        init_cond : array_like [component] or [trajectory, component], optional
        resample : bool
            Whether to space points by the period (or Lyapunov time) instead of by `dt`.
        pts_per_period : float
        return_times : bool
            Whether to return the times too, first.
        standardize : bool
            Whether to subtract ``mean`` and divide by ``std``.
        postprocess : bool
            Whether to return bounded functions of unbounded coordinates.
        noise : float or sequence of float
            Amplitude of additive noise; in units of the initial state with the published values.
        timescale : {"Fourier", "Lyapunov"}
        method : str
            A method of scipy. Equations of the registry are integrated by this package's engine whatever it is.
        random_seed : int
            Of the noise.
        rtol, atol : float
        verbose : bool
        events : callable or sequence of callables, optional
            Functions of time and state; a trajectory on which one with the attribute ``terminal`` is zero is left out.
        **options
            Further keywords of scipy's ``solve_ivp``.

        Returns
        -------
        ndarray or None
            None if no trajectory is complete; preceded by the times with `return_times`.

        Raises
        ------
        InvalidArgumentError
            If an argument is not allowed.
        """
        span = sampling_span(self, n, resample=resample, pts_per_period=pts_per_period, timescale=timescale, dt=dt)
        times = sampling_times(span, n, as_published=self.as_published, resample=resample)
        starts = self._starts(init_cond)
        _check_method(method)
        check_keywords("make_trajectory", options, (*OF_SOLVE_IVP, "postprocessing"), self.make_trajectory)
        check_tolerance("rtol", rtol)
        check_tolerance("atol", atol)
        watched = checked_events(events)
        grid = times if not watched else _denser(times)
        scale = (self.mean, self.std) if standardize else (0.0, 1.0)
        amplitude, seed = self._amplitude(noise, starts, scale), check_seed(random_seed)
        if self._follows_registry():
            values = integrate_flow(
                self.system,
                grid,
                starts,
                rtol=rtol,
                atol=atol,
                amplitude=amplitude,
                seed=seed,
                longest_step=options.get("max_step"),
            )
        else:
            self._check_equations()
            values = integrate_python(
                self,
                grid,
                starts,
                method=method,
                rtol=rtol,
                atol=atol,
                amplitude=amplitude,
                seed=seed,
                options=options,
            )
        complete = np.isfinite(values).all(axis=(1, 2))
        if not complete.all():
            self._warn_of_ends(values, grid)
        if watched:
            seen = (values - scale[0]) / scale[1]
            complete &= [alive and survives(watched, grid, one) for alive, one in zip(complete, seen, strict=True)]
            values = values[:, :: DENSER if len(times) > 1 else 1]
        values = values[complete]
        if not len(values):
            return (None, None) if return_times else None
        if postprocess and hasattr(self, "_postprocessing"):
            columns = self._postprocessing(*np.moveaxis(values, -1, 0))
            values = np.stack(np.broadcast_arrays(*columns), axis=-1)
        if standardize:
            values = (values - self.mean) / self.std
        squeezed = np.squeeze(values)
        return (times, squeezed) if return_times else squeezed

    def _warn_of_ends(self, values: np.ndarray, times: np.ndarray) -> None:
        """Say which trajectory ended when; dysts 0.96 leaves it out without a word."""
        ended = ~np.isfinite(values).all(axis=2)
        case = int(np.argmax(ended.any(axis=1)))
        which = f" from state {case}" if len(values) > 1 else ""
        warnings.warn(
            f"the trajectory of {self.name}{which} ended before t = {times[np.argmax(ended[case])]:.6g} of "
            f"{times[-1]:.6g}, and is left out",
            DystsWarning,
            stacklevel=3,
        )

    def _amplitude(self, noise: Any, starts: np.ndarray, scale: tuple[Any, Any]) -> np.ndarray | None:
        """Return the amplitude of additive noise [trajectory, component] in the units of the equations."""
        level = check_noise(noise, self.dimension)
        if not np.any(level):
            return None
        if self.as_published:
            # dysts 0.96 multiplies by the initial state in the coordinates that it integrates.
            return np.abs(level * (starts - scale[0]))
        return np.broadcast_to(np.abs(level) * scale[1], starts.shape).astype(np.float64)


def _check_method(method: Any) -> None:
    if method not in METHODS and not isinstance(method, type):
        raise InvalidArgumentError(f"method must be one of scipy's ({', '.join(METHODS)}), got {method!r}")


def _denser(times: np.ndarray) -> np.ndarray:
    """Return the times with more of them in between, at which events are looked for."""
    if len(times) < 2:
        return times
    parts = np.arange(DENSER) / DENSER
    return np.append((times[:-1, None] + parts * np.diff(times)[:, None]).ravel(), times[-1])


def observed(name: str, model: DynSys, *components: Any) -> tuple[np.ndarray, ...]:
    """Return what dysts 0.96 returns for unbounded coordinates: one bounded function for each."""
    columns = returned_columns(name, model.system)
    values = model.system.observe(np.stack(np.broadcast_arrays(*components), axis=-1))
    return tuple(np.moveaxis(values, -1, 0)) if columns is None else tuple(values[..., i] for i in columns)


@functools.cache
def postprocessing_of(name: str) -> Any:
    """Return the method ``_postprocessing`` of a class of the registry."""

    def _postprocessing(self: DynSys, *components: Any) -> tuple[np.ndarray, ...]:
        return observed(name, self, *components)

    return _postprocessing
