"""The compile cache is safe under damage, unusable folders and concurrent processes, and parameters need none."""

import os
import subprocess
import sys
from pathlib import Path

import llvmlite
import numba
import numpy as np
import pytest

import dysts
from dysts.compilation import code_cache, functions

PROGRAM = "import dysts; print(dysts.integrate('Lorenz', 20).values[-1].tolist())"


def run(program: str = PROGRAM, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key not in ("DYSTS_CACHE", "XDG_CACHE_HOME")}
    return subprocess.run(
        [sys.executable, "-c", program], env=inherited | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def expected() -> str:
    return f"{dysts.integrate('Lorenz', 20).values[-1].tolist()}\n"


def test_another_numba_or_llvmlite_has_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint = code_cache._fingerprint.__wrapped__
    known = {fingerprint()}
    for library in (numba, llvmlite):
        monkeypatch.setattr(library, "__version__", "999.0")
        known.add(fingerprint())
    assert len(known) == 3


def test_changed_sources_have_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_cache._fingerprint.__wrapped__()
    monkeypatch.setattr(code_cache, "fingerprint", lambda *places: "changed" if places == code_cache.COMPILED else "")
    assert code_cache._fingerprint.__wrapped__() != before


@pytest.mark.slow
def test_two_processes_fill_one_empty_cache_and_damage_is_repaired(tmp_path: Path, expected: str) -> None:
    inherited = os.environ | {"DYSTS_CACHE": str(tmp_path)}
    together = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], env=inherited, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate()[0] for process in together] == [expected, expected]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".nbi", ".nbc", ".object"}
    # Machine code in which a few bytes are wrong is read without a complaint, and then run.
    for path in tmp_path.rglob("*.nbc"):
        content = bytearray(path.read_bytes())
        begin = content.index(b"\x7fELF") + 0x100
        content[begin : begin + 0x300] = bytes(byte ^ 0xFF for byte in content[begin : begin + 0x300])
        path.write_bytes(bytes(content))
    done = run(DYSTS_CACHE=str(tmp_path))
    assert (done.stdout, done.returncode) == (expected, 0), done.stderr
    for path in files:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    done = run(DYSTS_CACHE=str(tmp_path))
    assert (done.stdout, done.returncode) == (expected, 0), done.stderr
    for path in files:
        path.write_bytes(b"no pickle at all")
    done = run(DYSTS_CACHE=str(tmp_path))
    assert (done.stdout, done.returncode) == (expected, 0), done.stderr


TOGETHER = """
import sys, time
from pathlib import Path
from dysts.invariants.entropy import _matches as driver
folder = Path(sys.argv[1])
(folder / f"ready-{sys.argv[2]}").touch()
while len(list(folder.glob("ready-*"))) < 2:
    time.sleep(0.001)
print(sum(driver._compile().stats.cache_misses.values()))
"""


def test_of_two_processes_that_need_a_driver_at_once_one_compiles(tmp_path: Path) -> None:
    together = [
        subprocess.Popen(
            [sys.executable, "-c", TOGETHER, str(tmp_path), name],
            env=os.environ | {"DYSTS_CACHE": str(tmp_path / "cache")},
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    assert sorted(process.communicate()[0] for process in together) == ["0\n", "1\n"]


@pytest.mark.slow
def test_a_second_process_loads_what_the_first_compiled(tmp_path: Path) -> None:
    program = (
        "import dysts; s = dysts.get_system('Chua'); s.jacobian(0.0, s.initial_conditions); dysts.integrate(s, 20); "
        "from dysts.compilation.functions import _functions; print(sum(f.loaded for f in _functions.values()))"
    )
    compiled, loaded = (run(program, DYSTS_CACHE=str(tmp_path)) for _ in range(2))
    assert int(compiled.stdout) == 0, compiled.stderr
    # The Jacobian, the switched derivative, the monitor and its values; what does not load is compiled again silently.
    assert int(loaded.stdout) == 4, loaded.stderr


@pytest.mark.slow
def test_a_home_that_cannot_be_written_costs_a_warning(tmp_path: Path, expected: str) -> None:
    # Below a file no folder can be made, not even by root, whom permissions do not stop.
    (tmp_path / "file").write_text("")
    done = run(XDG_CACHE_HOME=str(tmp_path / "file"))
    assert done.stdout == expected
    assert "compiled code is not kept" in done.stderr


def test_a_chosen_cache_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    program = "import sys; from dysts.cli import main; sys.exit(main(['integrate', 'Lorenz', '-o', sys.argv[1]]))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x.csv")],
        env=os.environ | {"DYSTS_CACHE": str(tmp_path / "file" / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("dysts: error: cannot write to")
    assert "DYSTS_CACHE" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_changed_parameter_needs_no_compilation(monkeypatch: pytest.MonkeyPatch) -> None:
    lorenz = dysts.get_system("Lorenz")
    lorenz.rhs(0.0, [1.0, 1.0, 1.0])

    def never(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(functions, "CompiledFunction", never)
    value = lorenz.with_parameters(rho=30.0, sigma=1.0, beta=2.0).rhs(0.0, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(value, [1.0, 30.0 - 3.0 - 2.0, -6.0 + 2.0])


def test_systems_of_one_structure_share_one_function() -> None:
    one = dysts.get_system("Arneodo").compiled.function
    two = dysts.get_system("Coullet").compiled.function
    assert one is two


def test_constants_are_taken_out_of_the_function() -> None:
    program = dysts.get_system("Finance").compiled.program
    # -a + 1/b costs a division at every call unless it is a constant.
    assert not any(name == "div" for name, *_ in program.operations)
    assert len(program.constants) == 3
