"""The data set card of a published folder: what a hub shows, and the configurations that it loads."""

from collections.abc import Iterable
from dataclasses import dataclass

from dysts.datasets.recipe import Recipe
from dysts.datasets.trajectory_table import COLUMNS

TITLE = "Trajectories of chaotic dynamical systems"
SUMMARY = (
    "Trajectories of chaotic dynamical systems from the literature, integrated by dysts at stated tolerances, with "
    "equations, parameters, periods and Lyapunov exponents beside the numbers."
)
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""Size categories of the Hugging Face hub, by the number of rows below which each is meant."""


@dataclass(frozen=True, kw_only=True)
class HubTable:
    """A Parquet table as a hub lists it.

    Attributes
    ----------
    dataset : str
        Name of the recipe.
    configuration, split : str
        What ``load_dataset(folder, configuration, split=split)`` names.
    path : str
        Of the file, below the folder.
    rows, systems : int
    """

    dataset: str
    configuration: str
    split: str
    path: str
    rows: int
    systems: int


def hub_split(recipe: Recipe) -> str:
    """Return the split of a recipe on a hub."""
    # Hugging Face knows no split "all"; data that are not split come as "train" there.
    return "test" if recipe.split == "test" else "train"


def hub_tables(recipes: Iterable[Recipe], paths: dict[str, str], systems: dict[str, int]) -> list[HubTable]:
    """Return the tables of data sets; ``train-fine`` and ``test-fine`` are two splits of the configuration ``fine``.

    Parameters
    ----------
    recipes : iterable of Recipe
    paths : dict of str to str
        Path of the table of each recipe.
    systems : dict of str to int
        Number of systems of each recipe.
    """
    tables: list[HubTable] = []
    for recipe in recipes:
        split = hub_split(recipe)
        configuration = recipe.name.removeprefix(f"{recipe.split}-")
        while any((table.configuration, table.split) == (configuration, split) for table in tables):
            # A recipe of one's own may be named as the rest of another name.
            configuration += "-other"
        count = systems[recipe.name]
        tables.append(
            HubTable(
                dataset=recipe.name,
                configuration=configuration,
                split=split,
                path=paths[recipe.name],
                rows=count * recipe.trajectories,
                systems=count,
            )
        )
    return tables


def card(tables: list[HubTable], *, cite_as: str, more: str = "") -> str:
    """Return the text of ``README.md``, its head in the YAML that the Hugging Face hub reads.

    Parameters
    ----------
    tables : list of HubTable
    cite_as : str
        BibTeX of the software.
    more : str
        Paragraphs about what else is in the folder.
    """
    return f"{_head(tables)}\n# {TITLE}\n\n{SUMMARY}\n\n{_table(tables)}{more}{_ENDING.format(cite_as=cite_as)}"


def _head(tables: list[HubTable]) -> str:
    rows = sum(table.rows for table in tables)
    size = next((name for limit, name in _SIZES if rows < limit), "n>1M")
    lines = [
        "---",
        f"pretty_name: {TITLE}",
        "license: apache-2.0",
        "task_categories:",
        "- time-series-forecasting",
        "tags:",
        "- chaos",
        "- dynamical-systems",
        "- physics",
        "size_categories:",
        f"- {size}",
    ]
    configurations = dict.fromkeys(table.configuration for table in tables)
    if configurations:
        lines.append("configs:")
    for position, configuration in enumerate(configurations):
        # YAML reads a name such as 2026-11-27 or 1e3 as something else than a text.
        lines += [f'- config_name: "{configuration}"', *(["  default: true"] if not position else []), "  data_files:"]
        for table in tables:
            if table.configuration == configuration:
                lines += [f"  - split: {table.split}", f"    path: {table.path}"]
    return "\n".join([*lines, "---", ""])


def _table(tables: list[HubTable]) -> str:
    if not tables:
        return ""
    first = tables[0]
    rows = "".join(
        f"| `{table.dataset}` | `{table.configuration}` | `{table.split}` | {table.systems} | {table.rows} |\n"
        for table in tables
    )
    columns = "".join(f"- `{name}`: {meaning}\n" for name, meaning in COLUMNS.items())
    return (
        "```python\nfrom datasets import load_dataset\n\n"
        f'rows = load_dataset(FOLDER_OR_NAME, "{first.configuration}", split="{first.split}", streaming=True)\n```\n\n'
        "| data set | configuration | split | systems | trajectories |\n|---|---|---|---|---|\n"
        f"{rows}\nA row is a trajectory:\n\n{columns}\n"
    )


_ENDING = """\
## Limits

The trajectories of a system are pieces of one orbit and not independent: resample systems, not trajectories. Chaos
amplifies rounding, so a stored series follows the solution through its first point for a limited time, and a solution
nearby after it. The equations are models; conclusions about the things that they are named after do not follow.

## Licence and citation

Apache-2.0, see `LICENSE`. Cite the sources of the systems, which `dysts cite --all` prints, and:

```bibtex
{cite_as}
```
"""
