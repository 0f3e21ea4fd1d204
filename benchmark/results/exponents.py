"""Scores in Lyapunov times can be compared only where each system has one exponent in all results."""

import math
from collections.abc import Mapping

import pandas as pd

from benchmark.own_series import OWN
from benchmark.results.reading import Results
from benchmark.results.rescoring import registry_exponents
from dysts.errors import RunError

_ROUNDING = 1e-12
"""Relative difference of two exponents that counts as none: an exponent may have been written as text."""
_ADVICE = "dysts-benchmark rescore FOLDER scores stored forecasts with the exponents of the registry"

_Exponents = Mapping[tuple[str, bool], float]


def check_equal_exponents(one: Results, other: Results) -> None:
    """Raise if the scores of two results were computed with different exponents of one system.

    Raises
    ------
    RunError
        With the number of systems, one of them, and its exponents.
    """
    known, found = _exponents(one.table), _exponents(other.table)
    common = [key for key in known if key in found]
    different = [key for key in common if not _same(known[key], found[key])]
    if different:
        example = different[0]
        raise RunError(
            f"{one.folder} and {other.folder} were scored with different Lyapunov exponents of {len(different)} of "
            f"{len(common)} systems, {example[0]} among them: {known[example]:.6g} and {found[example]:.6g}; {_ADVICE}"
        )


def check_exponents_of_today(results: Results) -> None:
    """Raise if the scores were computed with other exponents than those of the registry.

    Raises
    ------
    RunError
        With the number of systems, one of them, and its exponents.
    """
    found = _exponents(results.table)
    today = {
        (name, own): registry_exponents({"system": name, "recipe": OWN if own else "", "lyapunov_exponent": value})[0]
        for (name, own), value in found.items()
    }
    different = [key for key in found if not _same(today[key], found[key])]
    if different:
        example = different[0]
        raise RunError(
            f"{results.folder} was scored with other Lyapunov exponents of {len(different)} of {len(found)} systems "
            f"than the registry has, {example[0]} among them: {found[example]:.6g} and {today[example]:.6g}; {_ADVICE}"
        )


def _exponents(table: pd.DataFrame) -> _Exponents:
    """Return the exponent of each system of a table; a series of one's own may have the name of a system."""
    rows = zip(table["system"], table["recipe"], table["lyapunov_exponent"], strict=True)
    return {(str(system), recipe == OWN): float(value) for system, recipe, value in rows}


def _same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=_ROUNDING)
