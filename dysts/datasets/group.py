"""A stored system whose metadata are checked before Zarr sees them, and which is opened with xarray."""

import copy
import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.datasets.attributes import check_attributes, differing_field
from dysts.datasets.clocks import coordinates_of
from dysts.datasets.digest import FORMAT
from dysts.datasets.layout import CHUNKS, Array, group_document, read_arrays, to_json
from dysts.datasets.plain_attributes import plain_attributes
from dysts.datasets.recipe import Recipe
from dysts.errors import NewerFormatError, StorageError
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray

    from dysts.datasets.checked_files import Files

LARGEST_METADATA = 64 * 2**20
"""Bytes of the metadata of one group; those of ten trajectories have some ten kilobytes."""


class OutdatedError(StorageError):
    """A group was built by an older version, or here from another registry or recipe."""


@dataclass(frozen=True, eq=False)
class Group:
    """A stored system whose metadata are checked, and whose numbers have not been read.

    Attributes
    ----------
    attributes : mapping
        What `dysts.datasets.description.describe` returned when it was built.
    recipe : Recipe
    definition : mapping
        Of the system.
    arrays : mapping of str to Array
    files : Files
    seal : str
        SHA-256 of the metadata.
    place, remedy : str
        For messages: where it is, and what to do about damage.
    """

    attributes: Mapping[str, Any]
    recipe: Recipe
    definition: Mapping[str, Any]
    arrays: Mapping[str, Array]
    files: "Files"
    seal: str
    place: str
    remedy: str

    def open(self) -> "xarray.Dataset":
        """Return the data set, its numbers still unread, with names of components and all clocks as coordinates.

        Its attributes are numbers, texts and lists of numbers; what is stored as a mapping is JSON text.

        Raises
        ------
        StorageError
            If its times cannot be read or are others than the recipe has.
        """
        shards = any(array.inner is not None for array in self.arrays.values())
        dataset = self._by_zarr() if shards or self.files.remote else self._directly()
        times = dataset["time"].values
        if not np.array_equal(times, np.arange(self.recipe.points) * self.attributes["step"]):
            raise StorageError(f"the times in {self.place} must go from 0 in the steps of the recipe; {self.remedy}")
        return dataset

    def _directly(self) -> "xarray.Dataset":
        """Return the data set of files on this machine, which need no shards and no requests at once."""
        import xarray

        from dysts.datasets.checked_files import CheckedFiles
        from dysts.datasets.stored_array import StoredArray, lazily

        files = CheckedFiles(self.files, arrays=self.arrays.values(), place=self.place, remedy=self.remedy)
        variables = {name: lazily(StoredArray(files, array)) for name, array in self.arrays.items()}
        has_variables = any("variable" in variable.dims for variable in variables.values())
        times = variables.pop("time").load()
        coordinates = coordinates_of(self.attributes, times.values, with_variables=has_variables)
        return xarray.Dataset(variables, {"time": times, **coordinates}, self._own_attributes())

    def _by_zarr(self) -> "xarray.Dataset":
        import xarray

        from dysts.datasets.checked_store import CheckedStore

        store = CheckedStore(
            self.files,
            metadata=to_json(group_document(self.attributes, self.arrays)),
            arrays=self.arrays.values(),
            place=self.place,
            remedy=self.remedy,
        )
        try:
            dataset = xarray.open_zarr(store, zarr_format=3, consolidated=True, chunks=None)
            times = dataset["time"].values
        except StorageError:
            raise
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise StorageError(f"{self.place} cannot be read ({error}); {self.remedy}") from None
        for variable in dataset.variables.values():
            for name in (CHUNKS, "components", "variables"):
                variable.attrs.pop(name, None)
        coordinates = coordinates_of(self.attributes, times, with_variables="variable" in dataset.dims)
        labelled = dataset.assign_coords(coordinates)
        labelled.attrs = self._own_attributes()
        return labelled

    def _own_attributes(self) -> dict[str, Any]:
        # The metadata of a group are parsed once, and users may change what they get.
        return copy.deepcopy(plain_attributes(self.attributes))

    def check_identity(self, *, recipe: Recipe | None, system: System | None) -> None:
        """Check that the group holds the system and follows the recipe that was asked for.

        Raises
        ------
        StorageError
            If it does not, with the name of the one that it holds.
        """
        if system is not None:
            held = self.attributes["system"]
            if held != system.name:
                raise StorageError(
                    f"{self.place} holds the series of {held}, not of {system.name}: folders or files were exchanged; "
                    f"{self.remedy}"
                )
            field = differing_field(self.definition, _definition(system))
            if field:
                raise StorageError(
                    f"{self.place} holds the series of another {held}, whose {field} differ from those of this "
                    f"registry; {self.remedy}"
                )
        if recipe is not None and self.recipe != recipe:
            raise StorageError(
                f"{self.place} follows the recipe {self.recipe.to_json()}, not {recipe.to_json()}; {self.remedy}"
            )


@functools.lru_cache(maxsize=256)
def _definition(system: System) -> Mapping[str, Any]:
    definition: dict[str, Any] = json.loads(json.dumps(system.to_entry(with_properties=False)["definition"]))
    return definition


def check_metadata(metadata: bytes, *, seal: str, files: "Files", place: str, remedy: str) -> Group:
    """Check the metadata of a group, local or remote, before Zarr sees any of them.

    Parameters
    ----------
    metadata : bytes
        The content of its ``zarr.json``.
    seal : str
        The SHA-256 that it must have.
    files : Files
    place, remedy : str
        For messages: where it is, and what to do about damage.

    Raises
    ------
    NewerFormatError, StorageError
    """
    if hashlib.sha256(metadata).hexdigest() != seal:
        raise StorageError(
            f"{place} is damaged: its metadata do not match their hash, after an edit or a partial copy; {remedy}"
        )
    if len(metadata) > LARGEST_METADATA:
        raise StorageError(f"the metadata of {place} must have at most {LARGEST_METADATA} bytes; {remedy}")
    try:
        attributes, recipe, definition, arrays = _parsed(metadata)
    except _OtherFormatError as error:
        found, version = error.args
        if type(found) is int and found > FORMAT:
            raise NewerFormatError(
                f"{place} was written by dysts {version} in format {found}; this version reads "
                f"format {FORMAT}: upgrade dysts, or remove the data set to have it built in the format of this version"
            ) from None
        kind = OutdatedError if type(found) is int else StorageError
        raise kind(f"{place} is in format {str(found)[:20]!r}, not {FORMAT}; {remedy}") from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise StorageError(f"{place} is no data set of this package: {error}; {remedy}") from None
    return Group(attributes, recipe, definition, arrays, files, seal, place, remedy)


class _OtherFormatError(Exception):
    pass


@functools.lru_cache(maxsize=256)
def _parsed(metadata: bytes) -> tuple[dict[str, Any], Recipe, dict[str, Any], dict[str, Array]]:
    document = json.loads(metadata, parse_constant=_refuse_constant)
    attributes = document.get("attributes") if isinstance(document, dict) else None
    if not isinstance(attributes, dict):
        raise ValueError("it has no attributes")
    if type(attributes.get("format")) is not int or attributes["format"] != FORMAT:
        raise _OtherFormatError(attributes.get("format"), str(attributes.get("dysts_version"))[:40])
    recipe, definition, arrays = check_attributes(attributes)
    return attributes, recipe, definition, read_arrays(document, arrays)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
