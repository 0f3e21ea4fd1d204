"""``dysts.sampling`` of dysts 0.96: functions that perturb initial conditions and parameters of models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dysts.checks import check_count, check_positive
from dysts.errors import DystsError, InvalidArgumentError
from dysts.predecessor.argument_checks import check_seed
from dysts.predecessor.events import resolved


@dataclass
class BaseSampler:
    """A sampler with a random generator of its own, from which data classes of users may derive.

    Parameters
    ----------
    random_seed : int
    """

    random_seed: int = 0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(check_seed(self.random_seed))

    def set_rng(self, rng: np.random.Generator) -> None:
        """Use another random generator from now on."""
        self.rng = rng


@dataclass
class GaussianInitialConditionSampler(BaseSampler):
    """Adds to each component of a state a normal number, with a standard deviation in units of the component.

    Parameters
    ----------
    random_seed : int
    scale : float
    verbose : bool
        Accepted, without effect.

    Examples
    --------
    >>> import numpy as np
    >>> sampler = GaussianInitialConditionSampler(scale=0.1, random_seed=1)
    >>> sampler(np.array([1.0, 100.0]), None).round(2).tolist()
    [1.03, 108.22]
    """

    scale: float = 1e-4
    verbose: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("scale", self.scale)

    def __call__(self, ic: Any, system: Any) -> np.ndarray:
        state = np.asarray(ic, dtype=np.float64)
        return state * (1.0 + self.scale * self.rng.standard_normal(state.shape))


@dataclass
class SignedGaussianParamSampler(BaseSampler):
    """Adds to each parameter a normal number, with a standard deviation in units of the parameter.

    Parameters
    ----------
    random_seed : int
    scale : float
    eps : float
        Variance that is added, so that parameters that are zero change.
    sign_match_probability : float
        Probability that the change has the sign of the parameter.
    ignore_probability : float
        Probability that a parameter stays; it is less for systems with few parameters.
    verbose : bool
        Accepted, without effect.
    """

    scale: float = 1e-2
    eps: float = 1e-6
    sign_match_probability: float = 0.0
    ignore_probability: float = 0.0
    verbose: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("sign_match_probability", "ignore_probability"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise InvalidArgumentError(f"{name} must be between 0 and 1, got {getattr(self, name)!r}")

    def __call__(self, name: str, param: Any, system: Any = None) -> Any:
        share = 1.0 if system is None else 1.0 - np.exp(-len(system.param_list))
        if self.rng.random() < self.ignore_probability * share:
            return param
        value = np.asarray(param, dtype=np.float64)
        change = np.sqrt((self.scale * np.abs(value)) ** 2 + self.eps) * self.rng.standard_normal(value.shape)
        if self.rng.random() < self.sign_match_probability:
            change = np.sign(value) * np.abs(change)
        changed = value + change
        return changed.item() if changed.ndim == 0 else changed


@dataclass
class OnAttractorInitCondSampler(BaseSampler):
    """Draws states from a trajectory of the system, after its beginning.

    Parameters
    ----------
    random_seed : int
    reference_traj_length : int
        Points of the trajectory.
    reference_traj_transient : float
        Fraction of them at the beginning that is left out.
    reference_traj_n_periods : int
    reference_traj_atol, reference_traj_rtol : float
    trajectory_cache : dict, optional
        Trajectories by the name of the system.
    silence_integration_errors : bool
        Whether a failure gives None instead of raising.
    recompute_standardization : bool
        Whether to set ``mean`` and ``std`` of the system by the trajectory.
    events : sequence of callable, optional
    verbose : int
        Accepted, without effect.
    """

    reference_traj_length: int = 4096
    reference_traj_transient: float = 0.2
    reference_traj_n_periods: int = 40
    reference_traj_atol: float = 1e-7
    reference_traj_rtol: float = 1e-6
    trajectory_cache: dict[str, np.ndarray] = field(default_factory=dict)
    silence_integration_errors: bool = False
    recompute_standardization: bool = False
    events: Sequence[Callable[..., Any]] | None = None
    verbose: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.0 < self.reference_traj_transient < 1.0:
            raise InvalidArgumentError(
                f"reference_traj_transient must be a fraction between 0 and 1, got {self.reference_traj_transient!r}"
            )
        check_count("reference_traj_length", self.reference_traj_length, least=2)
        check_count("reference_traj_n_periods", self.reference_traj_n_periods)
        self.transient = int(self.reference_traj_length * self.reference_traj_transient)

    def clear_cache(self) -> None:
        """Forget all trajectories."""
        self.trajectory_cache.clear()

    def __call__(self, ic: Any, system: Any) -> np.ndarray | None:
        if system.name not in self.trajectory_cache:
            trajectory = self._trajectory(system)
            if trajectory is None:
                return None
            if self.recompute_standardization:
                system.mean, system.std = trajectory.mean(axis=0), trajectory.std(axis=0)
            self.trajectory_cache[system.name] = trajectory[self.transient :]
        chosen: np.ndarray = self.rng.choice(self.trajectory_cache[system.name])
        return chosen

    def _trajectory(self, system: Any) -> np.ndarray | None:
        events = [resolved(event, system) for event in self.events or ()]
        for event in events:
            if callable(getattr(event, "reset", None)):
                event.reset()  # type: ignore[attr-defined]
        try:
            found: np.ndarray | None = system.make_trajectory(
                self.reference_traj_length,
                pts_per_period=self.reference_traj_length // self.reference_traj_n_periods,
                # A state to start from has the coordinates of the equations, not those that are returned for them.
                postprocess=False,
                events=events or None,
                atol=self.reference_traj_atol,
                rtol=self.reference_traj_rtol,
            )
        except DystsError:
            if not self.silence_integration_errors:
                raise
            return None
        return found
