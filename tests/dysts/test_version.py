"""Stored results carry a fingerprint of all source files that decide about them."""

import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dysts.compilation.code_cache import COMPILED
from dysts.gallery.build import DRAWN_BY
from dysts.invariants.stored.annotate import COMPUTED_BY
from dysts.version import PACKAGE, __version__, _requirement, fingerprint, install_command, sources


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy") / "dysts"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize("places", [COMPILED, COMPUTED_BY, DRAWN_BY], ids=["compiled", "computed", "drawn"])
def test_a_changed_byte_in_any_source_changes_the_fingerprint(places: tuple[str, ...], package: Path) -> None:
    known = {fingerprint.__wrapped__(*places, package=package)}
    files = sources(*places, package=package)
    expected = {path for place in places for path in [package / place, *(package / place).rglob("*")]}
    assert set(files) == {path for path in expected if path.suffix == ".py"}
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        known.add(fingerprint.__wrapped__(*places, package=package))
        path.write_bytes(content)
    assert len(known) == 1 + len(files)


def test_a_new_file_and_a_renamed_one_change_the_fingerprint(package: Path) -> None:
    known = {fingerprint.__wrapped__("solvers", package=package)}
    new = package / "solvers" / "deep" / "new.py"
    new.parent.mkdir()
    new.write_text("")
    known.add(fingerprint.__wrapped__("solvers", package=package))
    new.rename(new.with_name("newer.py"))
    known.add(fingerprint.__wrapped__("solvers", package=package))
    shutil.rmtree(new.parent)
    assert len(known) == 3


def test_a_room_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="no_such_room"):
        sources("solvers", "no_such_room")


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        ({"url": "file:///home/me/a%20b", "dir_info": {"editable": True}}, "/home/me/a b[plot]"),
        ({"url": "https://host/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, "git+https://host/x.git@abc"),
        ({"url": "https://host/dysts-1.0.0.whl", "archive_info": {}}, "dysts[plot] @ https://host/dysts-1.0.0.whl"),
        ({}, f"dysts[plot]=={__version__}"),
    ],
)
def test_an_extra_is_installed_from_where_the_package_came(origin: dict[str, Any], requirement: str) -> None:
    # The index has another program of the same name, in other versions.
    assert requirement in _requirement(origin, "plot")


def test_the_command_for_an_extra_can_be_pasted() -> None:
    program, action, requirement = shlex.split(install_command("plot"))
    assert (program, action) == ("pip", "install")
    assert "[plot]" in requirement


def test_the_citation_has_the_version() -> None:
    citation = (PACKAGE.parent / "CITATION.cff").read_text().splitlines()
    assert f"version: {__version__}" in citation
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
