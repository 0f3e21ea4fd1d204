"""Numbers and names for tables that people read."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd


def short_name(forecaster: str) -> str:
    """Return the name for people, without the module of a forecaster of one's own.

    Examples
    --------
    >>> short_name("my_package.models:Wavelets"), short_name("NVAR")
    ('Wavelets', 'NVAR')
    """
    return str(forecaster).rpartition(":")[2]


def distinct_names(forecasters: Iterable[object]) -> dict[str, str]:
    """Return a name for people for each forecaster: short where that is clear, with its module where it is not.

    Examples
    --------
    >>> distinct_names(["a:factory", "b.c:factory", "d:Wavelets", "NVAR"])
    {'a:factory': 'factory (a)', 'b.c:factory': 'factory (b.c)', 'd:Wavelets': 'Wavelets', 'NVAR': 'NVAR'}
    """
    names = list(dict.fromkeys(str(name) for name in forecasters))
    counts = Counter(short_name(name) for name in names)
    return {
        name: f"{short_name(name)} ({name.rpartition(':')[0]})"
        if ":" in name and counts[short_name(name)] > 1
        else short_name(name)
        for name in names
    }


def with_distinct_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which forecasters whose short names collide have names that `short_name` leaves as they are."""
    shown = distinct_names(table["forecaster"].unique())
    renamed = {name: text for name, text in shown.items() if text != short_name(name)}
    return table.assign(forecaster=table["forecaster"].replace(renamed)) if renamed else table


def median_text(value: float, end: float) -> str:
    """Write a median of censored times; one that lies beyond the longest time is more than that.

    Examples
    --------
    >>> median_text(1.2345, 5.0), median_text(float("inf"), 5.0)
    ('1.23', '> 5.00')
    """
    return f"> {figures(end)}" if np.isinf(value) else figures(value)


def interval_text(low: float, high: float, *, between: str = " - ") -> str:
    """Write an interval, whose upper end may be open.

    Examples
    --------
    >>> interval_text(0.5, 2.0), interval_text(0.5, float("inf")), interval_text(float("nan"), float("nan"))
    ('0.500 - 2.00', '0.500 - open', 'n/a')
    """
    if np.isnan(low):
        return "n/a"
    return between.join("open" if np.isinf(value) else figures(value) for value in (low, high))


def figures(value: float) -> str:
    """Write a number in at most six characters, with three significant figures where they fit.

    Examples
    --------
    >>> figures(1.2345), figures(123.4), figures(2e-13), figures(float("nan"))
    ('1.23', '123', '2e-13', 'n/a')
    """
    if np.isnan(value):
        return "n/a"
    if np.isinf(value):
        return "inf"
    if value == 0:
        return "0"
    if not 0.001 <= abs(value) < 99999.5:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    decimals = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{min(decimals, 3)}f}"
