"""Imports point one way, and importing dysts is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = {"dysts": {"forecasters", "benchmark"}, "forecasters": {"benchmark"}, "benchmark": set()}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_arrows_point_one_way(package: str) -> None:
    files = list((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        assert not imported(path) & FORBIDDEN[package], path


def loaded(program: str) -> set[str]:
    code = f"import sys\n{program}\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_dysts_loads_nothing_heavy() -> None:
    assert not loaded("import dysts; dysts.list_systems()") & {"torch", "darts", "numba", "sympy", "xarray", "pandas"}


def test_integrating_needs_neither_sympy_nor_any_forecaster() -> None:
    heavy = {"torch", "darts", "sklearn", "matplotlib", "sympy", "forecasters", "benchmark"}
    assert not loaded("import dysts; dysts.integrate('Lorenz', 5)") & heavy


def test_naming_forecasters_and_suites_loads_no_model() -> None:
    program = "import forecasters, benchmark; forecasters.list_forecasters(); benchmark.list_suites()"
    assert not loaded(program) & {"torch", "darts", "sklearn", "numba", "matplotlib"}


def test_no_source_evaluates_data() -> None:
    for package in FORBIDDEN:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
                assert called not in ("eval", "exec", "sympify", "__import__"), f"{path}:{node.lineno}"  # type: ignore[attr-defined]
            assert not imported(path) & {"pickle", "marshal", "shelve", "dill", "cloudpickle"}, path
