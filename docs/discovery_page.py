"""Writes docs/discovery.md from the committed tables of the track on finding equations.

Usage: python docs/discovery_page.py [--check]
"""

import sys
from string import Template

import numpy as np
import pandas as pd
from discovery_sections import (
    beside_forecasters,
    equivalent_text,
    noise_ladder,
    printed,
    published_table,
    relations_text,
    spectra_table,
    statuses_table,
    what_decides,
)
from pages import DOCS, table, write_or_check

from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.discovery.table import read_discovery_table

TABLE = DOCS.parent / "results" / "discovery.parquet"
SIX = DOCS.parent / "results" / "discovery-six.parquet"
"""Table of a run with all methods at all levels of noise on six systems."""


def pages() -> dict[str, str]:
    """Return the text of the page."""
    return {"discovery.md": page()}


def page() -> str:
    """Return the page with the numbers of the table."""
    found, six = read_discovery_table(TABLE), read_discovery_table(SIX)
    clean = found[np.isinf(found["noise_db"])]
    polynomial = clean[clean["library"] == "polynomial"]
    ours = polynomial[polynomial["method"] == "HeldOutThresholding"]
    exact = ours[(ours["given"] == "derivatives")]
    missed = clean[(clean["method"] == "HeldOutThresholding") & (clean["given"] == "states") & ~clean["exact"]]
    nobody = missed[missed["points_per_period"] == 100]["system"]
    return Template((DOCS / "discovery.template.md").read_text(encoding="utf-8")).substitute(
        systems=found["system"].nunique(),
        polynomial=polynomial["system"].nunique(),
        cells=len(found),
        failed=int((found["status"] != "ok").sum()),
        seconds=f"{found['fit_seconds'].sum():.0f}",
        exact_15=_share(exact[exact["points_per_period"] == 15]),
        exact_100=_share(exact[exact["points_per_period"] == 100]),
        derivatives=_table(clean[clean["given"] == "derivatives"]),
        states=_table(clean[clean["given"] == "states"]),
        noisy=_table(found[~np.isinf(found["noise_db"])]) or "None of them has been run.",
        missed=", ".join(sorted(nobody)),
        **published_table(found),
        **what_decides(found),
        spectra=spectra_table(found),
        relations=relations_text(found),
        equivalent=equivalent_text(found),
        printed=printed(found),
        six_cells=len(six),
        ladder=noise_ladder(six),
        beside=beside_forecasters(six),
        statuses=statuses_table(six),
    )


def _share(part: pd.DataFrame) -> str:
    return f"{int(part['exact'].sum())} of {len(part)}"


def _table(part: pd.DataFrame) -> str:
    if part.empty:
        return ""
    rows = []
    keys = ["points_per_period", "noise_db", "given", "library", "method"]
    for (sampling, noise, given, library, method), cells in part.groupby(keys):
        middle, low, high = bootstrap_median(cells["symmetric_error"].to_numpy(), cells["system"].to_numpy())
        rows.append(
            (
                f"{sampling}",
                "none" if np.isinf(noise) else f"{noise:g} dB",
                given,
                library,
                method,
                _share(cells),
                f"{cells['f1'].median():.2f}",
                f"{middle:.2g} ({low:.2g} to {high:.2g})",
                f"{(cells['valid_time'] / cells['period']).median():.2f}",
                f"{cells['fit_seconds'].median():.2g}",
            )
        )
    header = ("per period", "noise", "given", "library", "method", "exact", "F1", "symmetric error", "periods", "s")
    return table(header, rows)


if __name__ == "__main__":
    sys.exit(write_or_check(pages, source="the table of the track on equations", target="discovery-page"))
