"""The page on adding a system, executed as printed: each block of Python, then each command, in one folder."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-system.md"


def commands() -> list[list[str]]:
    """Return the commands of the page, each as its words, without the remarks behind them."""
    found: list[list[str]] = []
    fence = ""
    for line in PAGE.read_text().splitlines():
        if line.startswith("```"):
            fence = "" if fence else line
        elif fence == "```":
            found.append(line.partition("  #")[0].split())
    return found


@pytest.mark.slow  # it annotates a system
def test_the_page_runs_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = doctest.DocTestParser().get_doctest(PAGE.read_text(), {}, PAGE.name, str(PAGE), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert runner.run(parsed, clear_globs=False).failed == 0
    (tmp_path / "mine.json").write_text(parsed.globs["path"].read_text())
    monkeypatch.chdir(tmp_path)
    modules = {"dysts": "dysts", "dysts-benchmark": "benchmark.cli"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = []
    for words in commands():
        command = [sys.executable, "-m", modules[words[0]], *words[1:]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        ran.append(words[1])
    assert ran == ["annotate", "check", "show", "dataset", "dataset", "gallery", "run", "report"]
    page = (tmp_path / "report" / "systems" / "MyFlow.html").read_text()
    assert page.count("<math") == 3
    assert (tmp_path / "pages" / "systems" / "MyFlow.html").exists()
