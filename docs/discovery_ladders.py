"""The sections of the page on finding equations that go over methods: noise, hard systems, forecasters, statuses."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from discovery_sections import OURS, contraction
from pages import table

from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.discovery.tasks import NOISES_OF_SLOW, REFERENCES

LEVELS = (np.inf, 40.0, 30.0, 20.0, 10.0)
STIFF = 0.8
"""Contraction between two points, in powers of e, from which on a direction is gone before the next point."""
REGULAR = 0.02
"""Largest Lyapunov exponent in a period below which a motion counts as regular."""


def level_text(noise: float) -> str:
    """Return a ratio of signal to noise in words."""
    return "none" if np.isinf(noise) else f"{noise:g} dB"


def equations_only(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of methods, without those of forecasters."""
    return found[~found["method"].isin(REFERENCES)]


def noise_ladder(found: pd.DataFrame, *, given: str, sampling: int) -> str:
    """Return for each method the systems found exactly, and the median F1, at each level of noise."""
    part = found[(found["given"] == given) & (found["points_per_period"] == sampling)]
    rows = []
    for method, cells in equations_only(part).groupby("method"):
        texts = []
        for level in LEVELS:
            own = cells[cells["noise_db"] == level]
            texts.append(
                f"{int(own['exact'].sum())} of {len(own)}, {own['f1'].median():.2f}" if len(own) else "not run"
            )
        rows.append((str(method), *texts))
    return table(("method", *map(level_text, LEVELS)), rows)


def noise_sections(found: pd.DataFrame) -> str:
    """Return the ladders of the polynomial systems for each input and sampling."""
    part = found[found["library"] == "polynomial"]
    texts = []
    for given, told in (("derivatives", "exact derivatives"), ("states", "states only")):
        for sampling in (100, 15):
            text = f"From {told} at {sampling} points in a period:"
            if given == "derivatives":
                text = f"From noisy states with {told} at {sampling} points in a period:"
            texts.append(f"{text}\n\n{noise_ladder(part, given=given, sampling=sampling)}")
    return "\n\n".join(texts)


def nobody_finds(found: pd.DataFrame, sampling: int) -> list[str]:
    """Return the systems within the libraries that no method finds exactly from clean states."""
    part = _clean_states(found, sampling)
    exact = part.groupby("system")["exact"].any()
    return sorted(exact.index[~exact])


def nobody_table(found: pd.DataFrame, sampling: int) -> str:
    """Return what came closest to the systems that no method finds exactly, and by what rule they are hard."""
    part = _clean_states(found, sampling)
    rows = []
    for name in nobody_finds(found, sampling):
        cells = part[part["system"] == name].sort_values("f1")
        best = cells.iloc[-1]
        right = round(best["precision"] * best["terms"])
        rows.append(
            (
                name,
                str(best["true_terms"]),
                f"{round(best['lyapunov_exponent'] * best['period'], 2) + 0.0:.2f}",
                f"{contraction(name) * best['period'] / sampling:.2f}",
                str(best["method"]),
                f"{best['f1']:.2f}",
                str(best["true_terms"] - right),
                str(best["terms"] - right),
                _why(cells, name, sampling),
            )
        )
    header = ("system", "terms", "exponent", "contraction", "closest", "F1", "missed", "spurious", "why")
    return table(header, rows) if rows else "There is none."


def _why(cells: pd.DataFrame, name: str, sampling: int) -> str:
    best = cells.iloc[-1]
    if best["relation_degree"] > 0:
        return f"not unique: a polynomial of degree {best['relation_degree']} vanishes on the orbit"
    if cells["equivalent"].any():
        return "all true terms, and some with coefficients of the size of rounding errors"
    if best["lyapunov_exponent"] * best["period"] < REGULAR:
        return "regular motion, on whose surface other terms have the same values"
    if contraction(name) * best["period"] / sampling > STIFF:
        return "stiff: a direction is gone before the next point"
    return "none of these"


