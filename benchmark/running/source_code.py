"""Fingerprints of the code of a forecaster, so that an edited one runs again and an unchanged one does not.

The code of a forecaster is its module, the modules of the same package or folder that it imports, at any depth, and the
versions of the other packages that these import. Comments, docstrings, blank lines, line endings and the place of the
folder do not count, so a fingerprint is the same on every machine.
"""

import ast
import functools
import hashlib
import importlib.metadata
import importlib.util
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OURS = ("dysts", "benchmark")
"""Packages that the version of this distribution stands for, which is in every key."""
_BEHIND = {"darts": ("nfoursid", "scipy", "sklearn", "statsforecast", "statsmodels", "torch", "xgboost")}
"""Packages that do the work behind another one, so that their versions count as well."""
_INSTALLED = ("site-packages", "dist-packages")
"""Folders of installed packages: a module there has only its own package beside it."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """The code of a forecaster.

    Attributes
    ----------
    fingerprint : str
        16 hexadecimal digits.
    unknown : tuple of str
        Modules that have no readable source, such as compiled ones; a change of them is not noticed.
    """

    fingerprint: str
    unknown: tuple[str, ...] = ()


def code_of(forecaster: str, model: object) -> Code:
    """Return the code of a forecaster.

    Parameters
    ----------
    forecaster : str
        A name of the package, or ``"module:factory"``.
    model : object
        What was built from it. Its attribute ``version``, if it has one, is part of the fingerprint, which is the way
        to be exact where no source can be read.
    """
    starts = {type(model).__module__}
    if ":" in forecaster:
        starts.add(forecaster.partition(":")[0])
    sources: dict[str, str] = {}
    libraries: set[str] = set()
    unknown: set[str] = set()
    for start in sorted(starts):
        _collect(start, sources, libraries, unknown)
    version = getattr(model, "version", "")
    lines = [
        *(f"{name} {digest}" for name, digest in sorted(sources.items())),
        *(f"{name} {version_of(name)}" for name in sorted(libraries)),
        f"version {version if isinstance(version, str | int | float) else ''}",
    ]
    fingerprint = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return Code(fingerprint=fingerprint, unknown=() if version else tuple(sorted(unknown)))


@dataclass(frozen=True, kw_only=True)
class Sources:
    """The files of a module and of those that it imports from its own package or folder.

    Attributes
    ----------
    root : Path
        The folder on the import path.
    paths : tuple of Path
        The files; none of a module that is installed or has no readable source.
    packages : tuple of str
        The other packages that these import; for an installed module, its own.
    """

    root: Path
    paths: tuple[Path, ...]
    packages: tuple[str, ...]


def sources_of(module: str) -> Sources:
    """Return the files of a module that is not installed, and the packages on which they depend."""
    found = _file_of_top(module)
    if found is None or found[1]:
        return Sources(root=Path(), paths=(), packages=(module.partition(".")[0],))
    sources: dict[str, str] = {}
    libraries: set[str] = set()
    _collect(module, sources, libraries, set())
    own = (_local_file(found[0], name) for name in sorted(sources) if name.partition(".")[0] != "forecasters")
    paths = tuple(path for path in own if path is not None)
    return Sources(root=found[0], paths=paths, packages=tuple(sorted(libraries)))


def meaningful(source: str) -> str:
    """Return source text without comments, docstrings and blank lines.

    Examples
    --------
    >>> meaningful('x = "#"  # why' + chr(10) * 3 + "y = 2" + chr(13) + chr(10))
    'x = "#"\\ny = 2'
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and type(first.value.value) is str:
                _blank(lines, first)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def digest_of(path: Path) -> str:
    """Return the hash of a file's source without what is not code, or of all of it where it is no Python."""
    content = path.read_bytes()
    parsed = _parsed(content)
    return hashlib.sha256(content).hexdigest() if parsed is None else parsed[0]


