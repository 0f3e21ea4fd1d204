"""Systems that start at exactly zero, where powers and roots have no or infinite derivatives, are integrated."""

import math

import mpmath
import numpy as np
import pytest
from linear_systems import make

import dysts

HILL = "a + b*p**n/(K**n + p**n) - p"
VALUES = {"a": 0.1, "b": 2.0, "K": 0.5}
END = 3.0


def time_of(p: float, n: float) -> float:
    """Return the time at which a gene that activates itself reaches a concentration, by quadrature."""

    def rate(q: mpmath.mpf) -> mpmath.mpf:
        grown = q**n
        return VALUES["a"] + VALUES["b"] * grown / (mpmath.mpf(VALUES["K"]) ** n + grown) - q

    return float(mpmath.quad(lambda q: 1 / rate(q), [0, p / 8, p]))


@pytest.mark.parametrize("solver", ["auto", "dop853", "radau"])
@pytest.mark.parametrize("n", [0.5, 1.0, 1.5, 2.0, 2.7, 4.0])
def test_a_gene_that_activates_itself_starts_empty(n: float, solver: str) -> None:
    system = make({"p": HILL}, [0.0], parameters={**VALUES, "n": n})
    p = float(dysts.integrate(system, times=[0.0, END], solver=solver, rtol=1e-10, atol=1e-13).values[-1, 0])
    assert time_of(p, n) == pytest.approx(END, rel=1e-7)


@pytest.mark.parametrize("n", [1.0, 1.5, 2.7])
def test_the_same_with_a_fast_messenger_is_stiff(n: float) -> None:
    system = make({"p": HILL, "m": "k*(p - m)"}, [0.0, 0.0], parameters={**VALUES, "n": n, "k": 1e6})
    x = dysts.integrate(system, times=[0.0, END], rtol=1e-9, atol=1e-12, predictability=False)
    assert time_of(float(x.values[-1, 0]), n) == pytest.approx(END, rel=1e-6)
    # An explicit method takes a step for each of its three million time scales.
    assert x.attrs["steps_accepted"] < 2000


@pytest.mark.parametrize("n", [1.0, 1.3, 2.0])
def test_a_toggle_switch_starts_empty(n: float) -> None:
    # Both genes are alike, so p = q, and (1 + p**n) p' = 1 without decay.
    system = make({"p": "1/(1 + q**n)", "q": "1/(1 + p**n)"}, [0.0, 0.0], parameters={"n": n})
    for solver in ("auto", "radau"):
        p, q = dysts.integrate(system, times=[0.0, 5.0], solver=solver, rtol=1e-10, predictability=False).values[-1]
        assert p == pytest.approx(q, rel=1e-9)
        assert p + p ** (n + 1.0) / (n + 1.0) == pytest.approx(5.0, rel=1e-8)
    np.testing.assert_allclose(system.jacobian(0.0, [0.0, 0.0]), -float(n == 1.0) * np.array([[0, 1], [1, 0]]))


@pytest.mark.parametrize("solver", ["auto", "dop853", "radau"])
def test_a_tank_fills_from_empty_against_a_root(solver: str) -> None:
    # With u the root of h, 2 u u' = 1 - u.
    system = make({"h": "1 - sqrt(h)"}, [0.0])
    h = float(dysts.integrate(system, times=[0.0, END], solver=solver, rtol=1e-10, atol=1e-13).values[-1, 0])
    u = math.sqrt(h)
    assert -2.0 * (u + math.log1p(-u)) == pytest.approx(END, rel=1e-8)
