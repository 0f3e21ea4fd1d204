"""Writes docs/discovery.md from the committed tables of the track on finding equations.

Usage: python docs/discovery_page.py [--check]
"""

import sys
from string import Template

import numpy as np
import pandas as pd
from discovery_ladders import (
    beside_forecasters,
    elsewhere_names,
    elsewhere_table,
    equations_only,
    level_text,
    missed_by_ours,
    nobody_finds,
    nobody_table,
    noise_sections,
    run_facts,
    statuses_table,
)
from discovery_sections import (
    equivalent_text,
    printed,
    published_table,
    relations_text,
    spectra_table,
    what_decides,
)
from pages import DOCS, reflowed, table, write_or_check

from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.discovery.table import read_discovery_table

TABLE = DOCS.parent / "results" / "discovery.parquet"
SIX = DOCS.parent / "results" / "discovery-six.parquet"
"""Table of a run with all methods at all levels of noise on six systems, while `TABLE` has not all of that."""


SECOND = (
    "A second run has six systems with all methods at all levels of noise, with NVAR and ESN on the same data: Aizawa, "
    "Duffing, HenonHeiles and Lorenz, and outside of the libraries Chua (a kink) and MacArthur (a minimum and "
    "quotients). The sections on forecasters, other motions and statuses are about that one."
)


def pages() -> dict[str, str]:
    """Return the text of the page."""
    return {"discovery.md": page()}


def page() -> str:
    """Return the page with the numbers of the table."""
    found = read_discovery_table(TABLE)
    many = read_discovery_table(SIX) if SIX.exists() else found
    clean = equations_only(found[np.isinf(found["noise_db"])])
    polynomial = clean[clean["library"] == "polynomial"]
    exact = polynomial[(polynomial["method"] == "HeldOutThresholding") & (polynomial["given"] == "derivatives")]
    text = Template((DOCS / "discovery.template.md").read_text(encoding="utf-8")).substitute(
        run_facts(found),
        second=SECOND if SIX.exists() else "",
        exact_15=_share(exact[exact["points_per_period"] == 15]),
        exact_100=_share(exact[exact["points_per_period"] == 100]),
        derivatives=_table(clean[clean["given"] == "derivatives"]),
        states=_table(clean[clean["given"] == "states"]),
        missed=missed_by_ours(found),
        noisy=noise_sections(found),
        nobody=nobody_table(found, 100),
        nobody_15=str(len(nobody_finds(found, 15))),
        nobody_15_names=", ".join(nobody_finds(found, 15)),
        **published_table(found),
        **what_decides(found),
        spectra=spectra_table(found),
        relations=relations_text(found),
        equivalent=equivalent_text(found),
        printed=printed(found),
        beside=beside_forecasters(many),
        elsewhere=elsewhere_table(many),
        elsewhere_names=elsewhere_names(many),
        statuses=statuses_table(many),
    )
    return reflowed(text)


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
                level_text(noise),
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
