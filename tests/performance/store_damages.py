"""Damages stored groups in many ways, built ones and downloaded ones, and counts how each is met.

Usage: python tests/performance/store_damages.py [--cases N] [--seed S]

A case damages one group: flipped bits, truncated, missing or exchanged files, exchanged folders, mixed versions, edits
of the metadata with and without a new seal. Then the group is opened and everything in it is read. A case is bad if
numbers or decisive attributes come out wrong without a word, or an exception is not one of ours.
"""

import argparse
import collections
import hashlib
import json
import random
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import dysts
from dysts.datasets import Recipe
from dysts.datasets.build import build
from dysts.datasets.collection import Collection
from dysts.datasets.provenance import check_origin
from dysts.datasets.publish import publish
from dysts.datasets.source import Source
from dysts.datasets.store import SEAL, open_group, write_group
from dysts.datasets.verification import verify_group
from dysts.errors import DystsError

RECIPE = Recipe(name="damaged", points_per_period=20, periods=6, trajectories=3)
OTHER = replace(RECIPE, seed=1)
"""What an earlier version of the same data set might have been: other numbers under the same names."""
NAMES = ("Duffing", "Lorenz", "Rossler", "Thomas")
DECISIVE = ("system", "period", "lyapunov_exponent", "lyapunov_exponent_error", "step", "points_per_period")
OUTCOMES = ("no effect", "refused at opening", "refused at reading", "WRONG, verify finds it", "WRONG", "FOREIGN")

Damage = Callable[[Path, str, random.Random], str]


def verify(path: Path) -> None:
    """Verify a group as ``dysts dataset verify`` does."""
    system = dysts.get_system(path.name)
    check_origin(verify_group(path, recipe=RECIPE, system=system), path, system)


def prepare(root: Path) -> dict[str, Any]:
    """Build and download the groups, and return what must be read from them."""
    for name in NAMES:
        write_group(build(RECIPE, dysts.get_system(name)), root / "built" / name)
        other = build(OTHER, dysts.get_system(name))
        write_group(other.assign_attrs(recipe=RECIPE.to_json()), root / "other" / name)
    publish(RECIPE, NAMES, root / "built", root / "host")
    Collection(RECIPE, NAMES, root / "downloaded", source=Source(root / "host")).fetch(NAMES)
    return {name: _read(open_group(root / "built" / name)) for name in NAMES}


def _read(dataset: Any) -> dict[str, Any]:
    numbers = {str(name): dataset[name].values.copy() for name in dataset.variables if dataset[name].dtype.kind == "f"}
    attributes = {name: dataset.attrs.get(name) for name in DECISIVE}
    definition = json.loads(dataset.attrs["definition"])
    attributes |= {"equations": definition["equations"], "shown": json.loads(dataset.attrs["equations"])}
    attributes |= {
        "regime": json.loads(dataset.attrs["invariants"])["regime"]["value"],
        "names": dataset["component"].values.tolist(),
    }
    return {"numbers": numbers, "attributes": attributes}


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    numbers, others = one["numbers"], other["numbers"]
    equal = numbers.keys() == others.keys() and all(np.array_equal(numbers[name], others[name]) for name in numbers)
    return equal and one["attributes"] == other["attributes"]


