"""Surrogate series of all systems at a time scale, and the windows that an autoencoder is trained on."""

import numpy as np

from benchmark.transfer.autoencoder import WINDOW
from dysts.errors import DystsError
from dysts.integration.integrate import integrate
from dysts.systems.kinds import FLOW
from dysts.systems.registry import list_systems

POINTS = 1000
"""Points of the series of each system."""
WINDOWS = 10_000
"""Number of windows, drawn once."""
RANDOM_SCALES = (10, 100)
"""Bounds on the points per period of the control with a random time scale for each system."""


def surrogate_series(*, scale: int | None, systems: int | None = None, seed: int = 0) -> np.ndarray:
    """Return the first observables of systems, standardised: float64 [system, time].

    Parameters
    ----------
    scale : int or None
        Points per period; None for a random number for each system.
    systems : int, optional
        Number of systems, drawn at random; by default all.
    seed : int
        Of the systems and of random scales.
    """
    generator = np.random.default_rng([seed, 2])
    names = list_systems(kind=FLOW)
    if systems is not None:
        names = sorted(generator.choice(names, size=min(systems, len(names)), replace=False).tolist())
    rows = []
    for name in names:
        points = scale if scale is not None else int(generator.integers(*RANDOM_SCALES, endpoint=True))
        try:
            values = integrate(
                name, POINTS, points_per_period=points, observables=True, rtol=1e-6, predictability=False
            ).values[:, 0]
        except DystsError:
            # An orbit on a transient set may end within a thousand coarse points.
            continue
        if values.std() > 0.0:
            rows.append((values - values.mean()) / values.std())
    return np.array(rows)


def noise_series(count: int, *, seed: int) -> np.ndarray:
    """Return white noise in place of the surrogates: float64 [series, time]."""
    return np.random.default_rng([seed, 3]).standard_normal((count, POINTS))


def training_windows(series: np.ndarray, *, seed: int, count: int = WINDOWS) -> np.ndarray:
    """Return windows at random places of random series: float64 [window, time]."""
    generator = np.random.default_rng([seed, 4])
    rows = generator.integers(len(series), size=count)
    starts = generator.integers(series.shape[1] - WINDOW + 1, size=count)
    return np.asarray(series[rows[:, None], starts[:, None] + np.arange(WINDOW)])
