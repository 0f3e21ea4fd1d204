"""The stiff problems that everybody knows, by every implicit way, against published values and other programs."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dysts
from dysts.systems.registry import Registry

HERE = Path(__file__).parent
REFERENCES: dict[str, dict[str, Any]] = json.loads((HERE / "stiff_references.json").read_text())
"""The state at a time, a tolerance for its smallest component, and where the state comes from."""
WAYS = ("auto", "dop853+radau", "radau")


@cache
def problems() -> Registry:
    return dysts.load_systems(HERE / "stiff_problems.json")


@pytest.mark.parametrize("solver", WAYS)
@pytest.mark.parametrize("name", sorted(set(REFERENCES) - {"RingModulator"}))
def test_known_stiff_problems_have_ten_digits(name: str, solver: str) -> None:
    reference = REFERENCES[name]
    x = dysts.integrate(
        problems()[reference["system"]],
        times=[reference["time"]],
        solver=solver,
        rtol=1e-10,
        atol=reference["atol"],
        predictability=False,
    )
    expected = np.array(reference["state"])
    # Half a unit of the tenth digit; waves and oscillating currents pass zero, and are measured by the largest one.
    scale = np.abs(expected)
    if name == "KuramotoSivashinsky":
        scale[:] = scale.max()
    if name == "RingModulator, start":
        # Its voltages oscillate a thousand times as fast as the input, around zero.
        scale[:7] = 3.0 * scale[:7].max()
    assert np.all(np.abs(x.values[0] - expected) <= 5e-10 * scale)


def test_a_long_simulation_of_a_circuit_keeps_its_digits() -> None:
    reference = REFERENCES["RingModulator"]
    x = dysts.integrate(
        problems()["RingModulator"],
        times=[reference["time"]],
        solver="radau",
        rtol=1e-4,
        atol=1e-10,
        predictability=False,
    )
    # The fast oscillation is followed for 68,000 steps, whose errors add up.
    np.testing.assert_allclose(x.values[0], reference["state"], rtol=5e-3)


@pytest.mark.parametrize("solver", WAYS)
def test_robertsons_reaction_ends_as_it_must(solver: str) -> None:
    # With b = k1/k3*a and c = 1 at late times, a' = -k2*(k1/k3)**2/(1 + k1/k3)*a**2.
    x = dysts.integrate(
        problems()["Robertson"], times=[1e20], solver=solver, rtol=1e-8, atol=1e-40, predictability=False
    )
    late = (1.0 + 4e-6) / (4.8e-4 * 1e20)
    np.testing.assert_allclose(x.values[0], [late, 4e-6 * late, 1.0], rtol=1e-9)


def test_every_way_finds_the_same_events_of_a_relaxation_oscillator() -> None:
    # Between two zeros of x lies half a turn, with the slow branch and the jump: all loops carry a part of it.
    found = {
        solver: dysts.poincare_section(
            problems()["VanDerPol"], "x", 6, direction="both", maximum_time=6000.0, solver=solver
        )["time"].values
        for solver in WAYS
    }
    # The limit cycle has the period 2*(3/2 - ln 2)*mu + O(mu**(-1/3)), and crosses zero twice in it.
    turns = np.diff(found["radau"], n=1)
    np.testing.assert_allclose(turns, (1.5 - math.log(2.0)) * 1000.0 + 7.014 * 1000.0 ** (-1 / 3) / 2, rtol=2e-4)
    for times in found.values():
        np.testing.assert_allclose(times, found["radau"], rtol=1e-7)
