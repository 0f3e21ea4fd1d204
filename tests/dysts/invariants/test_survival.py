"""Orbits that leave the set of their entry, and those that do not."""

import math

import numpy as np
import pytest

import dysts
from dysts.errors import NotSupportedError
from dysts.invariants.survival import Survival, survival


def test_lorenz_stays_and_pan_xu_zhou_comes_to_rest() -> None:
    stays = survival(dysts.get_system("Lorenz"), trajectories=3, periods=3000)
    assert stays.surviving == 1.0
    assert stays.mean_lifetime == math.inf
    rests = survival(dysts.get_system("PanXuZhou"), trajectories=4, periods=8000)
    assert rests.afterwards == {"at rest": 4}
    assert 50.0 < rests.mean_lifetime < 10_000.0


def test_hyper_lu_escapes() -> None:
    found = survival(dysts.get_system("HyperLu"), trajectories=4, periods=15_000)
    assert found.afterwards.get("escaped", 0) >= 2
    assert 100.0 < found.mean_lifetime < 20_000.0


def test_the_mean_lifetime_counts_those_that_stayed() -> None:
    found = Survival(4, 100.0, (20.0, 40.0), {"at rest": 2}, math.nan)
    assert found.mean_lifetime == (20.0 + 40.0 + 2 * 100.0) / 2
    assert found.surviving == 0.5


def test_only_chaos_can_end() -> None:
    with pytest.raises(NotSupportedError, match="must have a positive exponent"):
        survival(dysts.get_system("Torus"), periods=100)
    with pytest.raises(NotSupportedError, match=r"without jumps .* got SprottMore"):
        survival(dysts.get_system("SprottMore"), exponent=0.2, periods=1000)
    with pytest.raises(NotSupportedError, match="delay"):
        survival(dysts.get_system("MackeyGlass"), periods=100)


def test_threads_do_not_matter() -> None:
    lorenz = dysts.get_system("Lorenz")
    one = survival(lorenz, trajectories=3, periods=1000, threads=1)
    assert one.lifetimes == survival(lorenz, trajectories=3, periods=1000, threads=3).lifetimes
    assert np.isnan(one.exponent_afterwards)
