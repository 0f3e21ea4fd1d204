"""The leaderboard as a table for LaTeX."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from benchmark.comparison.bootstrap import LEVEL
from benchmark.comparison.number_text import distinct_names, figures
from benchmark.comparison.origins import FOREIGN, SEEN

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}

_MARKS = {"": "", FOREIGN: "$^{*}$", SEEN: r"$^{\dagger}$"}


def leaderboard_latex(board: pd.DataFrame, *, level: float = LEVEL, caption: str = "") -> str:
    r"""Write a leaderboard as a ``tabular`` with the rules of booktabs, references in italics below the forecasters.

    Parameters
    ----------
    board : pandas.DataFrame
        From `benchmark.comparison.leaderboard.leaderboard`.
    level : float
        The coverage that `leaderboard` was given.
    caption : str
        Text of a caption, which puts the table into a float; empty for the ``tabular`` alone.

    Returns
    -------
    str
        Lines without a final newline; the document needs ``\usepackage{booktabs}``.
    """
    names = distinct_names(board["forecaster"])
    lines = [
        r"\begin{tabular}{rlrcrrrr}",
        r"\toprule",
        rf" & forecaster & valid time & {100 * level:g}\,\% interval & skill & smape & nrmse & failed \\",
        r"\midrule",
    ]
    ranked = board[~board["reference"]]
    framed = board[board["reference"]]
    for rank, row in enumerate(ranked.to_dict("records"), start=1):
        mark = _MARKS[row.get("mark", "")]
        lines.append(_row(str(rank), escaped(names[row["forecaster"]]) + mark, row))
    if len(framed):
        lines.append(r"\midrule")
    for row in framed.to_dict("records"):
        lines.append(_row("", rf"\emph{{{escaped(names[row['forecaster']])}}}", row))
    lines += [r"\bottomrule", r"\end{tabular}"]
    if caption:
        lines = [r"\begin{table}", r"\centering", rf"\caption{{{escaped(caption)}}}", *lines, r"\end{table}"]
    return "\n".join(lines)


def escaped(text: str) -> str:
    r"""Return text in which LaTeX reads every letter as itself.

    Examples
    --------
    >>> print(escaped("my_model 50%"))
    my\_model 50\%
    """
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _row(rank: str, name: str, row: Mapping[Hashable, Any]) -> str:
    median = f"$> {figures(row['vpt_end'])}$" if np.isinf(row["vpt"]) else _number(row["vpt"])
    if np.isnan(row["vpt_low"]):
        interval = "--"
    else:
        upper = r"\infty" if np.isinf(row["vpt_high"]) else figures(row["vpt_high"])
        lower = r"\infty" if np.isinf(row["vpt_low"]) else figures(row["vpt_low"])
        interval = f"${lower}$ to ${upper}$"
    others = [_number(row[name]) for name in ("skill", "smape", "nrmse")]
    return " & ".join([rank, name, median, interval, *others, str(int(row["failed"]))]) + r" \\"


def _number(value: float) -> str:
    if np.isnan(value):
        return "--"
    if np.isinf(value):
        return r"$\infty$"
    mantissa, _, exponent = figures(value).partition("e")
    return f"${mantissa} \\times 10^{{{int(exponent)}}}$" if exponent else f"${mantissa}$"