def _blank(lines: list[str], docstring: ast.Expr) -> None:
    begin, end = docstring.lineno - 1, (docstring.end_lineno or docstring.lineno) - 1
    # A docstring on the line of its function, or before another statement, is left as it is.
    before = lines[begin].encode()[: docstring.col_offset].decode()
    after = lines[end].encode()[docstring.end_col_offset :].decode()
    if not before.strip() and not after.strip():
        lines[begin : end + 1] = [""] * (end + 1 - begin)


def _collect(module: str, sources: dict[str, str], libraries: set[str], unknown: set[str]) -> None:
    """Add the source of a module and of all that it imports from its own package or folder."""
    found = _file_of_top(module)
    if found is None:
        unknown.add(module)
        return
    root, alone = found
    left = [module]
    while left:
        name = left.pop()
        for part in _with_parents(name):
            if part in sources or part in unknown:
                continue
            path = _local_file(root, part)
            text = None if path is None else _text_of(path)
            if path is None or text is None:
                unknown.add(part)
                continue
            digest, imports = text
            sources[part] = digest
            package = part if path.name == "__init__.py" else part.rpartition(".")[0]
            for imported in imports:
                absolute = _absolute(imported, package)
                local = _longest_local(root, absolute, alone=module.partition(".")[0] if alone else "")
                if local:
                    left.append(local)
                elif absolute.partition(".")[0] == "forecasters":
                    _collect(_ours(absolute), sources, libraries, unknown)
                else:
                    libraries.add(absolute.partition(".")[0])
    libraries |= {behind for name in libraries for behind in _BEHIND.get(name, ())}
    libraries -= set(sys.stdlib_module_names) | set(_OURS) | {"", "forecasters"}


def _file_of_top(module: str) -> tuple[Path, bool] | None:
    """Return the folder that holds a module's top-level package, and whether it is one of installed packages."""
    top = module.partition(".")[0]
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    path = Path(spec.origin)
    root = path.parent.parent if path.name == "__init__.py" else path.parent
    return root, top in ("forecasters", *_OURS) or root.name in _INSTALLED


def _local_file(root: Path, name: str) -> Path | None:
    path = root.joinpath(*name.split("."))
    for candidate in (path / "__init__.py", path.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    # A folder without __init__.py is a namespace package, which has no code of its own.
    return None


def _longest_local(root: Path, name: str, *, alone: str) -> str:
    """Return the longest beginning of a dotted name that is a module below the folder; empty if there is none."""
    if alone and name.partition(".")[0] != alone:
        return ""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        beginning = ".".join(parts[:count])
        if beginning and beginning.partition(".")[0] not in _OURS and _local_file(root, beginning) is not None:
            return beginning
    return ""


def _ours(name: str) -> str:
    found = _file_of_top("forecasters")
    return "forecasters" if found is None else _longest_local(found[0], name, alone="forecasters") or "forecasters"


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _text_of(path: Path) -> tuple[str, frozenset[tuple[int, str]]] | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return _parsed(content)


@functools.lru_cache(maxsize=512)
def _parsed(content: bytes) -> tuple[str, frozenset[tuple[int, str]]] | None:
    """Return the hash of a source and the names that it imports, each with its number of leading dots."""
    try:
        source = content.decode(tokenize.detect_encoding(io.BytesIO(content).readline)[0])
        tree = ast.parse(source)
        digest = hashlib.sha256(meaningful(source).encode()).hexdigest()
    except (SyntaxError, UnicodeError, ValueError, tokenize.TokenError):
        return None
    imports: set[tuple[int, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            imports |= {(node.level, f"{base}.{alias.name}".lstrip(".")) for alias in node.names}
    return digest, frozenset(imports)


def _absolute(imported: tuple[int, str], package: str) -> str:
    level, name = imported
    if not level:
        return name
    base = package.split(".")[: len(package.split(".")) - level + 1]
    return ".".join([*base, name] if name else base)


@functools.cache
def version_of(library: str) -> str:
    """Return the distributions that hold a top-level package, with their versions; empty if there is none."""
    names: Any = _distributions().get(library, ())
    return ",".join(sorted({f"{name}=={importlib.metadata.version(name)}" for name in names}))


@functools.cache
def _distributions() -> Any:
    return importlib.metadata.packages_distributions()
