"""The bands of the error plot are quantiles of the errors that are known."""

import math

import numpy as np
import pandas as pd

from benchmark.report.curves import QUANTILES, error_quantiles


def test_bands_are_quantiles_of_the_known_errors_and_the_middle_is_their_median() -> None:
    curves = pd.DataFrame(
        {
            "forecaster": ["A", "A", "A", "A", "B"],
            0.5: [1.0, 2.0, 3.0, math.inf, 1.0],
            1.0: [4.0, math.nan, 2.0, math.nan, math.nan],
            1.5: [math.nan] * 5,
        }
    )
    found = error_quantiles(curves, np.array([0.5, 1.0, 1.5]), ("A", "B", "C"))
    assert list(found) == ["A", "B"]
    assert QUANTILES == (0.05, 0.25, 0.5, 0.75, 0.95)
    # A quantile is one of the errors: between a finite and an infinite one there is nothing.
    np.testing.assert_array_equal(found["A"][:, 0], [1.0, 1.0, 2.5, 3.0, math.inf])
    np.testing.assert_array_equal(found["A"][:, 1], [2.0, 2.0, 3.0, 4.0, 4.0])
    assert np.isnan(found["A"][:, 2]).all()
    np.testing.assert_array_equal(found["B"][:, 0], [1.0] * 5)
