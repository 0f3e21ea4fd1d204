"""Imports point one way, and importing dysts is cheap."""

import ast
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = {
    "dysts": [
        ("errors",),
        ("version", "checks", "progress"),
        ("equations", "cache", "workers", "series"),
        ("compilation",),
        ("systems", "solvers"),
        ("integration", "citations"),
        ("invariants", "assimilation"),
        ("discovery",),
        ("datasets",),
        ("metrics", "plotting", "export"),
        ("atlas",),
        ("gallery", "predecessor", "__init__"),
        ("cli",),
        ("__main__",),
    ],
    "forecasters": [
        ("checks", "isolation", "numerics", "offered"),
        ("base", "contract"),
        ("season", "closed_loop"),
        ("libraries", "darts_model", "sktime_model"),
        ("wrappers",),
        ("methods",),
        ("registry",),
        ("estimators",),
        ("__init__",),
    ],
    "benchmark": [
        ("values", "templates"),
        ("own_series",),
        ("tasks",),
        ("running", "scoring"),
        ("schema", "listing", "contract"),
        ("options",),
        ("results",),
        ("runner", "export", "comparison", "submissions", "sampling", "transfer", "generalisation"),
        ("beside", "discovery"),
        ("report",),
        ("__init__",),
        ("cli",),
    ],
}
"""The rooms of each package from the ground up; a room may import those of lower floors only."""
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


def modules_imported(path: Path) -> dict[str, int]:
    """Return the modules that a file imports, inside functions too, with the line of each."""
    found: dict[str, int] = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name: node.lineno for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found[whole if file_of(whole) else node.module] = node.lineno
    return found


def file_of(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.exists():
            return candidate
    return None


def room_of(path: Path) -> str:
    package, first, *_ = path.relative_to(ROOT).with_suffix("").parts
    known = {room for floor in FLOORS[package] for room in floor}
    return "methods" if package == "forecasters" and first not in known else first


@pytest.mark.parametrize("package", FLOORS)
def test_imports_only_fall(package: str) -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS[package]) for room in rooms}
    for path in sorted((ROOT / package).rglob("*.py")):
        assert room_of(path) in floor, f"{path.relative_to(ROOT)} is in no room of FLOORS"
        for module, line in modules_imported(path).items():
            target = file_of(module)
            if target is None or target.relative_to(ROOT).parts[0] != package or room_of(target) == room_of(path):
                continue
            assert floor[room_of(target)] < floor[room_of(path)], (
                f"{path.relative_to(ROOT)}:{line} imports {module}: {room_of(path)} may not stand on {room_of(target)}"
            )


def test_no_files_import_one_another_in_a_circle() -> None:
    arrows = {
        path: {target for module in modules_imported(path) if (target := file_of(module)) is not None} - {path}
        for package in FLOORS
        for path in (ROOT / package).rglob("*.py")
    }
    while True:
        free = {path for path, targets in arrows.items() if not targets & arrows.keys()}
        if not free:
            break
        arrows = {path: targets for path, targets in arrows.items() if path not in free}
    assert not arrows, f"import one another: {', '.join(str(path.relative_to(ROOT)) for path in sorted(arrows))}"


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


def test_a_reader_of_the_package_sees_rooms_and_at_most_nine_files() -> None:
    assert len(list((ROOT / "dysts").glob("*.py"))) <= 9


def test_the_map_of_the_contributor_has_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    table = text[text.index("| room |") : text.index("## Add a system")]
    for package in FLOORS:
        rooms = [path.name for path in (ROOT / package).iterdir() if (path / "__init__.py").exists()]
        assert [room for room in rooms if f"`{room}/`" not in table and f"`{package}/{room}/`" not in table] == []


def test_the_files_that_start_first_are_there() -> None:
    tests = Path(__file__).parent
    named = runpy.run_path(str(tests.parent / "conftest.py"))["LONGEST_FIRST"]
    assert [name for name in named if not (tests / name).is_file()] == []
