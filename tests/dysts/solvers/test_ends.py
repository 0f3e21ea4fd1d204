"""An orbit that cannot be continued ends at the right time after a bounded number of steps, whatever the method."""

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import IntegrationError

SMOOTH = ["auto", "taylor", "dop853", "dop853+radau", "radau"]
SWITCHED = ["auto", "dop853", "dop853+radau"]
MOST_STEPS = 50_000
"""Ten million are allowed; these take less than a second."""


@pytest.mark.parametrize("solver", SMOOTH)
@pytest.mark.parametrize(
    ("equation", "initial", "end"),
    [
        ("-sqrt(x)", 1.0, 2.0),  # x = (1 - t/2)**2
        ("-x**(1/3)", 1.0, 1.5),  # x**(2/3) = 1 - 2*t/3
        ("sqrt(1 - t)", 0.0, 1.0),
        ("log(2 - t)", 0.0, 2.0),
        ("x**2", 1.0, 1.0),  # x = 1/(1 - t)
        ("exp(x)", 0.0, 1.0),  # x = -log(1 - t)
        ("-1/x", 1.0, 0.5),  # x**2 = 1 - 2*t
    ],
)
def test_an_orbit_that_ends_says_when(equation: str, initial: float, end: float, solver: str) -> None:
    ends(make({"x": equation}, [initial]), solver, end)


@pytest.mark.parametrize("solver", SWITCHED)
@pytest.mark.parametrize(("equation", "end"), [("-sqrt(x)", 2.0), ("x**2", 1.0), ("sqrt(1 - t)", 1.0)])
def test_an_orbit_with_switches_that_ends_says_when(equation: str, end: float, solver: str) -> None:
    ends(make({"x": equation, "y": "heaviside(t - 0.3) + abs(y - 0.2)"}, [1.0, 0.0]), solver, end)


def ends(system: dysts.System, solver: str, end: float) -> None:
    kept = dysts.integrate(system, times=[0.5 * end, 3.0], solver=solver, on_failure="keep", predictability=False)
    assert kept.attrs["steps_accepted"] + kept.attrs["steps_rejected"] < MOST_STEPS
    assert np.isfinite(kept.values[0]).all()
    assert np.isnan(kept.values[1]).all()
    with pytest.raises(
        IntegrationError, match=r"the step became smaller than .* blows up, the domain of a root"
    ) as error:
        dysts.integrate(system, times=[3.0], solver=solver, predictability=False)
    stopped = float(str(error.value).split("stopped at time ")[1].split()[0])
    assert stopped == pytest.approx(end, abs=1e-5)
