"""Malformed and hostile submissions through scoring, with counts.

Usage: python tests/performance/hostile_submissions.py [--folders 200] [--seed 0]

Each folder is a good submission for six tasks in closed form, damaged in one of the ways below, which a seed of its own
chooses. An outcome is `refused` (an exception of the project), `counted` (scored, with the damaged tasks among the
failed ones), `passed` (scored without a failed task although the damage changes a forecast), `foreign` (any other
exception), `slow` (more than `LONGEST` seconds of processor time), `large` (more than `MOST_MEMORY` bytes more in
memory) or `executed` (a file was made by the content). The exit status is 1 if any is passed, foreign, slow, large or
executed.
"""

import argparse
import io
import json
import pickle
import random
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmark"))
import benchmark_fakes as fakes

from benchmark.submissions.exported_tasks import ExportedTasks, tasks_of
from benchmark.submissions.formats import write_series
from benchmark.submissions.scored import score_submission
from dysts.errors import DystsError

LONGEST = 10.0
MOST_MEMORY = 300_000_000
CANARY = Path(tempfile.gettempdir()) / "dysts-hostile-submissions-canary"
Forecasts = dict[str, Any]


class Bomb:
    """An object that makes a file when it is unpickled."""

    def __reduce__(self) -> Any:
        return Path(CANARY).touch, ()


def good(tasks: ExportedTasks) -> Forecasts:
    """Return the forecasts that are damaged: the truth, a little off."""
    return {task.digest: data.truth + 0.01 for task, data in tasks.data.items()}


def write(folder: Path, tasks: ExportedTasks, forecasts: Forecasts, form: str) -> None:
    """Write forecasts in one form."""
    write_series(folder, "forecasts", forecasts, tasks.components)
    for name in {"npz", "parquet", "csv"} - {form}:
        path = folder / ("forecasts-csv" if name == "csv" else f"forecasts.{name}")
        if path.is_dir():
            for entry in path.iterdir():
                entry.unlink()
            path.rmdir()
        else:
            path.unlink()


