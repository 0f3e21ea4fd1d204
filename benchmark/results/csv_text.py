"""Tables as CSV for spreadsheets, in which no text of a stranger is a formula."""

import pandas as pd

from dysts.series.text import as_cell


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts a spreadsheet shows as they are: those that begin as a formula get an apostrophe.

    Examples
    --------
    >>> without_formulas(pd.DataFrame({"error": ["=1+1", "failed"], "mse": [-1.0, 2.0]}))["error"].tolist()
    ["'=1+1", 'failed']
    """
    texts = [name for name, kind in table.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    return table.assign(**{str(name): table[name].map(_cell) for name in texts})


def _cell(value: object) -> object:
    return as_cell(value) if isinstance(value, str) else value