def beside_forecasters(found: pd.DataFrame) -> str:
    """Return for how many periods methods and forecasters continue the same series from its end, over systems."""
    part = found[found["given"] == "states"].assign(periods=found["continued_valid_time"] / found["period"])
    names = set(part.loc[part["method"] == REFERENCES[0], "system"])
    part = part[part["system"].isin(names)]
    rows = []
    kinds = part[part["method"] == REFERENCES[0]].groupby(["points_per_period", "noise_db"]).size().index
    for sampling, noise in sorted(kinds, key=lambda kind: (-kind[0], -kind[1])):
        if noise not in NOISES_OF_SLOW and not np.isinf(noise):
            continue
        own = part[(part["points_per_period"] == sampling) & (part["noise_db"] == noise)]
        esn = own[own["method"] == "ESN"].set_index("system")["periods"]
        for method, cells in own.groupby("method"):
            values = cells.set_index("system")["periods"]
            middle, low, high = bootstrap_median(values.to_numpy(), values.index.to_numpy())
            longer = int((values > esn.reindex(values.index)).sum())
            shorter = int((values < esn.reindex(values.index)).sum())
            versus = "" if method == "ESN" else f"{longer} to {shorter}"
            shown = f"{middle:.2f} ({low:.2f} to {high:.2f})"
            rows.append((str(sampling), level_text(noise), str(method), str(len(values)), shown, versus))
    return table(("per period", "noise", "method", "systems", "periods", "longer than ESN to shorter"), rows)


def elsewhere_table(found: pd.DataFrame) -> str:
    """Return the scores on another motion of the systems that have one, beside those on the motion of the series."""
    part = equations_only(found)
    part = part[np.isinf(part["noise_db"]) & (part["points_per_period"] == 100) & part["elsewhere_error"].notna()]
    rows = []
    for (given, method), cells in part.groupby(["given", "method"]):
        rows.append(
            (
                str(given),
                str(method),
                str(len(cells)),
                *(f"{cells[name].median():.2g}" for name in ("symmetric_error", "elsewhere_error")),
                *(f"{(cells[name] / cells['period']).median():.2f}" for name in ("valid_time", "elsewhere_valid_time")),
            )
        )
    header = ("given", "method", "systems", "error", "error there", "periods", "periods there")
    return table(header, rows) if rows else "No system of this run has been tried on another motion."


def elsewhere_names(found: pd.DataFrame) -> str:
    """Return the systems that were tried on another motion."""
    return ", ".join(sorted(found.loc[found["elsewhere_error"].notna(), "system"].unique())) or "none"


def statuses_table(found: pd.DataFrame) -> str:
    """Return the cells of each method by status."""
    counts = pd.crosstab(found["method"], found["status"])
    header = ("method", *map(str, counts.columns))
    return table(header, [(str(name), *(str(int(value)) for value in row)) for name, row in counts.iterrows()])


def run_facts(found: pd.DataFrame) -> Mapping[str, str]:
    """Return which systems, methods and tasks a table has, in words."""
    libraries = found.groupby("system")["library"].first().value_counts()
    methods = [name for name in found["method"].unique() if name not in REFERENCES]
    levels = [level for level in LEVELS if (found["noise_db"] == level).any()]
    lacking = [level_text(level) for level in LEVELS if level not in levels]
    outside = (
        f", and {libraries['outside']} outside of both, with kinks, quotients, exponentials or other functions, which "
        "none of the methods can find exactly"
        if "outside" in libraries
        else "; those with kinks, quotients, exponentials or other functions are left out"
    )
    return {
        "systems": str(found["system"].nunique()),
        "kinds_of_systems": f"{libraries.get('polynomial', 0)} polynomial ones, {libraries.get('sines', 0)} with sines "
        f"and cosines of variables{outside}",
        "methods": ", ".join(f"`{name}`" for name in sorted(methods)),
        "levels": ", ".join(map(level_text, levels)) + (f" ({', '.join(lacking)}: not run yet)" if lacking else ""),
        "cells": str(len(found)),
        "failed": str(int((found["status"] != "ok").sum())),
        "seconds": f"{found['fit_seconds'].sum():.0f}",
    }


def _clean_states(found: pd.DataFrame, sampling: int) -> pd.DataFrame:
    part = equations_only(found)
    wanted = np.isinf(part["noise_db"]) & (part["given"] == "states") & (part["points_per_period"] == sampling)
    return part[wanted & (part["library"] != "outside")]


def missed_by_ours(found: pd.DataFrame) -> str:
    """Return the systems within the libraries that the package's own method misses at 100 points in a period."""
    part = _clean_states(found, 100)
    return ", ".join(sorted(part.loc[(part["method"] == OURS) & ~part["exact"], "system"])) or "none"