def values_changed(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """One forecast is missing, short, wide, not finite, complex, of text or of objects."""
    forecasts = good(tasks)
    name = draw.choice(sorted(forecasts))
    values = forecasts[name]
    kind = draw.choice(["missing", "short", "wide", "nan", "inf", "complex", "text", "object", "flat", "empty"])
    if kind == "missing":
        del forecasts[name]
    else:
        changed: dict[str, Callable[[], Any]] = {
            "short": lambda: values[:-1],
            "wide": lambda: np.hstack([values, values]),
            "nan": lambda: np.where(values > values.mean(), np.nan, values),
            "inf": lambda: np.full_like(values, np.inf),
            "complex": lambda: values.astype(complex),
            "text": lambda: values.astype(str),
            "object": lambda: np.array([Bomb()] * values.size, dtype=object).reshape(values.shape),
            "flat": lambda: values.ravel(),
            "empty": lambda: np.empty((0, 2)),
        }
        forecasts[name] = changed[kind]()
    np.savez(folder / "forecasts.npz", **forecasts)


def bytes_changed(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """The file of a form is cut, or some of its bytes are others."""
    form = draw.choice(["npz", "parquet"])
    write(folder, tasks, good(tasks), form)
    path = folder / f"forecasts.{form}"
    content = bytearray(path.read_bytes())
    if draw.random() < 0.5:
        content = content[: draw.randrange(len(content))]
    else:
        for _ in range(draw.randint(1, 200)):
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(bytes(content))


def archive_of_bombs(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """An archive with a huge entry, a lying header, a pickle, a path upwards, one name twice, or thousands of names."""
    name = next(iter(good(tasks)))
    kind = draw.choice(["zeros", "header", "pickle", "upwards", "twice", "many"])
    with zipfile.ZipFile(folder / "forecasts.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == "zeros":
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                for _ in range(200):
                    entry.write(bytes(1_000_000))
        elif kind == "header":
            header = io.BytesIO()
            np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 2)})
            archive.writestr(f"{name}.npy", header.getvalue())
        elif kind == "pickle":
            archive.writestr(f"{name}.npy", pickle.dumps(Bomb()))
        elif kind == "upwards":
            archive.writestr(f"../../{CANARY.name}.npy", b"1")
        elif kind == "twice":
            buffer = io.BytesIO()
            np.save(buffer, good(tasks)[name])
            archive.writestr(f"{name}.npy", buffer.getvalue())
            archive.writestr(f"{name}.npy", buffer.getvalue())
        else:
            for number in range(5000):
                archive.writestr(f"{number}.npy", b"")


def table_changed(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """A table with doubled, missing or strange rows, other components or columns, or too many rows."""
    write(folder, tasks, good(tasks), "parquet")
    path = folder / "forecasts.parquet"
    table = pq.read_table(path).to_pandas().astype({"task": str, "component": str})
    kind = draw.choice(["doubled", "dropped", "points", "negative", "component", "column", "text", "long", "half"])
    row = draw.randrange(len(table))
    if kind == "doubled":
        table = pa.concat_tables(
            [pa.Table.from_pandas(table), pa.Table.from_pandas(table.iloc[row : row + 1])]
        ).to_pandas()
    elif kind == "dropped":
        table = table.drop(index=row)
    elif kind == "points":
        table.loc[row, "point"] = 10**6
    elif kind == "negative":
        table.loc[row, "point"] = -1
    elif kind == "half":
        table = table.astype({"point": float})
        table.loc[row, "point"] = 0.5
    elif kind == "component":
        table.loc[row, "component"] = "=cmd()"
    elif kind == "column":
        table = table.drop(columns=draw.choice(list(table.columns)))
    elif kind == "text":
        table = table.astype({"value": str})
        table.loc[row, "value"] = "<script>"
    else:
        table = pa.concat_tables([pa.Table.from_pandas(table)] * 5).to_pandas()
    table.to_parquet(path, index=False)


def lines_changed(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """A CSV file with another head, a missing or long line, words, another encoding, or a link in its place."""
    write(folder, tasks, good(tasks), "csv")
    path = draw.choice(sorted((folder / "forecasts-csv").iterdir()))
    lines = path.read_text().splitlines()
    kind = draw.choice(["head", "missing", "wide", "word", "encoding", "link", "folder", "huge", "empty"])
    if kind == "head":
        lines[0] = "b,a"
    elif kind == "missing":
        del lines[draw.randrange(1, len(lines))]
    elif kind == "wide":
        lines[3] += ",1.0"
    elif kind == "word":
        lines[3] = "=1+1,nan"
    elif kind == "huge":
        lines += ["1.0,2.0"] * 100_000
    elif kind == "empty":
        lines = []
    path.write_bytes("\n".join(lines).encode("utf-16" if kind == "encoding" else "utf-8"))
    if kind == "link":
        path.unlink()
        path.symlink_to("/etc/passwd")
    elif kind == "folder":
        path.unlink()
        path.mkdir()


def declaration_changed(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """A declaration that is no JSON, deeply nested, huge, a link, or has a field of the wrong kind."""
    write(folder, tasks, good(tasks), "npz")
    path = folder / "submission.json"
    said = json.loads(path.read_text())
    kind = draw.choice(["no", "nested", "huge", "list", "link", "field", "number", "unknown", "missing", "other"])
    if kind == "field":
        said[draw.choice(sorted(set(said) - {"seconds", "trajectories"}))] = draw.choice([None, 3, [], {}, [[1]], True])
    elif kind == "number":
        said["seconds"] = draw.choice(["1", float("nan"), float("inf"), -1, [], True])
    elif kind == "unknown":
        said["__class__"] = "x"
    elif kind == "missing":
        del said[draw.choice(["name", "authors", "kind", "tasks", "suite", "format"])]
    elif kind == "other":
        said["tasks"] = "f" * 64
    text = json.dumps(said)
    path.write_text(
        {"no": text[:-5], "nested": "[" * 100_000, "huge": text + " " * 2_000_000, "list": "[]"}.get(kind, text)
    )
    if kind == "link":
        path.unlink()
        path.symlink_to("/etc/passwd")


def forms_changed(folder: Path, tasks: ExportedTasks, draw: random.Random) -> None:
    """No forecasts, several forms at once, or a link or folder in their place."""
    kind = draw.choice(["none", "two", "link", "folder"])
    if kind == "two":
        write_series(folder, "forecasts", good(tasks), tasks.components)
    elif kind == "link":
        (folder / "forecasts.npz").symlink_to("/dev/zero")
    elif kind == "folder":
        (folder / "forecasts.npz").mkdir()


KINDS: tuple[Callable[[Path, ExportedTasks, random.Random], None], ...] = (
    *(
        values_changed,
        bytes_changed,
        archive_of_bombs,
        table_changed,
        lines_changed,
        declaration_changed,
        forms_changed,
    ),
)


def outcome(number: int, seed: int, tasks: ExportedTasks, place: Path) -> tuple[str, str]:
    """Damage one submission, score it, and return its kind and what came out."""
    draw = random.Random(f"{seed}/{number}")
    folder = place / str(number)
    folder.mkdir()
    said = {"format": 1, "name": "Theirs", "authors": "A", "kind": "other", "suite": "fake", "tasks": tasks.sha256}
    (folder / "submission.json").write_text(json.dumps(said))
    kind = KINDS[number % len(KINDS)]
    kind(folder, tasks, draw)
    begun, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        table = score_submission(folder, tasks, output=place / f"{number}-scored", progress=False).table
    except DystsError:
        found = "refused"
    except Exception as error:  # noqa: BLE001 - a foreign exception is what is looked for
        found = f"foreign {type(error).__name__}: {error}"[:200]
    else:
        found = "counted" if (table["status"] == "failed").any() else _unharmed(table)
    if CANARY.exists():
        CANARY.unlink()
        return kind.__name__, "executed"
    if time.process_time() - begun > LONGEST:
        return kind.__name__, "slow"
    if 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) > MOST_MEMORY:
        return kind.__name__, "large"
    return kind.__name__, found


def _unharmed(table: Any) -> str:
    # Some bytes of an archive, such as a date, change no number; then the scores are those of the good submission.
    return "counted" if (table["nrmse"] < 0.05).all() else "passed"


def main() -> int:
    """Run the campaign and print its counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--folders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = {kind.__name__: Counter() for kind in KINDS}
    tasks = tasks_of(fakes.suite("Mean"), open_dataset=fakes.open_dataset)
    with tempfile.TemporaryDirectory() as place:
        for number in range(options.folders):
            kind, found = outcome(number, options.seed, tasks, Path(place))
            counts[kind][found.split(" ")[0]] += 1
            if found not in ("refused", "counted"):
                print(f"folder {number}, {kind}: {found}")
    print(f"{'kind':<22}{'refused':>9}{'counted':>9}{'other':>7}")
    for kind, found_counts in counts.items():
        other = found_counts.total() - found_counts["refused"] - found_counts["counted"]
        print(f"{kind:<22}{found_counts['refused']:>9}{found_counts['counted']:>9}{other:>7}")
    total = sum((each for each in counts.values()), Counter())
    return int(total.total() != total["refused"] + total["counted"])


if __name__ == "__main__":
    sys.exit(main())
