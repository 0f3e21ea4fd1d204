"""The version of the package, and fingerprints of the source files that decide about stored results."""

import functools
import hashlib
from pathlib import Path
from typing import Any

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


def install_command(extra: str) -> str:
    """Return the command that installs an extra of this package, and of no other one that an index has under its name.

    The installation remembers where it came from (PEP 610): a folder, an archive or a repository. One from an index is
    named by its version.

    Parameters
    ----------
    extra : str
        An extra of ``pyproject.toml``.
    """
    # Imported here, as every import of the package would pay for them.
    import json
    import shlex
    from importlib import metadata

    try:
        origin = json.loads(metadata.distribution("dysts").read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        # A checkout that runs as it lies.
        origin = {"url": PACKAGE.parent.as_uri(), "dir_info": {}}
    return f"pip install {shlex.quote(_requirement(origin, extra))}"


def _requirement(origin: dict[str, Any], extra: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    address = str(origin.get("url", ""))
    if "dir_info" in origin:
        return f"{url2pathname(urlsplit(address).path)}[{extra}]"
    if "vcs_info" in origin:
        found = origin["vcs_info"]
        return f"dysts[{extra}] @ {found.get('vcs', 'git')}+{address}@{found.get('commit_id', 'main')}"
    return f"dysts[{extra}] @ {address}" if address else f"dysts[{extra}]=={__version__}"
