"""The observed components of a state, and their exact derivatives by the state."""

import numpy as np

from dysts.equations.derivatives import differentiate
from dysts.equations.expressions import evaluate, parse
from dysts.errors import unknown_name
from dysts.systems.system import System


class Observer:
    """Observed components as functions of the state.

    Parameters
    ----------
    system : System
    components : tuple of str
        Names of observables; for a system without bounded observables these are its variables.

    Raises
    ------
    UnknownNameError
        If the system has no such observable.

    Examples
    --------
    >>> import dysts
    >>> pendulum = Observer(dysts.get_system("DoublePendulum"), ("sin_th1", "p1"))
    >>> pendulum.derivatives(np.zeros((1, 4))).tolist()
    [[[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]]
    """

    def __init__(self, system: System, components: tuple[str, ...]) -> None:
        names = system.observable_names
        for name in components:
            if name not in names:
                raise unknown_name(f"observable of {system.name}", name, names)
        self.components = components
        self._variables = system.variables
        self._parameters = dict(system.flat_parameters)
        known = {*system.variables, *self._parameters}
        texts = system.observables or {name: name for name in system.variables}
        self._trees = [
            parse(texts[name], where=f"{system.name}: observables.{name}", names=known) for name in components
        ]
        self._definitions, self._entries = differentiate(self._trees, {}, system.variables)

    def __call__(self, states: np.ndarray) -> np.ndarray:
        """Return the observed values of states, float64 [..., component]."""
        values = np.empty((*states.shape[:-1], len(self._trees)))
        for place, tree in enumerate(self._trees):
            values[..., place] = evaluate(tree, self._known(states))
        return values

    def derivatives(self, states: np.ndarray) -> np.ndarray:
        """Return the derivatives of the observed values, float64 [..., component, variable]."""
        known = self._known(states)
        for name, tree in self._definitions.items():
            known[name] = evaluate(tree, known)
        slopes = np.zeros((*states.shape[:-1], len(self._trees), len(self._variables)))
        for (row, column), tree in self._entries.items():
            slopes[..., row, column] = evaluate(tree, known)
        return slopes

    def _known(self, states: np.ndarray) -> dict[str, np.ndarray | float]:
        return self._parameters | {name: states[..., index] for index, name in enumerate(self._variables)}
