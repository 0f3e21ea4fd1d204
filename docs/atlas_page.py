"""Writes docs/explanation/atlas.md from the stored atlas and results/nearest.parquet.

Usage: python docs/atlas_page.py [--check]
"""

import sys
from string import Template

import pandas as pd
from pages import DOCS, table, write_or_check

from dysts.atlas import published_clusters, read_atlas
from dysts.atlas.clusters import adjusted_rand_index

RESULTS = DOCS.parent / "results"


def pages() -> dict[str, str]:
    """Return the text of the page by its path."""
    atlas = read_atlas()
    template = Template((DOCS / "explanation" / "atlas.template.md").read_text())
    text = template.substitute(
        count=len(atlas.places),
        categories=len(atlas.categories),
        index=f"{atlas.adjusted_rand:.2f}",
        tried=", ".join(f"{value:.2f} with {count}" for count, value in atlas.tried.items()),
        table=category_table(),
        published=published_table(),
        agreement=f"{agreement():.2f}",
        found=found_table(),
    )
    return {"explanation/atlas.md": text}


def category_table() -> str:
    """Return the table of the categories."""
    rows = [
        (
            category.name,
            str(category.size),
            category.typical,
            f"{category.confidence:.2f}",
            f"{category.stability:.2f}",
            f"{category.silhouette:.2f}",
            "; ".join(category.traits),
        )
        for category in read_atlas().categories
    ]
    return table(
        ("category", "systems", "typical", "confidence", "stability", "silhouette", "what sets it apart"), rows
    )


def published_table() -> str:
    """Return how many systems of each published cluster lie in each category."""
    atlas, published = read_atlas(), published_clusters()
    typical = ("Chua", "Lorenz", "BelousovZhabotinsky", "Lorenz96", "CaTwoPlus", "Rossler", "RikitakeDynamo")
    rows = []
    for category in atlas.categories:
        counts = [0] * len(typical)
        for name, place in atlas.places.items():
            if atlas.categories[place.category] == category and name in published:
                counts[published[name]] += 1
        rows.append((category.name, *(str(count) for count in counts)))
    return table(("category", *(f"of {name}" for name in typical)), rows)


def agreement() -> float:
    """Return the adjusted Rand index between the categories and the published clusters."""
    atlas, published = read_atlas(), published_clusters()
    both = [name for name in atlas.places if name in published]
    return adjusted_rand_index([atlas.places[name].category for name in both], [published[name] for name in both])


def found_table() -> str:
    """Return the table of how often the own system of a window is found."""
    windows = pd.read_parquet(RESULTS / "nearest.parquet")
    rows = []
    for (observed, noise), group in windows.groupby(["observed", "noise"]):
        rows.append(
            (
                "all, up to three" if observed == "all" else "the first",
                f"{100 * float(noise):g} %",
                str(len(group)),
                f"{100 * (group['rank'] == 1).mean():.1f} %",
                f"{100 * (group['rank'] <= 5).mean():.1f} %",
                f"{100 * group['is_like'].mean():.1f} %",
            )
        )
    return table(("components", "noise", "windows", "first", "among five", "told to be like it"), rows)


if __name__ == "__main__":
    sys.exit(write_or_check(pages, source="the atlas and results/nearest.parquet", target="atlas-page"))
