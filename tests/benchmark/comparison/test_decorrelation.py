"""Correlations at two times are taken over one set of systems and resampled together."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from benchmark.comparison import decorrelation, median_over_forecasters
from dysts.errors import InvalidArgumentError

COUNT = 40
SYSTEMS = [f"S{number}" for number in range(COUNT)]
EXPONENT = pd.Series(np.arange(float(COUNT)), index=SYSTEMS)


def _errors(*columns: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(dict(zip((1.0, 9.0), columns, strict=True)), index=SYSTEMS)


def test_both_correlations_are_those_of_scipy_over_the_systems_that_reach_the_late_time() -> None:
    random = np.random.default_rng(1)
    early, late = EXPONENT + 5.0 * random.normal(size=COUNT), random.normal(size=COUNT)
    late[:15] = np.nan
    found = decorrelation(_errors(early, late), EXPONENT, early=1.0, late=9.0)
    assert found.systems == COUNT - 15
    assert found.early[0] == pytest.approx(spearmanr(EXPONENT[15:], early[15:]).statistic)
    assert found.late[0] == pytest.approx(spearmanr(EXPONENT[15:], late[15:]).statistic)
    assert found.early[1] < found.early[0] < found.early[2]


def test_a_correlation_that_turns_its_sign_is_not_lost() -> None:
    found = decorrelation(_errors(EXPONENT.to_numpy(), -EXPONENT.to_numpy()), EXPONENT, early=1.0, late=9.0)
    assert found.change == (0.0, 0.0, 0.0)


def test_the_drop_out_of_systems_alone_shows_no_change() -> None:
    # Errors depend on the exponent alike at both times, and the systems with small exponents end early.
    random = np.random.default_rng(2)
    error = EXPONENT + 10.0 * random.normal(size=COUNT)
    late = error.where(EXPONENT > 25)
    found = decorrelation(_errors(error.to_numpy(), late.to_numpy()), EXPONENT, early=1.0, late=9.0)
    every = spearmanr(EXPONENT, error).statistic
    assert found.late[0] < every - 0.2
    assert found.change[0] == 0.0


def test_infinite_errors_have_ranks() -> None:
    error = EXPONENT.to_numpy().copy()
    error[-3:] = np.inf
    assert decorrelation(_errors(error, error), EXPONENT, early=1.0, late=9.0).late[0] > 0.99


def test_few_systems_and_unknown_times() -> None:
    few = _errors(EXPONENT.to_numpy(), EXPONENT.to_numpy()).iloc[:4]
    found = decorrelation(few, EXPONENT, early=1.0, late=9.0)
    assert found.systems == 4
    assert np.isnan(found.change).all()
    with pytest.raises(InvalidArgumentError, match="must be one of 1, 9 Lyapunov times, got 3"):
        decorrelation(few, EXPONENT, early=1.0, late=3.0)


def test_references_do_not_enter_the_median_over_forecasters() -> None:
    rows = [("A", 1.0), ("B", 2.0), ("C", 6.0), ("Oracle", 0.0)]
    curves = pd.DataFrame([{"system": "S", "forecaster": name, 1.0: value} for name, value in rows])
    assert median_over_forecasters(curves).loc["S", 1.0] == 2.0
