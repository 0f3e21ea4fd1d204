"""How well `dysts.nearest` finds systems by unseen windows, and what the atlas says of each: `make atlas`.

The reference comes from the first eight trajectories of the data set ``long``, the windows from the last two: other
parts of the orbit, with 0, 1 and 10 % of white noise. Writes ``results/nearest.parquet`` (a row for each window) and
``results/atlas.parquet`` (a row for each system), and prints the table of the documentation.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import dysts
from dysts.atlas import published_clusters, read_atlas
from dysts.atlas.clusters import adjusted_rand_index
from dysts.atlas.nearest import ranked_systems
from dysts.atlas.reference import Reference, build_reference
from dysts.atlas.windows import DATA_SET, SystemFeatures, features_of_windows

RESULTS = Path(__file__).parents[2] / "results"
FITTED = 8
"""Number of trajectories behind the reference; the others are tests."""
NOISES = (0.0, 0.01, 0.1)


def window_rows(
    reference: Reference, tests: Sequence[SystemFeatures], *, noise: float, observed: str
) -> list[dict[str, object]]:
    """Return the rank of the own system for each test window, with all components or the first one."""
    rows: list[dict[str, object]] = []
    for each in tests:
        for number, window in enumerate(each.values):
            order = ranked_systems(reference, window if observed == "all" else window[:1])
            names = [name for name, _, _ in order]
            rank = names.index(each.system)
            near = reference.familiar[order[rank][2]]
            rows.append(
                {
                    "system": each.system,
                    "window": number,
                    "noise": noise,
                    "observed": observed,
                    "rank": rank + 1,
                    "nearest": names[0],
                    "distance": order[rank][1],
                    "is_like": bool(order[rank][1] <= np.sqrt((near**2).mean())),
                }
            )
    return rows


def system_rows() -> pd.DataFrame:
    """Return the atlas as a table with the published partition beside it."""
    atlas, published = read_atlas(), published_clusters()
    rows = [
        {
            "system": name,
            "category": atlas.category_of(name),
            "confidence": place.confidence,
            "silhouette": place.silhouette,
            "x": place.x,
            "y": place.y,
            "published": published.get(name),
        }
        for name, place in atlas.places.items()
    ]
    return pd.DataFrame(rows).astype({"published": "Int64"})


def write_tables(fitted: Sequence[SystemFeatures], tests: dict[float, Sequence[SystemFeatures]]) -> pd.DataFrame:
    """Write both tables and print what they say."""
    reference = build_reference(fitted)
    rows = [
        row
        for noise, found in tests.items()
        for observed in ("all", "first")
        for row in window_rows(reference, found, noise=noise, observed=observed)
    ]
    table = pd.DataFrame(rows)
    table.to_parquet(RESULTS / "nearest.parquet", index=False)
    print("| components | noise | windows | top 1 | top 5 | told to be like it |\n|---|---|---|---|---|---|")
    for (observed, noise), group in table.groupby(["observed", "noise"]):
        first, five = (group["rank"] == 1).mean(), (group["rank"] <= 5).mean()
        print(f"| {observed} | {noise:g} | {len(group)} | {first:.3f} | {five:.3f} | {group['is_like'].mean():.3f} |")
    systems = system_rows()
    systems.to_parquet(RESULTS / "atlas.parquet", index=False)
    both = systems.dropna(subset="published")
    print(pd.crosstab(both["category"], both["published"]).to_string())
    index = adjusted_rand_index(both["category"].astype("category").cat.codes, both["published"].astype(int))
    print(f"adjusted Rand index between our categories and those of 2021: {index:.2f} ({len(both)} systems)")
    return table


def main() -> None:
    """Compute the features of all windows, and write the tables."""
    begin = time.process_time()
    stored = dysts.open_dataset(DATA_SET)
    fitted, tests = [], {noise: [] for noise in NOISES}
    for name in dysts.list_systems():
        system, windows = dysts.get_system(name), stored[name]["series"].values
        own = features_of_windows(system, windows)
        if own is None:
            print(f"{name}: no component has a time scale")
            continue
        fitted.append(replace(own, values=own.values[:FITTED]))
        tests[0.0].append(replace(own, values=own.values[FITTED:]))
        for noise in NOISES[1:]:
            noisy = features_of_windows(system, windows[FITTED:], noise=noise, seed=1)
            if noisy is not None:
                tests[noise].append(noisy)
    write_tables(fitted, tests)
    print(f"{time.process_time() - begin:.0f} CPU seconds")


if __name__ == "__main__":
    main()
