"""Warming up compiles every loop of the package, and compiling for the first time is told once."""

import ast
import os
import subprocess
import sys
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
    monkeypatch.setattr(Driver, "load", lambda loop: loaded.append(loop))
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


PROGRAM = """
import logging
logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
from dysts.invariants.correlation_dimension import _count_pairs
from dysts.invariants.entropy import _matches
_matches.load()
_count_pairs.load()
"""
"""Compiles the two loops of the package that take least time."""


def test_compiling_for_the_first_time_is_told_once(tmp_path: Path) -> None:
    def run() -> str:
        environment = os.environ | {"DYSTS_CACHE": str(tmp_path / "cache")}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        return done.stderr

    assert run() == (
        "dysts INFO compiling for the first time, which takes some seconds; "
        "'dysts warm-up' compiles everything at once\n"
    )
    assert run() == ""
