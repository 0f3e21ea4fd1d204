"""The suite `hard`: noise, partial observation and length of training on forty systems that cover the registry."""

import hashlib
from collections import Counter
from typing import Any

from benchmark.tasks.part import Part
from benchmark.tasks.suite import Suite

SYSTEMS = 40
"""Number of systems."""
LARGEST = 6
"""Greatest dimension of a system that is drawn."""
LARGE = 5
"""Dimension from which on systems count as of one size."""
NOISE = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
"""Measurement noise in standard deviations of each component."""
LENGTHS = (1000, 4000)
"""Points to fit on."""
HORIZON, MOST_POINTS = 20, 2000
"""Lyapunov times to predict, and the number of points at which that ends, as the recipe has 6000 in all."""
FIRST = ("PolynomialODE", "NVAR", "ESN", "LinearRegression", "NaiveMean", "NaiveSeasonal", "NaiveDrift")
"""Forecasters that run before the others: the one for noisy series, the best ones without noise, and naive ones."""
TREES = ("RandomForest", "XGBoost")
"""Forecasters that run on every rung as well, at more cost."""
FAST = (*FIRST, *TREES)
"""Forecasters that run on every rung; the others run without noise and with most noise on the shorter series."""

SAMPLES = 20
"""Members of the ensembles of the oracle and of the forecasters in `ENSEMBLES`."""
ENSEMBLES = ("LinearRegression",)
"""Forecasters of which a bootstrap makes ensembles: one whose fits cost milliseconds."""


def draw(count: int = SYSTEMS) -> tuple[str, ...]:
    """Return systems that cover fields, classes of equations and dimensions as evenly as the registry allows.

    Each next system is one of the field drawn least often so far; of these one of the class of equations drawn least
    often, then of the dimension drawn least often, where five and more count as one; and of these the first by the
    hash of its name. Only chaotic flows without a delay and of at most six variables are drawn: the state of a delay
    system is a function, into which the oracle does not assimilate, and the ten variables of MacArthur take it more
    than five seconds from one component.

    Parameters
    ----------
    count : int

    Examples
    --------
    >>> draw(3)
    ('JerkCircuit', 'LorenzStenflo', 'SanUmSrisuchinwong')
    """
    from dysts.systems.equation_class import equation_class
    from dysts.systems.registry import get_system, list_systems

    left = []
    for name in list_systems():
        system = get_system(name)
        if system.delay is None and system.lyapunov_time is not None and system.dimension <= LARGEST:
            digest = hashlib.sha256(name.encode()).hexdigest()
            left.append((name, system.field, equation_class(system), min(system.dimension, LARGE), digest))
    drawn: list[str] = []
    counts: Counter[object] = Counter()
    while len(drawn) < count:
        chosen = min(left, key=lambda entry: (counts[entry[1]], counts[entry[2]], counts[entry[3]], entry[4]))
        left.remove(chosen)
        counts.update(chosen[1:4])
        drawn.append(chosen[0])
    return tuple(drawn)


def observed_alone(name: str) -> str:
    """Return the component of a system that is observed where one is: the first that depends on more than a phase.

    Examples
    --------
    >>> observed_alone("DoublePendulum")
    'sin_th1'
    """
    from dysts.invariants.period import responding_observables
    from dysts.systems.registry import get_system

    system = get_system(name)
    return system.observable_names[responding_observables(system)[0]]


def build() -> Suite:
    """Return the suite; `benchmark.tasks.named_suites` adds its description.

    A run goes through its stages one after the other, and through the systems in the order of `draw` within each, so
    that at any time the table holds all forecasters of a stage on the systems done so far: first `FIRST` on the shorter
    series, with all components and then with one; `TREES` there; the slow forecasters at their corners; then the longer
    series.
    """
    from forecasters import list_forecasters

    slow = tuple(name for name in list_forecasters() if name not in FAST)
    systems = draw()
    one = {system: (observed_alone(system),) for system in systems}
    short, long = LENGTHS
    corners = (NOISE[0], NOISE[-1])
    return Suite(
        name="hard",
        systems=systems,
        forecasters=FIRST,
        recipe="long",
        horizon=HORIZON,
        horizon_clock="lyapunov times",
        most_points=MOST_POINTS,
        variants=_rungs((), short),
        samples=SAMPLES,
        ensembles=ENSEMBLES,
        in_order=True,
        fidelity=False,
        parts=(
            Part(forecasters=FIRST, variants=_rungs(one, short)),
            Part(forecasters=TREES, variants=_rungs((), short) + _rungs(one, short)),
            Part(forecasters=slow, variants=_rungs((), short, corners) + _rungs(one, short, corners)),
            Part(forecasters=FIRST, variants=_rungs((), long) + _rungs(one, long)),
            Part(forecasters=TREES, variants=_rungs((), long) + _rungs(one, long)),
        ),
    )


def _rungs(components: Any, length: int, noise: tuple[float, ...] = NOISE) -> tuple[dict[str, Any], ...]:
    """Return the variants of one length and one choice of components, a level of noise each."""
    return tuple({"components": components, "train_length": length, "measurement_noise": level} for level in noise)
