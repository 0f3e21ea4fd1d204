"""The code of one's own forecasters as it is sent to other machines, and the packages that it needs there."""

import hashlib
import importlib.util
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.running.source_code import sources_of
from dysts.cache import replacing

_lock = threading.Lock()
"""Lock held while code is written: the threads of a worker share its folder."""


@dataclass(frozen=True, kw_only=True)
class OwnCode:
    """The modules of forecasters of one's own, with those that they import from the same package or folder.

    Attributes
    ----------
    files : mapping of str to bytes
        Content by the path below the folder of the modules. Data that lie beside the modules are not among them.
    modules : tuple of str
        The modules that are named in forecasters.
    packages : tuple of str
        The installed packages on which they depend here.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


def own_code_of(forecasters: Iterable[str]) -> OwnCode:
    """Return the code of those forecasters that are named ``"module:factory"``.

    Examples
    --------
    >>> own_code_of(["NVAR"])
    OwnCode(files={}, modules=(), packages=())
    """
    files: dict[str, bytes] = {}
    modules: dict[str, None] = {}
    packages: set[str] = set()
    for module in dict.fromkeys(name.partition(":")[0] for name in forecasters if ":" in name):
        modules[module] = None
        sources = sources_of(module)
        files |= {path.relative_to(sources.root).as_posix(): path.read_bytes() for path in sources.paths}
        packages |= set(sources.packages)
    found = (name for name in sorted(packages) if _is_there(name))
    return OwnCode(files=files, modules=tuple(modules), packages=tuple(found))


def unpacked(files: tuple[tuple[str, bytes], ...], *, within: Path) -> Path:
    """Write files into a folder named by their content, unless it is there, and return the folder.

    Parameters
    ----------
    files : tuple of (str, bytes)
        Path below the folder, and content.
    within : Path
        Folder that only this user can write to, and whose owner removes it: of a worker, also of one that was killed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as worker:
    ...     folder = unpacked((("mine.py", b"lag = 20"),), within=Path(worker))
    ...     folder == unpacked((("mine.py", b"lag = 20"),), within=Path(worker)), (folder / "mine.py").read_text()
    (True, 'lag = 20')
    """
    parts = (part for name, content in files for part in (name.encode(), content))
    whole = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
    folder = within / f"code-{whole[:16]}"
    with _lock:
        if not folder.exists():
            with replacing(folder) as part:
                for name, content in files:
                    path = part / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
    return folder


def lacking(code: OwnCode) -> list[str]:
    """Return the modules and packages that this process cannot import, those among the files of the code left out."""
    sent = {name.partition("/")[0].removesuffix(".py") for name in code.files}
    tops = dict.fromkeys(name.partition(".")[0] for name in (*code.modules, *code.packages))
    return [name for name in tops if name not in sent and not _is_there(name)]


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False
