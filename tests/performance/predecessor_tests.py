"""Runs the test files of dysts 0.96 on this package, in this environment, where 0.96 is not installed.

Usage: python tests/performance/predecessor_tests.py [arguments of pytest]

The source distribution comes from the package index, verified by its hash, into ``build/predecessor-tests``; nothing of
it is committed. Its systems are drawn at random, so that runs differ.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "predecessor-tests"
RELEASE = "dysts==0.96 --hash=sha256:772579ef5abbc3e1c3a863646488b4787032e789cba53f52f4f5210cf22fafc6"
"""The source distribution, as pip verifies it."""


def fetch() -> Path:
    """Return the folder of the tests, downloaded if it is not there yet."""
    tests = FOLDER / "tests"
    if tests.exists():
        return tests
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "requirements.txt").write_text(f"{RELEASE}\n")
    options = ["--no-deps", "--no-binary", "dysts", "--require-hashes", "-r", "requirements.txt", "-d", "."]
    # The constraints of this project say nothing about the predecessor.
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    subprocess.run([sys.executable, "-m", "pip", "download", *options], cwd=FOLDER, env=environment, check=True)
    unpacked = FOLDER / "unpacked"
    unpacked.mkdir(exist_ok=True)
    with tarfile.open(FOLDER / "dysts-0.96.tar.gz") as archive:
        for member in archive.getmembers():
            name = Path(member.name)
            if member.isfile() and name.parent.name == "tests" and name.suffix == ".py":
                content = archive.extractfile(member)
                assert content is not None
                (unpacked / name.name).write_bytes(content.read())
    shutil.move(str(unpacked), str(tests))
    return tests


def main() -> int:
    """Run the tests and return the exit code of pytest."""
    tests = fetch()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTHONSAFEPATH": "1",
        "DYSTS_CACHE": os.environ.get("DYSTS_CACHE", str(ROOT / "build" / "test-cache")),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tests)]
    return subprocess.run([*command, *(sys.argv[1:] or ["-q"])], cwd=tests, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
