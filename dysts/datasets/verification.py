"""Reads everything in a stored system and compares it with its hashes."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dysts.datasets.chunks import file_complaint
from dysts.datasets.digest import ContentDigest
from dysts.datasets.group import Group
from dysts.datasets.layout import array_document
from dysts.datasets.recipe import READ_ROWS, Recipe
from dysts.datasets.store import METADATA, ORIGIN, REMEDY, SEAL, read_group
from dysts.errors import StorageError
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray


def verify_group(path: Path, *, recipe: Recipe | None = None, system: System | None = None) -> Group:
    """Read everything in a group and compare it with its hashes.

    Raises
    ------
    StorageError
        If a file is missing, damaged, or one too many, or a number is another one than the hash says.
    """
    group = read_group(path, recipe=recipe, system=system)
    check_files(path, group)
    dataset = group.open()
    if content_of(dataset, place=str(path)) != group.attributes["sha256"]:
        raise StorageError(f"the numbers in {path} do not match their hash; {REMEDY}")
    return group


def check_files(path: Path, group: Group) -> None:
    """Check that a folder holds the files of a group, each as the metadata say, and no others.

    Raises
    ------
    StorageError
    """
    known = {METADATA, SEAL, ORIGIN}
    for name, array in group.arrays.items():
        known |= {f"{name}/{METADATA}", *array.paths()}
        try:
            same = json.loads((path / name / METADATA).read_bytes()) == array_document(array)
        except (OSError, ValueError, RecursionError):
            same = False
        if not same:
            raise StorageError(f"{path / name / METADATA} is damaged or of another version; {group.remedy}")
        for key, parts in zip(array.paths(), array.files, strict=True):
            try:
                problem = file_complaint(path / key, parts, decoded_bytes=array.decoded_bytes)
            except FileNotFoundError:
                problem = "is missing"
            except OSError as error:
                problem = f"cannot be read ({error.strerror or error})"
            if problem:
                raise StorageError(f"{group.place}/{key} {problem}; {group.remedy}")
    for parent, _, names in os.walk(path):
        for name in names:
            key = Path(parent, name).relative_to(path).as_posix()
            if key not in known:
                raise StorageError(f"{path} holds {key[:80]!r}, which is no file of a data set; {group.remedy}")


def content_of(dataset: "xarray.Dataset", *, place: str) -> str:
    """Return the hash of the numbers in a data set, read some trajectories at a time.

    Raises
    ------
    StorageError
        If something cannot be read.
    """
    try:
        digest = ContentDigest(dataset["time"].values)
        for name, variable in dataset.data_vars.items():
            for first in range(0, variable.shape[0], READ_ROWS):
                digest.update({str(name): np.asarray(variable[first : first + READ_ROWS].values)})
    except StorageError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise StorageError(f"{place} is damaged ({error}); {REMEDY}") from None
    return digest.hexdigest()
