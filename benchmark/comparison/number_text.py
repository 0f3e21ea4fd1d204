"""Numbers and names for tables that people read."""

import numpy as np


def short_name(forecaster: str) -> str:
    """Return the name for people, without the module of a forecaster of one's own.

    Examples
    --------
    >>> short_name("my_package.models:Wavelets"), short_name("NVAR")
    ('Wavelets', 'NVAR')
    """
    return str(forecaster).rpartition(":")[2]


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
