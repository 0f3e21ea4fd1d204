"""The reference lists every public name of the three packages, and nothing that cannot be imported."""

import importlib
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import benchmark
import dysts
import forecasters
from dysts import errors
from forecasters import get_forecaster, list_forecasters

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
ENTRY = re.compile(r"^   ((?:dysts|forecasters|benchmark)\.[\w.]+)$", re.MULTILINE)
IMPORT = re.compile(r"from ((?:dysts|forecasters|benchmark)[\w.]*) import ([\w, ]+)")
INSIDE = ("dysts.compilation", "dysts.equations", "dysts.solvers")
READ = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "docs").rglob("*.ipynb")),
]


def resolve(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.fixture(scope="module")
def listed() -> dict[int, str]:
    paths = [path for page in PAGES for path in ENTRY.findall(page.read_text(encoding="utf-8"))]
    assert len(set(paths)) == len(paths)
    return {id(resolve(path)): path for path in paths}


def missing(module: ModuleType, names: list[str], listed: dict[int, str]) -> list[str]:
    values = {name: getattr(module, name) for name in names if not name.startswith("_")}
    return [
        f"{module.__name__}.{name}"
        for name, value in values.items()
        # The names of the predecessor stand in the page about it.
        if not isinstance(value, ModuleType)
        and id(value) not in listed
        and not str(getattr(value, "__module__", "")).startswith("dysts.predecessor")
    ]


@pytest.mark.parametrize("package", [dysts, forecasters, benchmark], ids=lambda package: package.__name__)
def test_what_a_package_exports_is_listed(package: ModuleType, listed: dict[int, str]) -> None:
    found = [package.__name__]
    found += [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.") if one.ispkg]
    modules = [module for module in map(importlib.import_module, found) if hasattr(module, "__all__")]
    assert modules
    lost = [name for module in modules for name in missing(module, module.__all__, listed)]
    assert not lost, f"run make reference-pages; the reference lacks {', '.join(lost)}"


def test_every_forecaster_and_every_exception_is_listed(listed: dict[int, str]) -> None:
    assert {
        id(type(get_forecaster(name))) for name in list_forecasters(optional=True, pretrained=True)
    } <= listed.keys()
    raised = [name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(raised) > 10
    assert not missing(errors, raised, listed)


def test_what_documents_import_is_listed(listed: dict[int, str]) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in READ if "reference" not in path.parts)
    imports = {(module, name.strip()) for module, names in IMPORT.findall(text) for name in names.split(",")}
    assert len(imports) > 10
    # The names of the predecessor stand in the page about it.
    imports.discard(("dysts.flows", "Lorenz"))
    # The page about the compiler shows its inside.
    imports = {(module, name) for module, name in imports if not module.startswith(INSIDE)}
    lost = [f"{module}.{name}" for module, name in imports if missing(importlib.import_module(module), [name], listed)]
    assert not lost
