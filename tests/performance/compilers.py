"""Run the tests of the compiled code with the oldest and the newest numba and llvmlite that pyproject.toml admits.

Each pair gets an environment of its own below build/compilers, which is kept: a second run takes the time of the tests.

Run as ``python tests/performance/compilers.py``, or ``make compilers``.
"""

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "compilers"
TESTS = (
    "tests/dysts/compilation",
    "tests/dysts/equations",
    "tests/dysts/solvers/test_dop853.py",
    "tests/dysts/solvers/test_taylor.py",
    "tests/dysts/solvers/test_lanes.py",
    "tests/dysts/solvers/test_stiff.py",
    "tests/dysts/solvers/test_kinks.py",
)
"""What runs compiled code of every kind: each driver, programs in both widths, power series, switches."""
PACKAGES = ("numba", "llvmlite")


def admitted() -> dict[str, tuple[str, str]]:
    """Return the lowest version of each package, and the bound below which its versions are admitted."""
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    bounds = {}
    for package in PACKAGES:
        (requirement,) = [text for text in dependencies if text.startswith(package)]
        match = re.fullmatch(rf"{package}>=([\d.]+),<([\d.]+)", requirement)
        if match is None:
            raise SystemExit(f"pyproject.toml: {package} must have a lower and an upper bound, got {requirement!r}")
        bounds[package] = match.group(1), match.group(2)
    return bounds


def environment(name: str, requirements: list[str]) -> Path:
    """Return the interpreter of an environment with this package, its tests' needs and some versions of others."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    # The constraints of the project name one version of each package.
    settings = {key: value for key, value in os.environ.items() if key not in ("PIP_CONSTRAINT", "PYTHONPATH")}
    install = [python, "-m", "pip", "install", "--quiet", "--editable", str(ROOT), "pytest", "mpmath", *requirements]
    subprocess.run(install, env=settings, check=True)
    return python


def main() -> int:
    """Try both pairs; return how many failed."""
    bounds = admitted()
    pairs = {
        "oldest": [f"{package}~={low}.0" for package, (low, _) in bounds.items()],
        "newest": [f"{package}<{high}" for package, (_, high) in bounds.items()],
    }
    failed = 0
    for name, requirements in pairs.items():
        python = environment(name, requirements)
        versions = "import numba, llvmlite, numpy; print(numba.__version__, llvmlite.__version__, numpy.__version__)"
        found = subprocess.run([python, "-c", versions], capture_output=True, text=True, check=True).stdout.split()
        print(f"{name}: numba {found[0]}, llvmlite {found[1]}, numpy {found[2]}", flush=True)
        settings = os.environ | {"DYSTS_CACHE": str(FOLDER / f"{name}-cache"), "PYTHONPATH": str(ROOT)}
        arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *TESTS]
        failed += subprocess.run([python, *arguments], cwd=ROOT, env=settings, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
