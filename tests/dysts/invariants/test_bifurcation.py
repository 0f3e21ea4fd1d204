"""A bifurcation diagram is the section of each parameter value, and says where there is none."""

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import InvalidArgumentError, NotSupportedError, UnknownArgumentError


def test_the_amplitude_of_a_hopf_bifurcation_is_the_square_root_of_the_parameter() -> None:
    # In polar coordinates r' = r (mu - r**2), theta' = 1: the cycle crosses y = 0 upwards at x = sqrt(mu).
    hopf = make({"x": "x*(mu - x**2 - y**2) - y", "y": "y*(mu - x**2 - y**2) + x"}, [0.5, 0.1], parameters={"mu": 1.0})
    values = np.linspace(0.5, 4.0, 15)
    diagram = dysts.bifurcation_diagram(hopf, {"mu": values}, "y", crossings=3, skip=10)
    assert diagram.dims == ("trajectory", "crossing", "component")
    np.testing.assert_array_equal(diagram["mu"].values, values)
    for crossing in range(3):
        np.testing.assert_allclose(diagram.sel(component="x")[:, crossing], np.sqrt(values), rtol=1e-6)
    np.testing.assert_allclose(np.diff(diagram["time"], axis=1), 2 * np.pi, rtol=1e-7)
    assert diagram.attrs["incomplete"] == 0


def test_values_without_a_section_are_counted_and_hold_nan() -> None:
    drift = make({"x": "v", "v": "-k*x"}, [1.0, 0.0], parameters={"k": 1.0})
    diagram = dysts.bifurcation_diagram(drift, {"k": [-1.0, 4.0]}, "x", crossings=2, skip=0, maximum_time=20.0)
    assert np.isnan(diagram.values[0]).all()
    np.testing.assert_allclose(diagram["time"].values[1], [0.75 * np.pi, 1.75 * np.pi], rtol=1e-7)
    assert diagram.attrs["incomplete"] == 1


def test_two_parameters_vary_together() -> None:
    oscillator = make({"x": "v", "v": "-k*x + f"}, [1.0, 0.0], parameters={"k": 1.0, "f": 0.0})
    diagram = dysts.bifurcation_diagram(
        oscillator, {"k": [1.0, 4.0], "f": [0.5, 2.0]}, "v", direction="down", crossings=1, skip=0, maximum_time=9.0
    )
    # It turns at its other end: symmetric about the rest position f/k.
    np.testing.assert_allclose(diagram.sel(component="x")[:, 0], [1.0, 1.0], rtol=1e-7)
    assert diagram["f"].values.tolist() == [0.5, 2.0]


def test_mistakes() -> None:
    with pytest.raises(InvalidArgumentError, match="parameters must be a mapping"):
        dysts.bifurcation_diagram("Rossler", [2.0, 3.0], "y")  # type: ignore[arg-type]
    with pytest.raises(InvalidArgumentError, match="system must be a System"):
        dysts.bifurcation_diagram(dysts.get_system("Rossler").with_parameters(c=[2, 3]), {"c": [1]}, "y")  # type: ignore[arg-type]
    with pytest.raises(NotSupportedError, match="delay system"):
        dysts.bifurcation_diagram("MackeyGlass", {"tau": [1.0, 2.0]}, "x")
    with pytest.raises(UnknownArgumentError, match="c=3"):
        dysts.bifurcation_diagram("Rossler", {"a": [0.1]}, "y", c=3.0)  # type: ignore[call-arg]
