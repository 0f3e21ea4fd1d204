"""The commands of the atlas: the map of all systems, the nearest systems of a series, categories for a registry."""

import argparse
import sys
from pathlib import Path
from typing import Any

from dysts.cache import replacing
from dysts.cli.conventions import Commands, add_command
from dysts.cli.terminal import json_text
from dysts.errors import InvalidArgumentError, StorageError

FORMATS = (".png", ".svg", ".pdf", ".webp")


def add_atlas_commands(known: Commands) -> None:
    """Add the commands to those of the program."""
    page = add_command(
        known,
        "atlas",
        "draw the map of all systems as one page",
        examples=("dysts atlas -o atlas.html", "dysts atlas --scores results/standard.parquet --score vpt_0.4"),
    )
    page.add_argument("-o", "--output", default="atlas.html", metavar="FILE", help="default: atlas.html")
    page.add_argument("--scores", metavar="FILE", help="results (.parquet or .csv), for colours by forecaster")
    page.add_argument("--score", default="smape", metavar="COLUMN", help="which column of them (default smape)")
    page.set_defaults(command=atlas_command)

    near = add_command(
        known,
        "nearest",
        "systems that behave most like a series of your own",
        examples=("dysts nearest my.csv --step 0.01", "dysts nearest my.csv --columns x,y --figure near.png"),
    )
    near.add_argument("file", metavar="FILE", help="a series: CSV and other text, NPZ, NPY, Parquet")
    near.add_argument("--step", type=float, metavar="DT", help="time between rows, where the file has no times")
    near.add_argument("--columns", metavar="A,B", help="only these components (default: all)")
    near.add_argument("-n", "--count", type=int, default=5, metavar="N", help="how many systems (default 5)")
    near.add_argument("--figure", metavar="FILE", help="also draw the series above those of the systems")
    near.add_argument("--json", action="store_true", help="print JSON")
    near.set_defaults(command=nearest_command)

    categorise = add_command(
        known,
        "categorise",
        "write the categories of the atlas into a registry file",
        examples=("dysts categorise systems.json", "dysts categorise systems.json --compute"),
    )
    categorise.add_argument("file", metavar="FILE", help="a systems.json; everything else stays as it is")
    categorise.add_argument(
        "--compute", action="store_true", help="compute the atlas from the data set long first, and store it"
    )
    categorise.set_defaults(command=categorise_command)


def atlas_command(arguments: argparse.Namespace) -> int:
    """Write the map of all systems."""
    from dysts.gallery.atlas_page import write_atlas_page

    values = None if arguments.scores is None else _scores(Path(arguments.scores), arguments.score)
    write_atlas_page(arguments.output, values=values)
    print(f"{arguments.output}: written")
    return 0


def _scores(path: Path, score: str) -> dict[str, dict[str, float]]:
    """Return the median of a score for each forecaster and system of a table of results."""
    import pandas

    from dysts.errors import MissingPackageError, unknown_name, unreadable

    try:
        table: Any = pandas.read_csv(path) if path.suffix == ".csv" else pandas.read_parquet(path)
    except ImportError as error:
        raise MissingPackageError("Parquet files need pyarrow: pip install pyarrow") from error
    except (OSError, ValueError) as error:
        raise unreadable(path, OSError(str(error)), what="the results") from error
    for column in ("forecaster", "system"):
        if column not in table.columns:
            raise InvalidArgumentError(f"{path} must have the columns forecaster and system, got no {column}")
    numbers = [str(name) for name in table.select_dtypes("number").columns]
    if score not in numbers:
        raise unknown_name(f"number in {path}", score, numbers)
    medians = table.groupby(["forecaster", "system"])[score].median()
    return {
        f"{score} of {name}": {str(system): float(value) for (_, system), value in group.items()}
        for name, group in medians.groupby(level=0)
    }


def nearest_command(arguments: argparse.Namespace) -> int:
    """Print the nearest systems; the exit code is 1 if the series is like none of them."""
    from dysts.atlas import nearest

    columns = tuple(arguments.columns.split(",")) if arguments.columns else ()
    figure = None if arguments.figure is None else Path(arguments.figure)
    if figure is not None and figure.suffix not in FORMATS:
        raise InvalidArgumentError(f"--figure must end in {', '.join(FORMATS)}, got {str(figure)!r}")
    if figure is not None and figure.exists():
        raise StorageError(f"{figure} exists; remove it, or choose another name")
    found = nearest(Path(arguments.file), step=arguments.step, columns=columns, count=arguments.count)
    if arguments.json:
        print(json_text({"like_none": found.is_like_none, "neighbours": found.neighbours, "left_out": found.left_out}))
    else:
        print(found)
    if figure is not None:
        from dysts.plotting.style import house_style

        drawn = found.figure(systems=min(3, arguments.count))
        with house_style(), replacing(figure) as part:
            drawn.savefig(part, dpi=150, format=figure.suffix[1:])
        print(f"{figure}: written", file=sys.stderr)
    return 1 if found.is_like_none else 0


def categorise_command(arguments: argparse.Namespace) -> int:
    """Write categories into a registry file, from the stored atlas or a new one."""
    from dysts.atlas.atlas import read_atlas, write_atlas
    from dysts.atlas.build import build_atlas, categorise
    from dysts.atlas.reference import write_reference

    if arguments.compute:
        atlas, reference = build_atlas(report=lambda line: print(line, file=sys.stderr, flush=True))
        write_reference(reference)
        write_atlas(atlas)
        tried = ", ".join(f"{count}: {value:.2f}" for count, value in atlas.tried.items())
        print(f"adjusted Rand index between halves of the windows, by the number of categories: {tried}")
    else:
        atlas = read_atlas()
    for category in atlas.categories:
        print(
            f"{category.size:4}  {category.name}: confidence {category.confidence:.2f}, silhouette "
            f"{category.silhouette:.2f}, typical {category.typical}"
        )
    done = categorise(Path(arguments.file), atlas)
    print(f"{arguments.file}: {len(done)} systems have a category")
    return 0
