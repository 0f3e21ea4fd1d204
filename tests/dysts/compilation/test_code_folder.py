"""Compiled code is read from folders that belong to the user alone."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dysts.cache import SharedFolderError, private_folder
from dysts.errors import StorageError

PROGRAM = """
import dysts.compilation.code_cache as cache
print(*cache.code_folder())
"""


def test_a_new_folder_is_closed_to_everybody_else(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "cache" / "compiled")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert private_folder(made) == made


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o707, 0o702])
def test_a_folder_that_others_can_write_is_refused_wherever_it_lies_above(mode: int, tmp_path: Path) -> None:
    for name in ("cache", "cache/compiled"):
        folder = tmp_path / "cache" / "compiled"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (tmp_path / name).chmod(mode)
        with pytest.raises(SharedFolderError, match=f"{name} must belong to its user"):
            private_folder(folder)
        (tmp_path / name).chmod(0o755)
    assert private_folder(folder)
    # In a folder like /tmp entries can be renamed by their owners only, so what lies below may be private.
    (tmp_path / "cache").chmod(0o1777)
    assert private_folder(folder)
    folder.chmod(0o1777)
    with pytest.raises(SharedFolderError):
        private_folder(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused_and_one_below_root_is_not(tmp_path: Path) -> None:
    (tmp_path / "theirs" / "compiled").mkdir(parents=True, mode=0o700)
    os.chown(tmp_path / "theirs", 65534, 65534)
    with pytest.raises(SharedFolderError, match="theirs must belong"):
        private_folder(tmp_path / "theirs" / "compiled")
    os.chown(tmp_path / "theirs", 0, 0)
    os.chown(tmp_path / "theirs" / "compiled", 65534, 65534)
    with pytest.raises(SharedFolderError, match="compiled must belong"):
        private_folder(tmp_path / "theirs" / "compiled")


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write to .*file"):
        private_folder(tmp_path / "file" / "compiled")


def test_with_a_shared_cache_for_data_code_goes_to_the_folder_of_the_user(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    shared.chmod(0o2775)
    own.mkdir(mode=0o700)

    def where() -> tuple[str, str]:
        environment = {**os.environ, "DYSTS_CACHE": str(shared), "XDG_CACHE_HOME": str(own)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout, done.stderr

    folder, kept = where()[0].split()
    assert folder.startswith(str(own / "dysts" / "compiled"))
    assert kept == "True"
    own.chmod(0o777)
    output, warning = where()
    assert not output.split()[0].startswith((str(own), str(shared)))
    assert output.split()[1] == "False"
    assert "own must belong to its user" in warning
    assert "compiled code is not kept" in warning
