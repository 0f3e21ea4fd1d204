"""How long forecasts last, and what limits them, as text for a terminal."""

import numpy as np
import pandas as pd

from benchmark.comparison.number_text import figures, interval_text, short_name
from benchmark.comparison.step_limits import step_limits
from benchmark.comparison.valid_shares import MILESTONES, valid_shares

_NAME = 20


def lasting_text(table: pd.DataFrame) -> str:
    """Write the shares of systems on which forecasts last, and the limit that the error of one step sets.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of results.

    Returns
    -------
    str
        Empty where no cell is observed for the shortest of `MILESTONES`, as in the suite ``standard`` on many systems.
    """
    observed = table["known_lyapunov"].max() if "known_lyapunov" in table.columns else np.nan
    if not observed >= MILESTONES[0]:
        return ""
    shares = valid_shares(table, [time for time in MILESTONES if time <= observed])
    lines = ["Share of cells that are valid for at least so many Lyapunov times", ""]
    for time, rows in shares.groupby("time", sort=True):
        hidden = int(rows["hidden"].max())
        told = f"; the end of observation hides up to {hidden} cells" if hidden else ""
        lines.append(f"{time:g} Lyapunov times{told}")
        for row in rows.sort_values("share", ascending=False, kind="stable").to_dict("records"):
            span = interval_text(row["low"], row["high"])
            lines.append(f"  {short_name(str(row['forecaster'])):<{_NAME}} {figures(row['share']):>6} {span:>16}")
    limits = step_limits(table)
    if len(limits):
        lines += [
            "",
            "What one step allows: ln(0.4 / its error) Lyapunov times, and the valid time as a part of it",
            "",
            f"{'forecaster':<{_NAME}} {'first error':>11} {'allows':>7} {'part':>6} {'correlation':>12}",
        ]
        lines += [
            f"{short_name(str(row['forecaster'])):<{_NAME}} {figures(row['first_error']):>11} "
            f"{figures(row['allowed']):>7} {figures(row['vpt_share']):>6} {figures(row['correlation']):>12}"
            for row in limits.to_dict("records")
        ]
    return "\n".join(lines)
