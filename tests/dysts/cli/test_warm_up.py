"""Warming up compiles every loop of the package."""

import ast
from pathlib import Path

import pytest

import dysts
from dysts.cli import main
from dysts.cli.warming import compiled_loops
from dysts.compilation.driver import Driver

PACKAGE = Path(dysts.__file__).parent


def decorated() -> set[str]:
    """Return the names of all functions in the source files that the decorator ``driver`` marks."""
    names = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == "driver"
                for each in node.decorator_list
            ):
                module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
                names.add(f"{module}.{node.name}")
    return names


def test_no_loop_is_left_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    loaded: list[Driver] = []
    monkeypatch.setattr(Driver, "_compile", lambda loop: loaded.append(loop))
    for loop in compiled_loops():
        monkeypatch.setattr(loop, "_compiled", None)
    assert main(["warm-up"]) == 0
    names = {f"{loop.function.__module__}.{loop.function.__name__}" for loop in loaded}
    assert names == decorated()
    assert len(names) > 15
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        f"{loop.function.__module__}.{loop.function.__name__}" for loop in compiled_loops()
    ]
    assert last.startswith(f"{len(names)} loops in ")
    assert "kept in" in last