def judge(folder: Path, name: str, expected: dict[str, Any]) -> str:
    """Open and read a group, and say how it went."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = Collection(RECIPE, NAMES, folder).stored(name)
            if dataset is None:
                return "refused at opening"
        except DystsError:
            return "refused at opening"
        except Exception as error:  # noqa: BLE001 - that is what is counted
            return f"FOREIGN: {type(error).__name__} at opening"
        try:
            found = _read(dataset)
        except DystsError:
            return "refused at reading"
        except Exception as error:  # noqa: BLE001
            return f"FOREIGN: {type(error).__name__} at reading"
        if _same(found, expected):
            return "no effect"
        try:
            verify(folder / name)
        except DystsError:
            return "WRONG, verify finds it"
        except Exception as error:  # noqa: BLE001
            return f"FOREIGN: {type(error).__name__} at verifying"
    return "WRONG"


def _files(group: Path) -> list[Path]:
    return sorted(path for path in group.rglob("*") if path.is_file())


def _chunks(group: Path) -> list[Path]:
    return [path for path in _files(group) if "c" in path.relative_to(group).parts]


def flip(folder: Path, name: str, generator: random.Random) -> str:
    """Flip one to three bits of one file."""
    path = generator.choice(_files(folder / name))
    content = bytearray(path.read_bytes())
    for _ in range(generator.randint(1, 3)):
        content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
    path.write_bytes(content)
    return "flip"


def cut(folder: Path, name: str, generator: random.Random) -> str:
    """Cut a file, empty it, lengthen it, or remove it."""
    path = generator.choice(_files(folder / name))
    content = path.read_bytes()
    how = generator.choice(("cut", "empty", "longer", "missing"))
    if how == "missing":
        path.unlink()
    else:
        cuts = {"cut": content[: generator.randrange(len(content))], "empty": b"", "longer": content + b"\0" * 9}
        path.write_bytes(cuts[how])
    return "truncate"


def exchange_chunks(folder: Path, name: str, generator: random.Random) -> str:
    """Put the chunk of another system or array, whole and intact, in the place of one."""
    path = generator.choice(_chunks(folder / name))
    relative = path.relative_to(folder / name)
    others = [folder / other / relative for other in NAMES if other != name and (folder / other / relative).exists()]
    if not others or generator.random() < 0.5:
        others = [other for other in _chunks(folder / name) if other != path]
    other = generator.choice(others)
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)
    return "exchange chunks"


def exchange_groups(folder: Path, name: str, generator: random.Random) -> str:
    """Exchange two whole groups."""
    other = generator.choice([other for other in NAMES if other != name])
    (folder / name).rename(folder / "aside")
    (folder / other).rename(folder / name)
    (folder / "aside").rename(folder / other)
    return "exchange groups"


def mix(folder: Path, name: str, generator: random.Random) -> str:
    """Copy some or all files of another version over a group, as a stale rsync or a restored backup does."""
    files = _files(folder.parent / "other" / name)
    how = generator.choice(("some", "chunks", "all"))
    chosen = {"some": generator.sample(files, generator.randint(1, len(files) - 1)), "all": files}
    chosen["chunks"] = _chunks(folder.parent / "other" / name)
    for path in chosen[how]:
        shutil.copy(path, folder / name / path.relative_to(folder.parent / "other" / name))
    return "mix versions"


HOSTILE: tuple[Any, ...] = (0, 1, -1, 2.5, 1e300, True, None, "", "x", [], {}, [1, 2], {"a": 1}, "float32", 10**12)


def edit(folder: Path, name: str, generator: random.Random, *, sealed: bool) -> str:
    """Change something in the metadata, and seal them anew or not."""
    path = folder / name / "zarr.json"
    document = json.loads(path.read_text())
    attributes = document["attributes"]
    arrays = document["consolidated_metadata"]["metadata"]
    array = arrays[generator.choice(sorted(arrays))]
    key = generator.choice(sorted(attributes))
    choices: list[Callable[[], Any]] = [
        lambda: attributes.__setitem__(key, generator.choice(HOSTILE)),
        lambda: attributes.pop(key),
        lambda: attributes.__setitem__("period", attributes["period"] * 2),
        lambda: attributes.__setitem__("lyapunov_exponent", attributes["lyapunov_exponent"] * 3),
        lambda: attributes.__setitem__("lyapunov_exponent_error", 0.0),
        lambda: attributes["invariants"].__setitem__("regime", {"value": "periodic"}),
        lambda: attributes.__setitem__("definition", attributes["definition"].replace("*x", "*y", 1)),
        lambda: attributes.__setitem__("equations", {"x": "y"}),
        lambda: attributes.__setitem__("components", attributes["components"][::-1]),
        lambda: attributes.__setitem__("step", attributes["step"] * 1.5),
        lambda: attributes.__setitem__("system", generator.choice(NAMES)),
        lambda: array["attributes"].__setitem__("scale_factor", 2.0),
        lambda: array["attributes"].__setitem__("units", "days since 2000-01-01"),
        lambda: array.__setitem__("fill_value", 0.0),
        lambda: array.__setitem__("data_type", generator.choice(("float32", "int64", "complex128"))),
        lambda: array["chunk_key_encoding"].__setitem__("name", "v2"),
        lambda: array["codecs"][-3].__setitem__("configuration", {"endian": "big"}),
        lambda: array.__setitem__("shape", [length + 1 for length in array["shape"]]),
        lambda: array.__setitem__(generator.choice(sorted(array)), generator.choice(HOSTILE)),
        lambda: arrays.pop(generator.choice(sorted(arrays))),
        lambda: document.__setitem__(generator.choice(sorted(document)), generator.choice(HOSTILE)),
    ]
    generator.choice(choices)()
    path.write_text(json.dumps(document))
    if sealed:
        (folder / name / SEAL).write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    return "edit and seal" if sealed else "edit"


DAMAGES: tuple[Damage, ...] = (
    flip,
    cut,
    exchange_chunks,
    exchange_groups,
    mix,
    lambda folder, name, generator: edit(folder, name, generator, sealed=False),
    lambda folder, name, generator: edit(folder, name, generator, sealed=True),
    lambda folder, name, generator: edit(folder, name, generator, sealed=True),
)


def main() -> None:
    """Run the campaign and print the counts; the status is 1 if a case ends badly."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    generator = random.Random(arguments.seed)
    bad = 0
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        expected = prepare(root)
        for kind in ("built", "downloaded"):
            counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
            foreign: collections.Counter[str] = collections.Counter()
            for number in range(arguments.cases):
                folder = root / "case"
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(root / kind, folder)
                name = generator.choice(NAMES)
                family = DAMAGES[number % len(DAMAGES)](folder, name, generator)
                outcome = judge(folder, name, expected[name])
                if outcome.startswith("FOREIGN"):
                    foreign[outcome] += 1
                counts[family][outcome.split(":")[0]] += 1
            print(f"{kind}: {arguments.cases} cases")
            print(f"{'':18}" + "".join(f"{outcome:>24}" for outcome in OUTCOMES))
            for family, row in counts.items():
                print(f"{family:18}" + "".join(f"{row[outcome]:24}" for outcome in OUTCOMES))
            for words, count in foreign.most_common():
                print(f"  {count} x {words}")
            bad += sum(row[outcome] for row in counts.values() for outcome in OUTCOMES[3:])
    print(f"{bad} of {2 * arguments.cases} end badly")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
