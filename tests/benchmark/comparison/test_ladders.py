"""Ladders of valid times against noise: medians of each rung, and shares of cells above the ceiling."""

import numpy as np
import pandas as pd
import pytest

from benchmark.comparison.ladders import ladder_text, noise_ladders


def rows(forecaster: str, noise: float, times: list[float], **columns: object) -> pd.DataFrame:
    systems = [f"S{number}" for number in range(len(times))]
    common = {
        "system": systems,
        "trajectory": 0,
        "components": "",
        "train_length": 1000,
        "measurement_noise": noise,
        "forecaster": forecaster,
        "reference": forecaster == "Oracle",
        "status": "ok",
        "error": "",
        "vpt": times,
        "vpt_censored": False,
        "vpt_missing": "",
    }
    table = pd.DataFrame({**common, **columns})
    table["task"] = [f"{row.system}/{noise}/{row.components}/{row.train_length}" for row in table.itertuples()]
    return table


def table() -> pd.DataFrame:
    return pd.concat(
        [
            rows("NVAR", 0.0, [9.0, 8.0, 7.0]),
            rows("Oracle", 0.0, [12.0, 12.0, 12.0], vpt_censored=True),
            rows("NVAR", 0.1, [1.0, 2.0, 6.0]),
            rows("Oracle", 0.1, [4.0, 5.0, 3.0], error=["", "forecast from the last observed point", ""]),
            rows("NVAR", 0.1, [0.5, 0.25, 0.75], components="x"),
            rows("NVAR", 0.1, [3.0, 3.0, 3.0], train_length=4000),
        ],
        ignore_index=True,
    )


def test_each_rung_has_its_median_and_its_share_above_the_ceiling() -> None:
    found = noise_ladders(table()).set_index(["observed", "train_length", "noise", "forecaster"])
    assert found.loc[("all", 1000, 0.1, "NVAR"), "median"] == 2.0
    assert found.loc[("all", 1000, 0.1, "NVAR"), "above"] == pytest.approx(1 / 3)
    assert found.loc[("all", 1000, 0.1, "Oracle"), ["median", "above", "remarks"]].tolist() == [4.0, 0.0, 1]
    assert found.loc[("all", 1000, 0.0, "NVAR"), ["median", "above", "compared"]].tolist() == [8.0, 0.0, 3]
    assert found.loc[("some", 1000, 0.1, "NVAR"), "median"] == 0.5
    assert found.loc[("some", 1000, 0.1, "NVAR"), "compared"] == 0
    assert np.isnan(found.loc[("some", 1000, 0.1, "NVAR"), "above"])
    assert found.loc[("all", 4000, 0.1, "NVAR"), "median"] == 3.0
    assert (found["low"] <= found["median"]).all()
    assert np.isinf(found.loc[("all", 1000, 0.0, "Oracle"), "median"])


def test_a_censored_time_counts_only_where_it_is_known_to_exceed() -> None:
    whole = pd.concat(
        [
            rows("NVAR", 0.1, [2.0, 9.0, 9.0], vpt_censored=[True, True, True]),
            rows("Oracle", 0.1, [4.0, 5.0, 7.0], vpt_censored=[False, False, True]),
        ],
        ignore_index=True,
    )
    found = noise_ladders(whole).set_index("forecaster").loc["NVAR"]
    # Of the first nothing is known; the second exceeds; the third meets an oracle that never failed.
    assert found["compared"] == 2
    assert found["above"] == 0.5


def test_a_failed_cell_counts_as_the_worst() -> None:
    whole = table()
    failed = (whole["forecaster"] == "NVAR") & (whole["measurement_noise"] == 0.1) & (whole["system"] == "S2")
    whole.loc[failed, ["status", "error", "vpt"]] = ["failed", "broken", 0.0]
    found = noise_ladders(whole).set_index(["observed", "train_length", "noise", "forecaster"])
    assert found.loc[("all", 1000, 0.1, "NVAR"), ["median", "above", "remarks"]].tolist() == [1.0, 0.0, 0]


def test_text_has_the_ceiling_first_and_leaves_out_what_did_not_run() -> None:
    whole = pd.concat([table(), rows("Slow", 0.0, [20.0, 20.0, 20.0])], ignore_index=True)
    lines = ladder_text(noise_ladders(whole)).splitlines()
    assert lines[0] == "| | 0 | 0.1 |"
    assert lines[2].startswith("| Oracle | open | 4.0 (")
    assert lines[3].startswith("| Slow | 20.0 (20.0 to 20.0) |  |")
    assert lines[4].startswith("| NVAR | 8.0 (")
    assert len(ladder_text(noise_ladders(whole), observed="some").splitlines()) == 3
