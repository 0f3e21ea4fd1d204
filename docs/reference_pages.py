"""Writes docs/reference/*.md from the packages, so that the reference lists every public name.

Usage: python docs/reference_pages.py [--check]
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from pages import DOCS, write_or_check

ROOT = DOCS.parent
PACKAGES = ("dysts", "forecasters", "benchmark")
PUBLIC_MODULES = (
    "dysts.citations",
    "dysts.datasets.conversions",
    "dysts.datasets.named_recipes",
    "dysts.errors",
    "dysts.export",
    "dysts.invariants.identities",
    "dysts.plotting.series",
    "benchmark.export",
    "benchmark.own_series",
    *(
        f"forecasters.{path.stem}"
        for path in sorted((ROOT / "forecasters").glob("[a-z]*.py"))
        if path.stem != "isolation"
    ),
)
"""Modules whose names are all public, although nothing exports them: documents and examples import from them."""
ROOMS = (
    "dysts.systems",
    "dysts.integration",
    "dysts.invariants",
    "dysts.assimilation",
    "dysts.discovery",
    "dysts.datasets",
    "dysts.metrics",
    "dysts.plotting",
    "dysts.gallery",
    "dysts.export",
    "dysts.citations",
    "dysts.cli",
    "dysts.errors",
)
"""The order of the sections of the first page, from the systems to the command line; further rooms follow by name."""


def pages() -> dict[str, str]:
    """Return the text of the page of each package, and of the page that lists them."""
    return {"reference/index.md": index_page()} | {f"reference/{name}.md": package_page(name) for name in PACKAGES}


def index_page() -> str:
    """Return the page that lists the packages."""
    lines = [f"- [`{name}`]({name}.md): {summary(name)}" for name in PACKAGES]
    tree = "\n".join(("```{toctree}", ":hidden:", "", *PACKAGES, "```"))
    text = "Every public name of the three packages, by the room where it lives; generated from the docstrings."
    return f"# Reference\n\n{text}\n\n" + "\n".join(lines) + f"\n\n{tree}\n"


def package_page(package: str) -> str:
    """Return the page of one package: a section for each room, each with its public names."""
    rooms = defaultdict(list)
    for home, path in public_names(package):
        rooms[room_of(home)].append(path)
    order = sorted(rooms, key=lambda room: (ROOMS.index(room) if room in ROOMS else len(ROOMS), room))
    sections = [section(room, sorted(rooms[room], key=lambda path: path.rpartition(".")[2].lower())) for room in order]
    return f"# {package}\n\n{summary(package)}\n\n" + "\n\n".join(sections) + "\n"


def section(room: str, paths: list[str]) -> str:
    """Return the section of one room."""
    names = "\n".join(f"   {path}" for path in paths)
    return f"## {room}\n\n{summary(room)}\n\n```{{eval-rst}}\n.. autosummary::\n   :toctree: generated\n\n{names}\n```"


def public_names(package: str) -> Iterator[tuple[str, str]]:
    """Yield the module that defines each public name, and the shortest path under which it can be imported."""
    shortest: dict[tuple[str, str], str] = {}
    for module in public_modules(package):
        for name in names_of(module):
            home = home_of(module, name)
            # Sphinx finds the docstring of a value only in the module that defines it.
            path = f"{module if name in definitions(home) else home}.{name}"
            shortest[home, name] = min(shortest.get((home, name), path), path, key=lambda path: path.count("."))
    for (home, _), path in shortest.items():
        yield home, path


def public_modules(package: str) -> list[str]:
    """Return the modules that say what they export, and those whose names are all public."""
    exporting = [module for module in modules(package) if exported(module) is not None]
    return sorted({*exporting, *(module for module in PUBLIC_MODULES if room_of(module).split(".")[0] == package)})


def modules(package: str) -> Iterator[str]:
    """Yield the dotted names of all modules of a package."""
    for path in sorted((ROOT / package).rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def names_of(module: str) -> list[str]:
    """Return the public names of a module, the modules below it left out."""
    names = exported(module)
    found = [*definitions(module), *described_values(module)] if names is None else names
    return [name for name in found if not name.startswith("_") and not is_module(module, name)]


def exported(module: str) -> list[str] | None:
    """Return what a module exports, None where it does not say."""
    for node in tree(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return None


def definitions(module: str) -> list[str]:
    """Return the names of the functions and classes of a module."""
    return [node.name for node in tree(module).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def described_values(module: str) -> list[str]:
    """Return the names of the values of a module that have a docstring."""
    names = []
    for node, after in pairwise(tree(module).body):
        described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if described and isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names += [ast.unparse(one) for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return names


def home_of(module: str, name: str) -> str:
    """Return the module that defines what another module exports under a name."""
    if name in definitions(module):
        return module
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
            source = str(node.module)
            if source != module and source.split(".")[0] in PACKAGES:
                return home_of(source, name)
    return module


def room_of(module: str) -> str:
    """Return the room of a module: the package within the package, or else the file beside the rooms."""
    return ".".join(module.split(".")[:2])


def summary(module: str) -> str:
    """Return the first sentence of the docstring of a module."""
    return (ast.get_docstring(tree(module)) or "").partition("\n\n")[0].replace("\n", " ").replace("``", "`")


def is_module(package: str, name: str) -> bool:
    """Return whether a name of a package is a module of it, and not what the package imports under the same name."""
    return file_of(f"{package}.{name}").exists() and home_of(package, name) == package


def file_of(module: str) -> Path:
    """Return the file of a module, or where it would be."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def tree(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(write_or_check(pages, source="the docstrings of the packages", target="reference-pages"))
