"""The arrays of a stored system, and the Zarr metadata that describe them: written by us, and read strictly.

What this package writes is a small language. A document that was read is taken apart into the few values that may
differ, which are checked, and written anew from them; it is accepted if both are equal. Zarr sees the new one only,
so no codec, type, attribute or shape of a stranger reaches a decoder.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dysts.datasets.chunks import Part, check_parts
from dysts.datasets.recipe import Recipe

LONG_NAMES = {
    "time": "time in the system's own unit, from the start of each trajectory",
    "series": "bounded observables of the system",
    "state": "state of the system",
    "start": "time of the start of each trajectory on the orbit from the stored initial condition",
    "noise_amplitude": "amplitude of additive white noise, per square root of time",
}
CHUNKS = "chunks"
"""Attribute of an array that holds the checksums of its chunks; it is left out when the array is opened."""
CODEC_LEVEL = 5


@dataclass(frozen=True)
class Array:
    """One stored array.

    Attributes
    ----------
    name : str
    dims : tuple of str
    shape : tuple of int
    dtype : {"float64", "float32"}
    labels : mapping
        Its attributes.
    rows : int
        Length along the first axis of what one file holds.
    inner : int, optional
        For shards: length along the first axis of the chunks within a file.
    files : tuple of tuple of Part
        The parts of each file, in order along the first axis; empty before it is written.
    """

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    labels: Mapping[str, Any]
    rows: int
    inner: int | None = None
    files: tuple[tuple[Part, ...], ...] = ()

    @property
    def file_count(self) -> int:
        """Number of files."""
        return math.ceil(self.shape[0] / self.rows)

    @property
    def inner_chunks(self) -> int | None:
        """Number of inner chunks of a shard, None without shards."""
        return None if self.inner is None else self.rows // self.inner

    @property
    def decoded_bytes(self) -> int:
        """Bytes of one decoded chunk."""
        return math.prod((self.inner or self.rows, *self.shape[1:])) * np.dtype(self.dtype).itemsize

    def key(self, number: int) -> str:
        """Return the path of a file below the group."""
        return "/".join([self.name, "c", str(number), *["0"] * (len(self.shape) - 1)])

    def paths(self) -> Iterator[str]:
        """Yield the paths of all files."""
        return (self.key(number) for number in range(self.file_count))

    def with_files(self, files: tuple[tuple[Part, ...], ...]) -> "Array":
        """Return the array with the parts of its files."""
        return replace(self, files=files)


def arrays_of(
    recipe: Recipe, *, components: tuple[str, ...], variables: tuple[str, ...], has_state: bool
) -> dict[str, Array]:
    """Return the arrays of a system by a recipe, each as one chunk.

    Parameters
    ----------
    recipe : Recipe
    components, variables : tuple of str
        Names of the observables and of the variables of the system.
    has_state : bool
        Whether the state is stored beside the observables.
    """
    sizes = {
        "trajectory": recipe.trajectories,
        "time": recipe.points,
        "component": len(components),
        "variable": len(variables),
    }
    dims: dict[str, tuple[str, ...]] = {
        "time": ("time",),
        "series": ("trajectory", "time", "component"),
        "start": ("trajectory",),
    }
    if has_state:
        dims["state"] = ("trajectory", "time", "variable")
    if recipe.dynamical_noise:
        dims["noise_amplitude"] = ("trajectory", "variable")
    names = {"series": {"components": list(components)}, "state": {"variables": list(variables)}}
    names["noise_amplitude"] = names["state"]
    return {
        name: Array(
            name=name,
            dims=axes,
            shape=tuple(sizes[axis] for axis in axes),
            dtype=recipe.dtype if name in ("series", "state") else "float64",
            labels={"long_name": LONG_NAMES[name], **names.get(name, {})},
            rows=sizes[axes[0]],
        )
        for name, axes in dims.items()
    }


def array_document(array: Array) -> dict[str, Any]:
    """Return the metadata of one array."""
    sharded = array.inner is not None
    codecs = _codecs(len(array.shape), np.dtype(array.dtype).itemsize)
    if sharded:
        inner = {
            "chunk_shape": [array.inner, *array.shape[1:]],
            "codecs": codecs,
            "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
            "index_location": "end",
        }
        codecs = [{"name": "sharding_indexed", "configuration": inner}]
    chunks = {CHUNKS: [[part.to_json() for part in file] for file in array.files]} if array.files else {}
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(array.shape),
        "data_type": array.dtype,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [array.rows, *array.shape[1:]]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": "NaN",
        "codecs": codecs,
        "attributes": {**array.labels, **chunks},
        "dimension_names": list(array.dims),
        "storage_transformers": [],
    }


def group_document(attributes: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Return the consolidated metadata of a group."""
    return {
        "zarr_format": 3,
        "node_type": "group",
        "attributes": dict(attributes),
        "consolidated_metadata": {
            "kind": "inline",
            "must_understand": False,
            "metadata": {name: array_document(array) for name, array in arrays.items()},
        },
    }


