"""Files and folders are written whole or not at all, whichever step fails."""

import errno
import os
from pathlib import Path

import pytest

from dysts.cache import ABANDONED_AFTER, replacing, write_atomically
from dysts.errors import StorageError


def _content(path: Path) -> dict[str, str]:
    """Return what a reader sees below a folder, hidden names included."""
    return {file.relative_to(path).as_posix(): file.read_text() for file in path.rglob("*") if file.is_file()}


def _write_file(path: Path, text: str) -> None:
    with replacing(path) as part:
        part.write_text(text)


def _write_bytes(path: Path, text: str) -> None:
    write_atomically(path, text.encode())


def _write_folder(path: Path, text: str) -> None:
    with replacing(path) as part:
        (part / "inner").mkdir(parents=True)
        (part / "inner" / "a").write_text(text)
        (part / "b").write_text(text)


WRITERS = {"bytes": _write_bytes, "file": _write_file, "folder": _write_folder}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("call", ["fsync", "replace", "rename"])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_failure_of_any_call_leaves_what_was_there(
    kind: str, call: str, earlier: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = WRITERS[kind]
    if earlier:
        write(tmp_path / "it", "old")
    before = _content(tmp_path)
    write(tmp_path / "other", "new")
    after = {name.replace("other", "it", 1): text for name, text in _content(tmp_path).items() if "other" in name}
    for path in sorted(tmp_path.rglob("other*"), reverse=True):
        for file in sorted(path.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        path.rmdir() if path.is_dir() else path.unlink()
    real, sentences = getattr(os, call), []
    for position in range(20):
        calls = 0

        def faulty(*arguments: object, position: int = position) -> object:
            nonlocal calls
            calls += 1
            if calls == position + 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, faulty)
            try:
                write(tmp_path / "it", "new")
            except StorageError as error:
                sentences.append(str(error))
        if calls <= position:
            break
        # A call that fails after the last rename leaves the new content, whole as well.
        assert _content(tmp_path) in (before, after)
        if _content(tmp_path) == after:
            break
    assert _content(tmp_path) == after
    assert sentences or call == "rename"
    for sentence in sentences:
        assert str(tmp_path / "it") in sentence
        assert "free some space" in sentence


def test_a_block_that_fails_leaves_nothing_and_its_own_exception(tmp_path: Path) -> None:
    _write_folder(tmp_path / "it", "old")

    def fail() -> None:
        with replacing(tmp_path / "it") as part:
            part.mkdir()
            (part / "b").write_text("half")
            raise KeyError("of the block")

    with pytest.raises(KeyError):
        fail()
    assert _content(tmp_path) == {"it/inner/a": "old", "it/b": "old"}
    with pytest.raises(StorageError, match=r"cannot write .*it: No such file"), replacing(tmp_path / "it"):
        pass
    assert _content(tmp_path) == {"it/inner/a": "old", "it/b": "old"}


def test_a_file_takes_the_place_of_a_folder_and_of_a_link(tmp_path: Path) -> None:
    _write_folder(tmp_path / "far", "of somebody")
    (tmp_path / "it").symlink_to(tmp_path / "far")
    _write_file(tmp_path / "it", "one")
    assert (tmp_path / "it").read_text() == "one"
    assert _content(tmp_path / "far") == {"inner/a": "of somebody", "b": "of somebody"}
    _write_folder(tmp_path / "it", "two")
    _write_bytes(tmp_path / "file", "three")
    assert _content(tmp_path / "it") == {"inner/a": "two", "b": "two"}


def test_leftovers_of_killed_processes_go_and_those_of_others_stay(tmp_path: Path) -> None:
    for name in (".dysts-old", ".dysts-young", ".other", "visible"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
        if name != ".dysts-young":
            os.utime(tmp_path / name, (0.0, 0.0))
    (tmp_path / ".dysts-file").touch()
    age = (tmp_path / ".dysts-file").stat().st_mtime - ABANDONED_AFTER - 10.0
    os.utime(tmp_path / ".dysts-file", (age, age))
    _write_file(tmp_path / "it", "new")
    assert {path.name for path in tmp_path.iterdir()} == {".dysts-young", ".other", "visible", "it"}


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for write in WRITERS.values():
        with pytest.raises(StorageError, match=r"cannot write .*file"):
            write(tmp_path / "file" / "it", "new")
