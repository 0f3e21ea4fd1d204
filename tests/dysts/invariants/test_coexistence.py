"""Orbits from elsewhere: the same motion, another one, rest, escape; and orbits whose amplitude freezes."""

import numpy as np
import pytest
from linear_systems import make

import dysts
import dysts.invariants.coexistence as module
from dysts.errors import NotSupportedError
from dysts.invariants.coexistence import coexistence
from dysts.invariants.settling import settled_at, survival_by_amplitude


def test_the_lorenz_attractor_attracts_everything() -> None:
    found = coexistence(dysts.get_system("Lorenz"), trajectories=8, periods=400)
    assert found.outcomes == {"same": 8}
    assert found.same == 1.0
    assert found.other_exponents == ()


def test_fixed_points_beside_the_transient_set_and_escape_are_told_apart() -> None:
    rests = coexistence(dysts.get_system("PanXuZhou"), trajectories=8, periods=4000)
    assert rests.outcomes.get("at rest", 0) >= 6
    # Its mean lifetime is some two thousand periods.
    escapes = coexistence(dysts.get_system("HyperLu"), trajectories=8, periods=10_000)
    assert escapes.outcomes.get("escaped", 0) >= 4
    assert sum(escapes.outcomes.values()) == 8


def test_another_motion_has_its_exponent() -> None:
    found = coexistence(dysts.get_system("Coullet"), trajectories=8, periods=2000)
    assert found.outcomes.get("other motion", 0) >= 3
    np.testing.assert_allclose(np.median(found.other_exponents), 0.013, atol=0.003)


@pytest.mark.parametrize(("spread", "outcome"), [(0.177, "same"), (0.172, "other motion")])
def test_exponents_are_compared_within_their_errors(
    monkeypatch: pytest.MonkeyPatch, spread: float, outcome: str
) -> None:
    # Twenty rates of 1.32 +- spread in turn have the standard error spread/sqrt(19), and 3 of them must reach 0.12,
    # as a difference of 0.2 from the exponent 1 on the set counts as the same anyway.
    rates = 1.32 + spread * np.resize([1.0, -1.0], module.BLOCKS)
    monkeypatch.setattr(module, "followed_exponent", lambda *_: (1.0, 1.0))
    monkeypatch.setattr(module, "first_orbit", lambda *_: np.eye(3))
    monkeypatch.setattr(
        module, "follow_tangents", lambda *_, interval, **__: ((rates * interval)[None, :, None], [(0, 0.0)])
    )
    assert coexistence(dysts.get_system("Lorenz"), trajectories=1, periods=400).outcomes == {outcome: 1}


def test_an_amplitude_that_freezes_ends_the_motion() -> None:
    left = survival_by_amplitude(dysts.get_system("FluidTrampoline"), trajectories=3, periods=2000)
    assert left.surviving < 1.0
    assert set(left.afterwards) == {"other motion"}
    regular = make({"x": "v", "v": "-x"}, [1.0, 0.0])
    assert survival_by_amplitude(regular, trajectories=2, periods=600, period=6.28).lifetimes == (0.0, 0.0)


def test_an_orbit_has_left_after_its_last_window_that_differs() -> None:
    spreads = np.ones((60, 2))
    spreads[:25, 1] = 1.5
    assert settled_at(spreads) == 25
    spreads[45, 0] = 0.9
    assert settled_at(spreads) is None


def test_only_chaos_without_delays_and_jumps_is_compared() -> None:
    with pytest.raises(NotSupportedError, match="must have a positive exponent"):
        coexistence(dysts.get_system("Torus"))
    with pytest.raises(NotSupportedError, match="jumps"):
        coexistence(dysts.get_system("FluidTrampoline"), exponent=0.05)
