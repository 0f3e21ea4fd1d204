"""The methods of discovery by name, with the settings that the benchmark runs."""

from collections.abc import Sequence

from dysts.discovery.discover import DiscoveryMethod
from dysts.discovery.genetic_methods import GPLearn, Operon
from dysts.discovery.pysindy_methods import OPTIMIZERS, PySINDy
from dysts.discovery.sparse import SequentialThresholding
from dysts.errors import unknown_name

OURS = "HeldOutThresholding"
"""`SequentialThresholding` with its defaults."""
GENETIC = ("gplearn", "Operon")
"""Methods of genetic programming, which take a hundred times as long as the others."""
METHODS = (OURS, *(f"PySINDy-{optimizer}" for optimizer in OPTIMIZERS), *GENETIC)


def needs_of(name: str) -> tuple[str, ...]:
    """Return the packages that a method imports beside those of the base installation.

    Examples
    --------
    >>> needs_of("PySINDy-SR3"), needs_of(OURS)
    (('pysindy',), ())
    """
    if name == "PySINDy-MIOSR":
        return ("pysindy", "gurobipy")
    if name.startswith("PySINDy-"):
        return ("pysindy",)
    return {"gplearn": ("gplearn",), "Operon": ("pyoperon",)}.get(name, ())


def get_method(name: str, *, variables: Sequence[str] = (), angles: Sequence[str] = ()) -> DiscoveryMethod:
    """Return a method with the settings of the benchmark.

    Parameters
    ----------
    name : str
        One of `METHODS`.
    variables : sequence of str
        Names of the variables.
    angles : sequence of str
        Variables that are angles, for a method whose library has a place for that.

    Raises
    ------
    UnknownNameError

    Examples
    --------
    >>> get_method("PySINDy-STLSQ").optimizer
    'STLSQ'
    """
    if name not in METHODS:
        raise unknown_name("method of discovery", name, METHODS)
    names = tuple(variables)
    if name == OURS:
        return SequentialThresholding(variables=names, angles=tuple(angles))
    if name == "gplearn":
        return GPLearn(variables=names, generations=10)
    if name == "Operon":
        return Operon(variables=names, generations=20)
    return PySINDy(optimizer=name.removeprefix("PySINDy-"), variables=names)
