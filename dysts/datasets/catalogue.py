"""What a source offers, with sizes and hashes: one catalogue for each data set, and an index of them."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dysts.datasets.attributes import REQUIRED
from dysts.datasets.comparison import COMPARED
from dysts.datasets.recipe import Recipe
from dysts.datasets.source import Source
from dysts.errors import NewerFormatError, StorageError, UnknownNameError

CATALOGUE_FORMAT = 2
CATALOGUE = "catalogue.json"
_HASH = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"[A-Za-z0-9_-]+(\.[a-z]+)?(/[A-Za-z0-9_-]+(\.[a-z]+)?)*")


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A zip file: its path below the base address, its bytes, and their SHA-256."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Published:
    """One system of a published data set.

    Attributes
    ----------
    archive : Archive
    group : str
        Path of the unpacked Zarr group below the base address.
    metadata_sha256 : str
        Of the group's ``zarr.json``.
    attributes : dict
        Those of the group that say whether another build must have the same numbers: ``sha256``, ``inputs``,
        ``definition``, ``recipe``, ``period``, ``dysts_version``, ``built_with`` and others.
    """

    archive: Archive
    group: str
    metadata_sha256: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One published data set.

    Attributes
    ----------
    recipe : Recipe
    everything : Archive
        All systems in one file.
    systems : dict of str to Published
    """

    recipe: Recipe
    everything: Archive
    systems: Mapping[str, Published]

    def to_json(self) -> bytes:
        """Return the text of the catalogue."""
        content = {"format": CATALOGUE_FORMAT, **asdict(self)}
        return json.dumps(content, indent=1, sort_keys=True).encode()


def read_catalogue(source: Source, dataset: str) -> Catalogue | None:
    """Fetch the catalogue of a data set, or return None if the source's index has no such data set.

    Raises
    ------
    NewerFormatError
        If a newer version wrote it.
    StorageError
        If the source cannot be reached or what it sends is no catalogue.
    """
    index = _document(source, CATALOGUE)
    try:
        entry = index["datasets"].get(dataset)
        if entry is None:
            return None
        path, sha256 = _path(entry["catalogue"]), _hash(entry["sha256"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StorageError(f"{source.address(CATALOGUE)} is no index of data sets ({repr(error)[:200]})") from None
    content = _document(source, path, sha256=sha256)
    try:
        recipe = Recipe.from_dict(content["recipe"])
        return Catalogue(
            recipe=recipe,
            everything=_archive(content["everything"]),
            systems={_name(name): _published(value, name, recipe) for name, value in content["systems"].items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, UnknownNameError) as error:
        raise StorageError(f"{source.address(path)} is no catalogue ({repr(error)[:200]})") from None


def read_index(source: Source) -> dict[str, dict[str, Any]]:
    """Return what the index of a source says about each data set: bytes and number of systems.

    Raises
    ------
    StorageError
    """
    index = _document(source, CATALOGUE)
    try:
        return {
            _name(name): {key: _count(entry[key]) for key in ("bytes", "systems")}
            for name, entry in index["datasets"].items()
        }
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise StorageError(f"{source.address(CATALOGUE)} is no index of data sets ({repr(error)[:200]})") from None


def _document(source: Source, path: str, *, sha256: str | None = None) -> dict[str, Any]:
    raw = source.read(path)
    where = source.address(path)
    if sha256 is not None and hashlib.sha256(raw).hexdigest() != sha256:
        raise StorageError(
            f"{where} does not match its hash in the index; the source is being replaced or is damaged: try again "
            "later, or tell whoever publishes it"
        )
    try:
        content = json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        begin = raw[:40].decode("utf-8", "replace")
        raise StorageError(f"{where} is no catalogue: it begins with {begin!r}; check the address") from None
    if not isinstance(content, dict) or not isinstance(content.get("format"), int):
        raise StorageError(f"{where} is no catalogue of data sets; check the address")
    if content["format"] > CATALOGUE_FORMAT:
        raise NewerFormatError(
            f"{where} is in format {content['format']}; this version reads up to {CATALOGUE_FORMAT}: upgrade dysts"
        )
    if content["format"] < CATALOGUE_FORMAT:
        raise StorageError(
            f"{where} is in format {content['format']} of an older version, not {CATALOGUE_FORMAT}; whoever publishes "
            "it must do so again: dysts dataset publish"
        )
    return content


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _published(value: Any, system: str, recipe: Recipe) -> Published:
    attributes = value["attributes"]
    for name in COMPARED:
        check, words = REQUIRED[name]
        if not check(attributes[name]):
            raise ValueError(f"the attribute {name!r} must be {words}")
    for name, announced in (("system", system), ("recipe", recipe.to_json())):
        if attributes[name] != announced:
            raise ValueError(f"{system} is of another {name}: {attributes[name]!r}")
    return Published(
        archive=_archive(value["archive"]),
        group=_path(value["group"]),
        metadata_sha256=_hash(value["metadata_sha256"]),
        attributes=dict(attributes),
    )


def _archive(value: Any) -> Archive:
    return Archive(file=_path(value["file"]), bytes=_count(value["bytes"]), sha256=_hash(value["sha256"]))


def _count(number: Any) -> int:
    if type(number) is not int or not 0 <= number < 2**63:
        raise ValueError(f"size {str(number)[:40]!r}")
    return number


def _name(text: Any) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError(f"name {text!r}")
    return text


def _path(text: Any) -> str:
    if not isinstance(text, str) or not _PATH.fullmatch(text):
        raise ValueError(f"path {text!r}")
    return text


def _hash(text: Any) -> str:
    if not isinstance(text, str) or not _HASH.fullmatch(text):
        raise ValueError(f"hash {text!r}")
    return text
