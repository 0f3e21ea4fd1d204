"""Builds the wheel and the source distribution, and tries both in clean environments of every Python that is there.

Run by ``make packages``. Each environment gets the base installation, then the harness, and with ``--extras`` the other
extras; each line of the table has the size of the environment's packages and the seconds of pip.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""Versions of Python that the package is tried with, where they are installed."""
EXTRAS = ("statistical", "trees", "neural", "all")
"""Extras beside the harness, each tried in an environment of its own."""
FORECASTERS = {
    "benchmark": "NVAR,ESN,NaiveDrift",
    "statistical": "LinearRegression,Theta,NaiveMean",
    "trees": "RandomForest",
    "neural": "NLinear",
    "all": "NVAR,AutoARIMA,XGBoost,NeuralODE",
}
"""Forecasters that an extra installs, which run on one system."""
INTEGRATES = "import dysts; x = dysts.integrate('Lorenz', 100, points_per_period=50); print(x.shape)"


def run(*command: object, folder: Path) -> str:
    """Run a command outside the repository, and return its standard output; raise with its words if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PIP_CONSTRAINT")}
    environment["DYSTS_CACHE"] = str(folder / "cache")
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(output: Path, folder: Path) -> list[Path]:
    """Build the wheel and the source distribution into a folder."""
    python = environment(Path(sys.executable), folder / "build")
    run(python, "-m", "pip", "install", "--quiet", "hatchling>=1.27", folder=folder)
    subprocess.run([python, "-m", "hatchling", "build", "-d", output], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    version = run(python, "-m", "hatchling", "version", folder=ROOT).strip()
    return [output / f"dysts-{version}-py3-none-any.whl", output / f"dysts-{version}.tar.gz"]


def interpreter(version: str) -> Path | None:
    """Return an interpreter of a version of Python that starts, on the path or of pyenv; None without any."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = shutil.which(f"python{version}")
    places = [*([Path(on_path)] if on_path else []), *sorted(pyenv.glob(f"{version}.*/bin/python{version}"))]
    for place in places:
        done = subprocess.run([place, "-c", "import venv"], capture_output=True, check=False)
        if done.returncode == 0:
            return place
    return None


def environment(python: Path, folder: Path) -> Path:
    """Make a clean environment, and return its interpreter."""
    run(python, "-m", "venv", folder, folder=folder.parent)
    return folder / "bin" / "python"


def install(python: Path, package: Path, extra: str, *, folder: Path) -> tuple[float, float]:
    """Install a package, and return the megabytes of the environment's packages and the seconds that pip took."""
    begun = time.monotonic()
    wanted = f"{package}[{extra}]" if extra else str(package)
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wanted, folder=folder)
    seconds = time.monotonic() - begun
    places = list((python.parents[1] / "lib").glob("python*/site-packages"))
    size = sum(path.stat().st_size for place in places for path in place.rglob("*") if path.is_file())
    return size / 1e6, seconds


def try_base(python: Path, folder: Path) -> None:
    """Integrate, and list, with both programs, where no extra is installed."""
    assert run(python, "-c", INTEGRATES, folder=folder) == "(100, 3)\n"
    assert "Lorenz" in run(python.parent / "dysts", "list", folder=folder)
    assert "NVAR" in run(python.parent / "dysts-benchmark", "list", folder=folder)


def try_extra(python: Path, extra: str, folder: Path) -> None:
    """Run some forecasters of an extra on one system, each to a forecast."""
    results = folder / f"results-{extra}"
    words = ["run", "quick", "--systems", "Lorenz", "--trajectories", "1", "--workers", "2", "--quiet"]
    program = python.parent / "dysts-benchmark"
    out = run(program, *words, "--forecasters", FORECASTERS[extra], "-o", results, folder=folder)
    assert "cells ended with a forecast" in out, out
    run(program, "report", results, "-o", folder / f"report-{extra}", folder=folder)


def main() -> None:
    """Build, try, and write the hashes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", help="folder for the two files")
    parser.add_argument("--extras", action="store_true", help="also the other extras, with this Python")
    parser.add_argument("--hashes", action="store_true", help="only write the hashes of what the folder has")
    options = parser.parse_args()
    output = options.output.resolve()
    if options.hashes:
        write_hashes(output)
        return
    shutil.rmtree(output, ignore_errors=True)
    pythons = {version: found for version in PYTHONS if (found := interpreter(version))}
    missing = [version for version in PYTHONS if version not in pythons]
    print(f"Python {', '.join(pythons)}; not on this machine: {', '.join(missing) or 'none'}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        packages = build(output, folder)
        print(f"{'file':>8} {'Python':>7} {'extra':>12} {'MB':>6} {'s':>5}")
        for version, found in pythons.items():
            for package in packages:
                kind = "wheel" if package.suffix == ".whl" else "sdist"
                python = environment(found, folder / f"{kind}-{version}")
                size, seconds = install(python, package, "", folder=folder)
                print(f"{kind:>8} {version:>7} {'':>12} {size:6.0f} {seconds:5.0f}", flush=True)
                try_base(python, folder)
                size, seconds = install(python, package, "benchmark", folder=folder)
                print(f"{kind:>8} {version:>7} {'benchmark':>12} {size:6.0f} {seconds:5.0f}", flush=True)
                try_extra(python, "benchmark", folder)
                shutil.rmtree(python.parents[1])
        for extra in EXTRAS if options.extras else ():
            python = environment(Path(sys.executable), folder / extra)
            size, seconds = install(python, packages[0], extra, folder=folder)
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            print(f"{'wheel':>8} {version:>7} {extra:>12} {size:6.0f} {seconds:5.0f}", flush=True)
            try_extra(python, extra, folder)
            shutil.rmtree(python.parents[1])
    write_hashes(output)


def write_hashes(folder: Path) -> None:
    """Write ``SHA256SUMS``, which ``sha256sum -c`` verifies, of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in files
    ]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    print(json.dumps({"folder": str(folder), "files": len(files)}))


if __name__ == "__main__":
    main()
