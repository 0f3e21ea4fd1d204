"""Growth rates of tangent vectors along orbits of maps.

References
----------
J.-P. Eckmann, D. Ruelle, Ergodic theory of chaos and strange attractors, Reviews of Modern Physics 57 (1985) 617-656.
"""

from typing import Any

import numpy as np

from dysts.errors import IntegrationError
from dysts.systems.system import System
from dysts.workers.threads import in_threads


def map_growth_rates(
    system: System,
    vectors: int,
    *,
    pieces: int,
    iterates: int,
    discard: int,
    initial_conditions: Any = None,
    seed: int = 0,
    threads: int | None = None,
) -> np.ndarray:
    """Return the growth rates of tangent vectors per iterate: float64 [piece, vector].

    Parameters
    ----------
    system : System
    vectors : int
    pieces : int
        Successive pieces of one orbit from the stored initial condition.
    iterates, discard : int
        Length of each piece, and of the part of an orbit that is left out at its beginning.
    initial_conditions : float64 [piece, component], optional
        Begin an orbit of one piece at each of these states instead.
    seed : int
        Of the starting vectors.
    threads : int, optional

    Raises
    ------
    IntegrationError
        If an orbit escapes or leaves the domain of the map.
    """
    from dysts.solvers.iteration.tangent import tangent_growth_of_map
    from dysts.solvers.status import Status

    compiled = system.compiled
    jacobian, program = compiled.compiled_jacobian
    constants = compiled.table(system.flat_parameters)
    jacobian_constants = program.table(system.flat_parameters)
    states = np.array([system.initial_conditions] if initial_conditions is None else initial_conditions)
    growth = np.empty((len(states), pieces if initial_conditions is None else 1, vectors))
    statuses, reached = np.zeros(len(states), dtype=np.int64), np.zeros(len(states), dtype=np.int64)
    address, jacobian_address = compiled.function.address, jacobian.address
    random = np.random.default_rng(seed)
    directions = np.linalg.qr(random.standard_normal((len(states), system.dimension, system.dimension)))[0]

    def run(begin: int, end: int) -> None:
        for case in range(begin, end):
            statuses[case], reached[case] = tangent_growth_of_map(
                address,
                jacobian_address,
                constants,
                jacobian_constants,
                states[case].copy(),
                np.ascontiguousarray(directions[case, :vectors]),
                discard,
                iterates,
                growth[case],
            )

    in_threads(run, len(states), threads)
    if statuses.any():
        case = int(statuses.argmax())
        raise IntegrationError(
            f"{system.name} ended at iterate {reached[case]}: {Status(int(statuses[case])).sentence}; choose an "
            "initial condition on a bounded orbit"
        )
    return growth.reshape(-1, vectors) / iterates
