"""The recipes that have a name, and those that users write into a TOML file."""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dysts.datasets.recipe import DTYPES, Recipe
from dysts.errors import InvalidArgumentError, unknown_name, unreadable

PERIODS, LONG, TRAJECTORIES = 12, 60, 10
DYNAMICAL_NOISE = 0.02
SIGNAL_TO_NOISE_DB = 20.0
POINTS_PER_PERIOD = {"fine": 100, "coarse": 15}
PAPER_TRAJECTORIES = 1
"""Trajectories of each system in the recipes of the paper, as many as the published comparison has."""
SCALE_PERIODS, SCALE_TRAJECTORIES = 760, 2
"""Length of a trajectory of ``scale``, for 64,000 points to fit and 12,000 to predict, and their number."""
ITERATES, SETTLING = 1200, 10_000
"""Iterates in a trajectory of a map, as many as points in one of ``fine``, and those before the first stratum."""
KINDS: dict[str, dict[str, Any]] = {
    "": {},
    "-noisy": {"dynamical_noise": DYNAMICAL_NOISE},
    "-observed-noise": {"signal_to_noise_db": SIGNAL_TO_NOISE_DB},
}

# Of the orbit, train and test take 2 x 10 strata of 24 periods, `long` the next ten of 120, `lyapunov` what follows.
_BEFORE_LONG = 2.0 * 2 * TRAJECTORIES * PERIODS
_BEFORE_LYAPUNOV = _BEFORE_LONG + 2.0 * TRAJECTORIES * LONG


def _named() -> Iterable[Recipe]:
    for split in ("train", "test"):
        for granularity, points in POINTS_PER_PERIOD.items():
            for suffix, noise in KINDS.items():
                yield Recipe(
                    name=f"{split}-{granularity}{suffix}",
                    points_per_period=points,
                    periods=PERIODS,
                    trajectories=TRAJECTORIES,
                    split=split,
                    **noise,
                )
    yield Recipe(name="long", points_per_period=100, periods=LONG, split="all", after=_BEFORE_LONG)
    yield Recipe(name="lyapunov", points_per_lyapunov_time=100, lyapunov_times=12, split="all", after=_BEFORE_LYAPUNOV)
    for split in ("train", "test"):
        yield Recipe(name=f"{split}-maps", iterates=ITERATES, split=split, after=SETTLING)
    for split in ("train", "test"):
        yield Recipe(
            name=f"{split}-paper",
            points_per_period=POINTS_PER_PERIOD["fine"],
            periods=PERIODS,
            trajectories=PAPER_TRAJECTORIES,
            split=split,
            period_source="published",
        )
    yield Recipe(
        name="long-paper",
        points_per_period=POINTS_PER_PERIOD["fine"],
        periods=LONG,
        trajectories=PAPER_TRAJECTORIES,
        split="all",
        after=_BEFORE_LONG,
        period_source="published",
    )
    # From the beginning of the orbit, so that it overlaps with the others: starts behind all of them take minutes.
    yield Recipe(
        name="scale",
        points_per_period=100,
        periods=SCALE_PERIODS,
        trajectories=SCALE_TRAJECTORIES,
        split="all",
    )
    yield Recipe(name="ensemble", points_per_period=100, periods=PERIODS, trajectories=10_000, split="all")


RECIPES = {recipe.name: recipe for recipe in _named()}
ON_DEMAND = ("ensemble", "scale", "train-paper", "test-paper", "long-paper")
"""Recipes that ``all`` leaves out: the ensemble is larger than most memories, ``scale`` is for eight systems, and
those of the paper are for comparison with its scores, as half of its periods are wrong by more than a quarter."""
STANDARD = tuple(name for name in RECIPES if name not in ON_DEMAND)
"""The recipes that ``all`` names."""


def get_recipe(name: str | Recipe) -> Recipe:
    """Return a named recipe; a recipe is returned as it is.

    Parameters
    ----------
    name : str or Recipe
        A name in `RECIPES`, or one with ``-float32`` at its end; or ``FILE.toml``, which must hold one recipe, or
        ``FILE.toml:NAME``.

    Raises
    ------
    UnknownNameError
        If there is no such recipe.
    StorageError, InvalidArgumentError
        If a file cannot be read, or holds something else.

    Examples
    --------
    >>> get_recipe("test-coarse").points
    180
    >>> get_recipe("test-coarse-float32").dtype
    'float32'
    >>> get_recipe("test-maps").kind
    'map'
    """
    if isinstance(name, Recipe):
        return name
    text = str(name)
    if ".toml" in text:
        file, _, wanted = text.partition(".toml")
        recipes = load_recipes(file + ".toml")
        if not wanted and len(recipes) == 1:
            return next(iter(recipes.values()))
        if wanted.removeprefix(":") not in recipes:
            raise unknown_name(f"recipe in {file}.toml", wanted.removeprefix(":"), recipes)
        return recipes[wanted.removeprefix(":")]
    base, _, dtype = text.rpartition("-")
    if base in RECIPES and dtype in DTYPES:
        return RECIPES[base].with_dtype(dtype)
    if text not in RECIPES:
        raise unknown_name("data set", name, RECIPES)
    return RECIPES[text]


def load_recipes(path: str | os.PathLike[str]) -> dict[str, Recipe]:
    """Read recipes from a TOML file: a table for each, its name in brackets, its fields below.

    Raises
    ------
    StorageError
        If the file cannot be read.
    InvalidArgumentError, UnknownNameError
        If it is not TOML, or a recipe in it is not allowed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.toml"
    >>> _ = path.write_text("[short]\\npoints_per_period = 30\\nperiods = 5\\ntrajectories = 2\\n")
    >>> load_recipes(path)["short"].points
    150
    """
    try:
        tables = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(Path(path), error) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidArgumentError(f"{path} is not TOML ({error})") from None
    recipes = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise InvalidArgumentError(f"{path}: {name} stands outside a table; begin with the recipe's [name]")
        if name in RECIPES:
            raise InvalidArgumentError(f"{path}: the name {name!r} belongs to this package; choose another one")
        recipes[name] = Recipe.from_dict({"name": name, **table})
    if not recipes:
        raise InvalidArgumentError(f"{path} holds no recipe; a recipe is a table [name] with its fields")
    return recipes
