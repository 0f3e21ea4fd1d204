"""Versions, commit and machine of a run, as JSON values for rows and reports."""

import os
import platform
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = ("dysts", "numpy", "scipy", "numba", "torch", "darts", "scikit-learn", "pandas", "zarr")


@cache
def package_version() -> str:
    """Return the version of this distribution, or ``"unknown"`` in a bare checkout."""
    return _version("dysts") or "unknown"


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages that results depend on."""
    installed = {name: version for name in _PACKAGES if (version := _version(name))}
    return {"python": platform.python_version(), **installed}


@cache
def commit() -> str:
    """Return the commit of the checkout that the package runs from, or an empty text."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def machine() -> dict[str, Any]:
    """Return platform, processor and number of cores, by which a reader can judge the seconds."""
    return {"platform": platform.platform(), "processor": _processor(), "cores": available_cores()}


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()
