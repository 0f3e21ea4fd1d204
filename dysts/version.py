"""The version of the package, and fingerprints of the source files that decide about stored results."""

import functools
import hashlib
from pathlib import Path

__version__ = "1.0.0.dev0"

PACKAGE = Path(__file__).parent
"""The folder of the package."""


def sources(*places: str, package: Path = PACKAGE) -> list[Path]:
    """Return all source files below some folders of the package, and single files, in a fixed order.

    Parameters
    ----------
    *places : str
        Folders, which are searched to any depth, and files, relative to the package.
    package : Path
        The folder of the package; another one in tests.

    Raises
    ------
    FileNotFoundError
        If a place does not exist: a room that was renamed must not leave a fingerprint that no longer changes.

    Examples
    --------
    >>> "dop853/step.py" in [path.relative_to(PACKAGE / "solvers").as_posix() for path in sources("solvers")]
    True
    """
    found: set[Path] = set()
    for place in places:
        path = package / place
        if not path.exists():
            raise FileNotFoundError(f"the package has no {place}")
        found |= set(path.rglob("*.py")) if path.is_dir() else {path}
    return sorted(found)


@functools.cache
def fingerprint(*places: str, package: Path = PACKAGE) -> str:
    """Return a hash of the names and contents of all source files below some folders of the package.

    Stored results that depend on code keep it beside them; they are computed again when it changes.

    Parameters
    ----------
    *places : str
        As for `sources`.
    package : Path
    """
    digest = hashlib.sha256()
    for path in sources(*places, package=package):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
