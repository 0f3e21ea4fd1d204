"""Histories of delay systems: what is refused, and how many histories an argument holds."""

import math
from typing import Any

import numpy as np
import pytest
import xarray
from linear_systems import make

import dysts
from dysts.errors import InvalidArgumentError
from dysts.integration.histories import check_histories
from dysts.systems.system import System


def mackey_glass() -> System:
    return dysts.get_system("MackeyGlass").with_parameters(tau=17.0)


def rotation() -> System:
    """z' = i*a*z + b*z(t-1) in two real components; z = exp(60i t) solves it, with over 64 steps for one delay."""
    weight = 0.5j * np.exp(60j)
    parameters = {"a": 59.5, "c": weight.real, "s": weight.imag, "tau": 1.0}
    equations = {"x": "-a*y + c*x_tau - s*y_tau", "y": "a*x + s*x_tau + c*y_tau"}
    return make(equations, [1.0, 0.0], parameters=parameters, delay="tau")


GRID = np.linspace(-17.0, 0.0, 20)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([0.1, 0.2], r"states of MackeyGlass must have 1 components \(x\), got an array of shape \(2,\)"),
        ([math.nan], r"states of MackeyGlass must be finite, got nan at \(0,\)"),
        ([], "history of MackeyGlass must hold at least one history"),
        ("constant", "states of MackeyGlass must be numbers, got 'constant'"),
        (lambda t: [t, t], r"must return shape \(1,\), got \(2,\) at time -17"),
        (lambda t: math.log(t + 17.0) if t > -17.0 else -math.inf, "must return finite numbers, got -inf at time -17"),
        (lambda t: None, "must return .* numbers, got (None|nan) at time -17"),  # noqa: ARG005
        (lambda t: "one", "must return 1 numbers, got 'one' at time -17"),  # noqa: ARG005
        (lambda t: abs(t + 3.3), "not smooth enough: 4096 polynomials of degree 7 leave an error of 0.0"),
        ((GRID[1:], np.ones((19, 1))), r"covers the times from -16.1\d* to 0; it must cover the delay tau = 17, from"),
        ((GRID - 1.0, np.ones((20, 1))), "covers the times from -18 to -1; it must cover the delay tau = 17, from -17"),
        ((GRID[::-1], np.ones((20, 1))), "times of the history of MackeyGlass must increase; 0 is followed by -0.89"),
        ((GRID, np.ones((19, 1))), r"with n of at least 2, got \(20,\) and \(19, 1\)"),
        ((GRID, np.ones((20, 2))), r"values of shape \(n, 1\) with n of at least 2, got \(20,\) and \(20, 2\)"),
        ((GRID, np.full((20, 1), np.nan)), "history of MackeyGlass has missing or infinite times or values"),
        ((GRID, ["a"] * 20), "times and values of a history of MackeyGlass must be numbers"),
        (
            xarray.DataArray(np.ones((20, 1)), dims=("time", "x"), coords={"time": GRID}),
            r"must have the dimensions time, with its coordinate, and component, got \('time', 'x'\)",
        ),
        (
            xarray.DataArray(np.ones((20, 1)), dims=("time", "component"), coords={"time": GRID, "component": ["y"]}),
            r"must have the components \['x'\], got \['y'\]",
        ),
    ],
)
def test_a_bad_history_is_refused_in_one_sentence(given: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message) as caught:
        check_histories(mackey_glass(), given)
    assert "\n" not in str(caught.value)


def test_a_system_without_a_positive_delay_is_refused() -> None:
    with pytest.raises(InvalidArgumentError, match="Lorenz has no delay"):
        check_histories(dysts.get_system("Lorenz"), [1.0, 1.0, 1.0])
    with pytest.raises(
        InvalidArgumentError, match=r"the delay tau of MackeyGlass must be a positive number, got -1\.0"
    ):
        check_histories(mackey_glass().with_parameters(tau=-1.0), [1.0])
    (history,) = check_histories(mackey_glass(), [1.0])
    with pytest.raises(InvalidArgumentError, match="covers the times from -17 to 0; it must cover the delay tau = 20"):
        check_histories(mackey_glass().with_parameters(tau=20.0), history)
    with pytest.raises(InvalidArgumentError, match="a history of 1 components does not fit Test, which has 2"):
        check_histories(rotation(), history)


def test_many_histories_are_told_from_one() -> None:
    system, plane = mackey_glass(), rotation()
    assert len(check_histories(system, np.ones((5, 1)))) == 5
    assert len(check_histories(system, [[0.5], [0.6]])) == 2
    assert len(check_histories(system, (GRID, np.ones(20)))) == 1
    assert len(check_histories(system, [(GRID, np.ones(20))])) == 1
    assert len(check_histories(plane, (1.0, 2.0))) == 1
    assert len(check_histories(plane, [[1.0, 2.0]])) == 1
    many = xarray.DataArray(np.ones((3, 20, 1)), dims=("trajectory", "time", "component"), coords={"time": GRID})
    assert len(check_histories(system, many)) == 3