def to_json(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON."""
    return json.dumps(document, indent=1, allow_nan=False).encode()


def read_arrays(document: Mapping[str, Any], expected: Mapping[str, Array]) -> dict[str, Array]:
    """Read the arrays of a consolidated document.

    Parameters
    ----------
    document : mapping
        From JSON.
    expected : mapping of str to Array
        What `arrays_of` returns for the recipe and the system that the attributes name.

    Raises
    ------
    ValueError
        If the document is not what `group_document` writes for these arrays.
    """
    try:
        found = document["consolidated_metadata"]["metadata"]
        names = set(found)
    except (KeyError, TypeError):
        raise ValueError("the group must have consolidated metadata") from None
    if names != set(expected):
        odd = sorted(names ^ set(expected))[0]
        raise ValueError(f"the arrays must be {', '.join(expected)}; {odd[:40]!r} is missing or one too many")
    arrays = {name: _read_array(found[name], array) for name, array in expected.items()}
    if group_document(document["attributes"], arrays) != document:
        raise ValueError("the metadata of the group must be those that this package writes")
    return arrays


def _read_array(document: Any, expected: Array) -> Array:
    name = expected.name
    try:
        rows = document["chunk_grid"]["configuration"]["chunk_shape"][0]
        codec = document["codecs"][0]
        inner = codec["configuration"]["chunk_shape"][0] if codec["name"] == "sharding_indexed" else None
        listed = document["attributes"][CHUNKS]
        files = [[Part.from_json(part) for part in file] for file in listed]
    except (KeyError, TypeError, IndexError, AttributeError):
        raise ValueError(f"the metadata of {name} must be those that this package writes") from None
    for value in (rows, inner):
        if value is not None and (type(value) is not int or not 1 <= value <= expected.shape[0]):
            raise ValueError(f"the chunks of {name} must have 1 to {expected.shape[0]} rows, got {str(value)[:40]}")
    if inner is not None and rows % inner:
        raise ValueError(f"the shards of {name} must hold whole chunks, got {inner} of {rows} rows")
    array = replace(expected, rows=rows, inner=inner, files=tuple(tuple(file) for file in files))
    if array_document(array) != document:
        raise ValueError(f"the metadata of {name} must be those that this package writes")
    if len(array.files) != array.file_count:
        raise ValueError(f"{name} must have {array.file_count} chunk files, got {len(array.files)}")
    for parts in array.files:
        check_parts(parts, most=1 if inner is None else rows // inner + 1)
    return array


def _codecs(dimensions: int, itemsize: int) -> list[dict[str, Any]]:
    """Return the codecs of a chunk: one component after another compresses best, and a checksum tells damage."""
    blosc = {"typesize": itemsize, "cname": "zstd", "clevel": CODEC_LEVEL, "shuffle": "shuffle", "blocksize": 0}
    transpose = [{"name": "transpose", "configuration": {"order": [0, 2, 1]}}] if dimensions == 3 else []
    return [
        *transpose,
        {"name": "bytes", "configuration": {"endian": "little"}},
        {"name": "blosc", "configuration": blosc},
        {"name": "crc32c"},
    ]
