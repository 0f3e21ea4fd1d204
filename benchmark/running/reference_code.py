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
ORACLE_OF_MAPS = "map_oracle.py"
"""File in the same room with the oracle of maps."""
INTEGRATED_BY = ("compilation", "equations", "integration", "solvers", "systems", "datasets/recipe.py")
"""Places in ``dysts`` that decide about the trajectories of the oracle."""
_LIBRARIES = {ORACLE: ("llvmlite", "numba", "numpy")}
"""Packages whose versions decide about a forecast; numpy alone for the other references."""


@functools.cache
def reference_code(name: str) -> str:
    """Return a fingerprint of the code of a reference, 16 hexadecimal digits.

    Comments, docstrings, blank lines and line endings do not count.

    Parameters
    ----------
    name : str
        One of `benchmark.tasks.references.REFERENCES`. The code of the oracle includes the integrators.
    """
    own = [_TASKS / file for file in REFERENCE_FILES]
    if name == ORACLE:
        own.append(_TASKS / ORACLE_OF_MAPS)
    integrators = sources(*INTEGRATED_BY) if name == ORACLE else []
    lines = [f"{path.name} {digest_of(path)}" for path in own]
    lines += [f"{path.relative_to(PACKAGE).as_posix()} {digest_of(path)}" for path in integrators]
    lines += [version_of(library) for library in _LIBRARIES.get(name, ("numpy",))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
