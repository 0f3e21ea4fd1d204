"""Fingerprints of the code of the references, so that a changed oracle runs again."""

import functools
import hashlib
from pathlib import Path

from benchmark.running.source_code import digest_of, version_of
from benchmark.tasks.references import ORACLE
from dysts.version import PACKAGE, sources

_TASKS = Path(__file__).parents[1] / "tasks"
REFERENCE_FILES = ("references.py", "parroting.py")
"""Files in the room of tasks that compute the forecasts of references."""
ASSIMILATING = "assimilating_oracle.py"
"""File in the same room with the oracle under measurement noise."""
ORACLE_OF_MAPS = "map_oracle.py"
"""File in the same room with the oracle of maps."""
INTEGRATED_BY = ("compilation", "equations", "integration", "solvers", "systems", "datasets/recipe.py")
"""Places in ``dysts`` that decide about the trajectories of the oracle."""
_LIBRARIES = {ORACLE: ("llvmlite", "numba", "numpy")}
"""Packages whose versions decide about a forecast; numpy alone for the other references."""


@functools.cache
def reference_code(name: str, *, assimilates: bool = False) -> str:
    """Return a fingerprint of the code of a reference, 16 hexadecimal digits.

    Comments, docstrings, blank lines and line endings do not count.

    Parameters
    ----------
    name : str
        One of `benchmark.tasks.references.REFERENCES`. The code of the oracle includes the integrators.
    assimilates : bool
        Whether the oracle assimilates its series, as it does under measurement noise; it then has more code.
    """
    own = [_TASKS / file for file in REFERENCE_FILES]
    if name == ORACLE:
        own.append(_TASKS / ORACLE_OF_MAPS)
        if assimilates:
            own.append(_TASKS / ASSIMILATING)
    integrators = sources(*INTEGRATED_BY, *(("assimilation",) if assimilates else ())) if name == ORACLE else []
    lines = [f"{path.name} {digest_of(path)}" for path in own]
    lines += [f"{path.relative_to(PACKAGE).as_posix()} {digest_of(path)}" for path in integrators]
    lines += [version_of(library) for library in _LIBRARIES.get(name, ("numpy",))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
