"""Metadata of a stored system are what this package writes, or refused before Zarr sees them."""

import copy
import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from dataset_helpers import SMALL, collection

import dysts
from dysts.datasets import Recipe
from dysts.datasets.attributes import check_attributes
from dysts.datasets.build import Series, build
from dysts.datasets.collection import Collection
from dysts.datasets.description import describe
from dysts.datasets.store import ORIGIN, SEAL, open_group, read_group, write_group
from dysts.datasets.streaming import write_series
from dysts.datasets.verification import verify_group
from dysts.errors import DystsWarning, StorageError

RECIPES = (
    SMALL,
    Recipe(name="lyapunov-like", points_per_lyapunov_time=10, lyapunov_times=3, trajectories=2, dynamical_noise=0.01),
    Recipe(name="published", points_per_period=10, periods=3, trajectories=1, period_source="published"),
    Recipe(name="measured", points_per_period=10, periods=3, trajectories=2, signal_to_noise_db=20.0, dtype="float32"),
)


def reseal(group: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the metadata of a group and seal them anew."""
    document = json.loads((group / "zarr.json").read_text())
    change(document)
    (group / "zarr.json").write_text(json.dumps(document))
    (group / SEAL).write_text(hashlib.sha256((group / "zarr.json").read_bytes()).hexdigest())


def arrays(document: dict[str, Any]) -> dict[str, Any]:
    return document["consolidated_metadata"]["metadata"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.name for recipe in RECIPES])
def test_what_is_written_for_any_system_is_accepted(recipe: Recipe) -> None:
    for name in dysts.list_systems():
        series = Series(recipe, dysts.get_system(name))
        told = describe(recipe, series.system, restarts=0, has_state=series.has_state) | {"sha256": "0" * 64}
        accepted, definition, found = check_attributes(json.loads(json.dumps(told)))
        assert accepted == recipe
        assert definition["variables"] == list(series.system.variables)
        assert {key: (array.dims, array.shape, array.dtype) for key, array in found.items()} == {
            key: (array.dims, array.shape, array.dtype) for key, array in series.arrays.items()
        }


EDITS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "format 2 node": (lambda d: arrays(d).update(x={"zarr_format": 2, "compressor": {"id": "pickle"}}), "one too many"),
    "format 2 array": (lambda d: arrays(d)["series"].update(zarr_format=2), "metadata of series"),
    "another codec": (lambda d: arrays(d)["series"]["codecs"].append({"name": "pcodec"}), "metadata of series"),
    "no codecs": (lambda d: arrays(d)["series"].update(codecs=[]), "metadata of series"),
    "order": (lambda d: arrays(d)["series"]["codecs"][0]["configuration"].update(order=[1, 0, 2]), "of series"),
    "big endian": (lambda d: arrays(d)["time"]["codecs"][0]["configuration"].update(endian="big"), "of time"),
    "chunk keys": (lambda d: arrays(d)["series"]["chunk_key_encoding"].update(name="v2"), "of series"),
    "type": (lambda d: arrays(d)["series"].update(data_type="complex128"), "of series"),
    "shape": (lambda d: arrays(d)["series"].update(shape=[10**11, 120, 3]), "of series"),
    "chunk of 0": (
        lambda d: arrays(d)["series"]["chunk_grid"]["configuration"].update(chunk_shape=[0, 120, 3]),
        "rows",
    ),
    "fill value": (lambda d: arrays(d)["series"].update(fill_value=0.0), "of series"),
    "scale": (lambda d: arrays(d)["series"]["attributes"].update(scale_factor=2.0), "of series"),
    "units": (lambda d: arrays(d)["time"]["attributes"].update(units="days since 2000-01-01"), "of time"),
    "axes": (lambda d: arrays(d)["series"].update(dimension_names=["time", "trajectory", "component"]), "of series"),
    "missing array": (lambda d: arrays(d).pop("start"), "'start' is missing"),
    "no chunks": (lambda d: arrays(d)["series"]["attributes"].pop("chunks"), "of series"),
    "two files": (lambda d: arrays(d)["series"]["attributes"]["chunks"].append([[0, 9, 1, "0" * 64]]), "1 chunk files"),
    "negative size": (lambda d: arrays(d)["series"]["attributes"]["chunks"][0][0].__setitem__(1, -1), "whole numbers"),
    "gap": (lambda d: arrays(d)["series"]["attributes"]["chunks"][0][0].__setitem__(0, 5), "follow one another"),
    "not inline": (lambda d: d["consolidated_metadata"].update(kind="other"), "metadata of the group"),
    "no metadata": (lambda d: d.pop("consolidated_metadata"), "consolidated"),
    "another key": (lambda d: d.update(extra=1), "metadata of the group"),
    "text": (lambda d: d["attributes"].update(period="long"), "'period' must be a positive number"),
    "infinity": (lambda d: d["attributes"].update(lyapunov_exponent=float("inf")), "no number of JSON"),
    "beyond double precision": (lambda d: d["attributes"].update(rtol=10**400), "no data set of this package"),
    "control character": (lambda d: d["attributes"].update(description="\x1b]0;x\x07"), "'description' must be"),
    "unknown attribute": (lambda d: d["attributes"].update(coordinates="series"), "no attribute of a data set"),
    "period": (lambda d: d["attributes"].update(period=1.0), "'period' contradicts"),
    "exponent": (lambda d: d["attributes"].update(lyapunov_exponent=1.0), "'lyapunov_exponent' contradicts"),
    "error": (lambda d: d["attributes"].update(lyapunov_exponent_error=0.0), "'lyapunov_exponent_error' contradicts"),
    "step": (lambda d: d["attributes"].update(step=1.0), "'step' contradicts"),
    "equations": (lambda d: d["attributes"].update(equations={"x": "y"}), "'equations' contradicts"),
    "components": (lambda d: d["attributes"]["components"].reverse(), "'components' contradicts"),
    "definition": (lambda d: d["attributes"].update(definition="{"), "'definition' must be"),
    "recipe": (lambda d: d["attributes"].update(recipe="{}"), "'recipe' must be"),
    "points": (
        lambda d: d["attributes"].update(recipe=d["attributes"]["recipe"].replace('"periods": 6', '"periods": 7')),
        "of time must be",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_refused_before_zarr_sees_it(
    edit: str, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built / "Lorenz", tmp_path / "Lorenz")
    change, sentence = EDITS[edit]
    reseal(tmp_path / "Lorenz", change)

    def reached(*_: object, **__: object) -> None:
        raise AssertionError("zarr was called")

    monkeypatch.setattr(xarray, "open_zarr", reached)
    for read in (open_group, verify_group):
        with pytest.raises(StorageError, match=sentence) as caught:
            read(tmp_path / "Lorenz")
        assert "dysts dataset remove" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"1", b'{"attributes": []}', b'{"a":' * 10**5, b"\xff\xfe"])
def test_what_is_no_document_is_refused(content: bytes, built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "Lorenz", tmp_path / "Lorenz")
    (tmp_path / "Lorenz" / "zarr.json").write_bytes(content)
    (tmp_path / "Lorenz" / SEAL).write_text(hashlib.sha256(content).hexdigest())
    with pytest.raises(StorageError, match="no data set of this package"):
        open_group(tmp_path / "Lorenz")


def test_edits_that_agree_with_one_another_differ_from_the_registry(built: Path, tmp_path: Path) -> None:
    def slower(document: dict[str, Any]) -> None:
        attributes = document["attributes"]
        attributes["period"] *= 2
        attributes["step"] *= 2
        attributes["invariants"]["period"]["value"] *= 2

    def regular(document: dict[str, Any]) -> None:
        document["attributes"]["invariants"]["regime"]["value"] = "hyperchaotic"

    for change, sentence in ((slower, "another period"), (regular, "another regime")):
        shutil.rmtree(tmp_path / "Lorenz", ignore_errors=True)
        shutil.copytree(built / "Lorenz", tmp_path / "Lorenz")
        reseal(tmp_path / "Lorenz", change)
        here = Collection(SMALL, ["Lorenz"], tmp_path)
        assert sentence in here.problem("Lorenz")
        with pytest.warns(DystsWarning, match=f"Lorenz of small is replaced: .*{sentence}"):
            assert here["Lorenz"].attrs["period"] == dysts.get_system("Lorenz").period


def test_exchanged_folders_are_named(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "Rossler", tmp_path / "Lorenz")
    here = Collection(SMALL, ["Lorenz"], tmp_path)
    assert "holds the series of Rossler, not of Lorenz: folders or files were exchanged" in here.problem("Lorenz")
    with pytest.warns(DystsWarning, match="Rossler, not of Lorenz"):
        found = here["Lorenz"]
    assert found.attrs["system"] == "Lorenz"


def test_another_system_of_the_same_name_is_refused(built: Path) -> None:
    other = dysts.get_system("Lorenz").with_parameters(rho=35.0)
    with pytest.raises(StorageError, match="another Lorenz, whose parameters differ"):
        open_group(built / "Lorenz", system=other)
    with pytest.raises(StorageError, match="follows the recipe"):
        open_group(built / "Lorenz", recipe=Recipe(name="small", points_per_period=20, periods=6, trajectories=4))
    assert open_group(built / "Lorenz", system=dysts.get_system("Lorenz"), recipe=SMALL)


def test_an_exchanged_chunk_is_an_error_where_it_is_read(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "here")
    key = "series/c/0/0/0"
    shutil.copy(built / "Rossler" / key, tmp_path / "here" / "Lorenz" / key)
    opened = open_group(tmp_path / "here" / "Lorenz")
    with pytest.raises(StorageError, match="intact chunk, but of another array or version"):
        opened["series"].values  # noqa: B018
    assert opened["start"].values.shape == (3,)
    with pytest.raises(StorageError, match="intact chunk, but of another array or version"):
        verify_group(tmp_path / "here" / "Lorenz")


def test_a_chunk_with_a_forged_checksum_is_found_over_the_network_and_by_verify(
    published: Path, built: Path, tmp_path: Path
) -> None:
    import google_crc32c

    right = (built / "Rossler" / "series" / "c" / "0" / "0" / "0").read_bytes()
    # CRC-32C is linear, so bytes can be changed without a change of the checksum: four bits of its polynomial.
    polynomial = 0x105EC76F1
    forged = bytearray(right)
    bits = int.from_bytes(right[40:60], "little") ^ (polynomial << 7)
    forged[40:60] = bits.to_bytes(20, "little")
    if google_crc32c.value(bytes(forged[:-4])) != google_crc32c.value(right[:-4]):
        reflected = int(f"{polynomial:033b}"[::-1], 2)
        forged = bytearray(right)
        forged[40:60] = (int.from_bytes(right[40:60], "little") ^ (reflected << 7)).to_bytes(20, "little")
    assert google_crc32c.value(bytes(forged[:-4])) == google_crc32c.value(right[:-4])
    assert bytes(forged) != right
    (published / "small" / "Rossler" / "series" / "c" / "0" / "0" / "0").write_bytes(forged)
    with pytest.raises(StorageError, match="intact chunk, but of another"):
        collection(published, tmp_path, lazy=True)["Rossler"]["series"].values  # noqa: B018
    shutil.copytree(built / "Rossler", tmp_path / "Rossler")
    (tmp_path / "Rossler" / "series" / "c" / "0" / "0" / "0").write_bytes(forged)
    with pytest.raises(StorageError, match="intact chunk, but of another"):
        verify_group(tmp_path / "Rossler")


def test_files_that_are_not_read_are_verified_too(built: Path, tmp_path: Path) -> None:
    for name, content, sentence in (
        ("series/zarr.json", b"{}", "series/zarr.json is damaged or of another version"),
        ("evil.py", b"x", "holds 'evil.py', which is no file of a data set"),
        ("series/c/0/0/1", b"x", "which is no file of a data set"),
    ):
        shutil.rmtree(tmp_path / "Lorenz", ignore_errors=True)
        shutil.copytree(built / "Lorenz", tmp_path / "Lorenz")
        (tmp_path / "Lorenz" / name).write_bytes(content)
        assert open_group(tmp_path / "Lorenz")["series"].shape == (3, 120, 3)
        with pytest.raises(StorageError, match=sentence):
            verify_group(tmp_path / "Lorenz")


def test_a_downloaded_group_is_what_its_catalogue_said(published: Path, tmp_path: Path) -> None:
    here = collection(published, tmp_path / "cache")
    here.fetch(["Lorenz"])
    group = tmp_path / "cache" / "Lorenz"
    reseal(group, lambda document: document["attributes"].update(dysts_version="0.1"))
    with pytest.raises(StorageError, match="not what its catalogue said when it was downloaded from"):
        open_group(group)
    for content in ("{", "[]", '{"source": 1}'):
        (group / ORIGIN).write_text(content)
        with pytest.raises(StorageError, match=r"origin.json cannot be read"):
            open_group(group)


def test_the_parts_of_a_shard_are_checked_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dysts.datasets.build.BLOCK_BYTES", 40 * 3 * 8 * 4)
    monkeypatch.setattr("dysts.datasets.streaming.CHUNK_BYTES", 40 * 3 * 8 * 2)
    recipe = Recipe(name="blocks", points_per_period=20, periods=2, trajectories=10)
    for name in ("Lorenz", "Rossler"):
        write_series(Series(recipe, dysts.get_system(name)), tmp_path / name)
        verify_group(tmp_path / name)
    group = read_group(tmp_path / "Lorenz")
    assert [len(parts) for parts in group.arrays["series"].files] == [3, 3, 2]
    right = build(recipe, dysts.get_system("Lorenz"))["series"].values
    opened = pickle.loads(pickle.dumps(open_group(tmp_path / "Lorenz")))  # noqa: S301
    np.testing.assert_array_equal(opened["series"].values, right)
    np.testing.assert_array_equal(opened["series"][5].values, right[5])
    # The second inner chunk of the second shard is damaged; its neighbours can still be read.
    path = tmp_path / "Lorenz" / "series" / "c" / "1" / "0" / "0"
    content = bytearray(path.read_bytes())
    content[group.arrays["series"].files[1][1].begin + 30] ^= 1
    path.write_bytes(content)
    opened = open_group(tmp_path / "Lorenz")
    np.testing.assert_array_equal(opened["series"][4:6].values, right[4:6])
    for rows in (slice(6, 7), slice(0, 10), slice(5, 8)):
        with pytest.raises(StorageError, match="series/c/1/0/0 is damaged"):
            opened["series"][rows].values  # noqa: B018
    shutil.copy(tmp_path / "Rossler" / "series" / "c" / "2" / "0" / "0", path.parents[2] / "2" / "0" / "0")
    with pytest.raises(StorageError, match="series/c/2/0/0 is"):
        opened["series"][9].values  # noqa: B018


def test_two_recipes_of_one_name_have_folders_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path)
    for periods in (2, 3):
        (tmp_path / f"{periods}.toml").write_text(
            f"[m]\npoints_per_period = 20\nperiods = {periods}\ntrajectories = 2\n"
        )
        assert dysts.open_dataset(f"{tmp_path}/{periods}.toml:m")["Lorenz"].sizes["time"] == 20 * periods
    assert len(list((tmp_path / "datasets").glob("m-*/Lorenz"))) == 2
    here = dysts.open_dataset("test-fine")
    assert here.folder == tmp_path / "datasets" / "test-fine"
    assert dysts.open_dataset("test-fine", dtype="float32").folder == tmp_path / "datasets" / "test-fine-float32"


def test_attributes_are_not_shared_between_openings(built: Path) -> None:
    one, other = open_group(built / "Lorenz"), open_group(built / "Lorenz")
    before = copy.deepcopy(other.attrs)
    one.attrs["atol"][0] = 99.0
    one.attrs["period"] = 0.0
    assert other.attrs == before
    assert open_group(built / "Lorenz").attrs == before
    write_group(other.drop_vars([name for name in other.coords if name != "time"]), built.parent / "again" / "Lorenz")
