"""Archives are packed and unpacked without trusting a name, a size or a byte in them."""

import os
import shutil
import warnings
import zipfile
from pathlib import Path

import pytest

from dysts.datasets.archive import pack, unpack
from dysts.errors import StorageError


@pytest.mark.parametrize(
    "name", ["../escaped", "Rossler/../../escaped", "/escaped", "C:\\escaped", "Rossler/..\\escaped", "Rossler/./x"]
)
def test_entries_that_lead_out_of_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("Rossler/good"), "good")
        archive.writestr(zipfile.ZipInfo(name), "bad")
    (tmp_path / "deep" / "folder").mkdir(parents=True)
    with pytest.raises(StorageError, match="refused"):
        unpack(tmp_path / "evil.zip", tmp_path / "deep" / "folder")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "evil.zip", "folder"]


def test_links_bombs_and_twins_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("Rossler/link")
    link.external_attr = 0o120777 << 16
    cases = [
        ([(link, "/etc/passwd")], zipfile.ZIP_STORED, "no plain file"),
        ([(zipfile.ZipInfo("Rossler/zeros"), "0" * 10**6)], zipfile.ZIP_DEFLATED, "compressed"),
        ([(zipfile.ZipInfo("Rossler/a"), "1"), (zipfile.ZipInfo("Rossler/a"), "2")], zipfile.ZIP_STORED, "twice"),
        ([], zipfile.ZIP_STORED, "empty"),
    ]
    (tmp_path / "out").mkdir()
    for entries, compression, sentence in cases:
        with warnings.catch_warnings(), zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
            warnings.simplefilter("ignore", UserWarning)
            for entry, content in entries:
                archive.writestr(entry, content, compression)
        with pytest.raises(StorageError, match=sentence):
            unpack(tmp_path / "evil.zip", tmp_path / "out")
        assert not any((tmp_path / "out").iterdir())


def test_a_damaged_zip_that_is_unpacked_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "group").mkdir()
    (tmp_path / "group" / "data").write_bytes(os.urandom(5000))
    pack({"group": tmp_path / "group"}, tmp_path / "good.zip")
    (tmp_path / "out").mkdir()
    content = bytearray((tmp_path / "good.zip").read_bytes())
    content[2500] ^= 1
    for bad in (bytes(content), (tmp_path / "good.zip").read_bytes()[:-30], b"no zip", b""):
        (tmp_path / "bad.zip").write_bytes(bad)
        shutil.rmtree(tmp_path / "out")
        (tmp_path / "out").mkdir()
        with pytest.raises(StorageError, match="no zip file"):
            unpack(tmp_path / "bad.zip", tmp_path / "out")
