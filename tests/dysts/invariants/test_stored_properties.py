"""The properties in systems.json: complete, consistent, precise, and what is known from elsewhere."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.invariants.identities import check_identities
from dysts.invariants.regime import REGIMES
from dysts.systems.properties import REGULAR

EVERY = dysts.list_systems(variants=True)
ALWAYS = {"period", "recommended_step", "mean", "standard_deviation", "covariance", "lyapunov_spectrum", "regime"}
DOCS = Path(__file__).parents[3] / "docs"
LITERATURE = json.loads((DOCS / "data" / "literature.json").read_text())
HARD = {
    "ArnoldWeb": "orbits stick to islands of regular motion",
    "Bouali2": "so weakly dissipative that orbits stick as in a conservative system",
    "HenonHeiles": "orbits stick to islands of regular motion",
    "MacArthur": "ten variables with kinks, so that a period is costly",
    "NoseHoover": "orbits stick to islands of regular motion",
    "SwingingAtwood": "orbits stick to islands of regular motion",
}
"""Chaotic systems whose largest exponent is known to 3 % only, with the reason."""


@pytest.mark.parametrize("name", EVERY)
def test_properties_are_complete_and_obey_the_identities(name: str) -> None:
    system = dysts.get_system(name)
    assert set(system.properties) >= ALWAYS
    assert system.property_value("recommended_step") < system.period
    assert system.property_value("regime") in REGIMES
    assert np.shape(system.property_value("covariance")) == (len(system.observable_names),) * 2
    np.testing.assert_allclose(
        np.sqrt(np.diag(system.property_value("covariance"))), system.property_value("standard_deviation"), rtol=1e-6
    )
    for entry in system.properties.values():
        assert entry["method"]
        assert entry["version"]
    assert check_identities(system).violations == ()


@pytest.mark.parametrize("name", EVERY)
def test_the_largest_exponent_of_chaos_is_precise(name: str) -> None:
    system = dysts.get_system(name)
    regime = system.properties_entry("regime")
    if regime.get("settings", {}).get("on_set", regime["value"]) in (*REGULAR, "undecided"):
        return
    relative = system.lyapunov_exponent_error / system.lyapunov_exponent
    assert 0.0 < relative <= (0.03 if name in HARD else 0.01)


DISAGREES = {("HyperRossler", 1)}
"""Published 0.019, here 0.0215(3); Wolf et al. (1985) have 0.03 bits, which are 0.021. Both quoted from memory."""


@pytest.mark.parametrize("name", list(LITERATURE))
def test_published_exponents(name: str) -> None:
    entry = dysts.get_system(name).properties_entry("lyapunov_spectrum")
    published = LITERATURE[name]["exponents"]
    for index, (value, error, known) in enumerate(zip(entry["value"], entry["error"], published, strict=False)):
        # Three standard errors, half a unit of the last published digit, and two per cent for what their authors
        # leave open: length, method, rounding of parameters.
        digit = 0.5 * 10.0 ** -len(f"{known}".partition(".")[2]) if known else 2e-3
        agrees = abs(value - known) < 3.0 * error + digit + 0.02 * abs(known)
        assert agrees is not ((name, index) in DISAGREES)


@pytest.mark.parametrize("name", ["Lorenz", "Rossler", "Chua", "Duffing", "HenonHeiles", "MackeyGlass"])
def test_moments_agree_with_an_orbit_of_another_seed(name: str) -> None:
    system = dysts.get_system(name)
    points = dysts.integrate(system, 40_000, points_per_period=13, observables=True, predictability=False).values
    blocks = points[len(points) // 10 :].reshape(60, -1, points.shape[1])
    error = blocks.mean(axis=1).std(axis=0, ddof=1) / math.sqrt(60)
    # The blocks of an orbit that sticks to islands are not independent.
    slack = 0.02 * np.array(system.property_value("standard_deviation"))
    assert (np.abs(blocks.mean(axis=(0, 1)) - system.property_value("mean")) < 5.0 * error + slack).all()


CONSTANT_DIVERGENCE = {
    "Lorenz": lambda p: -(p["sigma"] + 1 + p["beta"]),
    "Chen": lambda p: p["c"] - p["a"] - p["b"],
    "Thomas": lambda p: -3 * p["a"],
    "ChenLee": lambda p: p["a"] + p["b"] + p["c"],
    "Duffing": lambda p: -p["delta"],
    "GenesioTesi": lambda p: -p["a"],
    "Lorenz96": lambda _: -4.0,
    "HyperWang": lambda p: -p["a"] - p["c"],
    "LiuChen": lambda p: p["a"] - p["b"] + p["c"],
}


@pytest.mark.parametrize("name", list(CONSTANT_DIVERGENCE))
def test_exponents_sum_to_the_divergence(name: str) -> None:
    system = dysts.get_system(name)
    divergence = CONSTANT_DIVERGENCE[name]
    total = sum(system.property_value("lyapunov_spectrum"))
    # Constant along the orbit, so only the tolerance of 1e-8 a step enters, and eight stored digits.
    assert total == pytest.approx(divergence(system.flat_parameters), rel=1e-5)
    assert system.property_value("divergence") == pytest.approx(divergence(system.flat_parameters), rel=1e-7)


def test_what_is_known_to_be_no_sustained_chaos_is_not_called_chaotic() -> None:
    regimes = {name: dysts.get_system(name).property_value("regime") for name in EVERY}
    assert regimes["Torus"] == "quasiperiodic"
    assert regimes["CaTwoPlusQuasiperiodic"] == "quasiperiodic"
    assert regimes["MackeyGlassPredecessor"] == "periodic"
    assert regimes["ForcedVanDerPolPredecessor"] == "periodic"
    assert {regimes[name] for name in ("SprottAPredecessor", "HenonHeilesPredecessor")} == {"quasiperiodic"}
    assert {regimes[name] for name in ("PanXuZhou", "Coullet", "HyperLu", "FluidTrampoline")} == {"transient"}
    assert {regimes[name] for name in ("Lorenz", "Rossler", "MackeyGlass", "ForcedVanDerPol")} == {"chaotic"}
    assert {regimes[name] for name in ("HyperRossler", "HyperLorenz", "IkedaDelay")} <= {"hyperchaotic"}
    assert {regimes[name] for name in ("SprottA", "HenonHeiles", "DoublePendulum")} == {"conservative chaos"}
