"""Starting points lie on the orbit, one in each stratum of time, and depend on the seed alone."""

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import IntegrationError, InvalidArgumentError
from dysts.integration.attractor import attractor_states


def test_each_state_comes_from_its_own_stratum_of_time_and_keeps_its_distance() -> None:
    # The state of this system is the time since the start.
    clock = make({"x": "1"}, [0.0])
    times = attractor_states(clock, 50, seed=3, span=100.0, period=2.0)[:, 0]
    assert (np.floor(times / 4.0) == np.arange(50)).all()
    apart = attractor_states(clock, 50, seed=3, span=100.0, period=2.0, jitter=0.5)[:, 0]
    assert np.diff(apart).min() >= 2.0 - 1e-9


def test_equal_seeds_give_equal_states() -> None:
    lorenz = dysts.get_system("Lorenz")
    one = attractor_states(lorenz, 4, seed=1, span=20.0)
    np.testing.assert_array_equal(one, attractor_states(lorenz, 4, seed=1, span=20.0))
    assert (one != attractor_states(lorenz, 4, seed=2, span=20.0)).any()


def test_a_set_with_a_lifetime_is_not_outlived() -> None:
    mortal = make({"x": "1"}, [0.0], lifetime=20.0)
    times = attractor_states(mortal, 40, seed=0, span=1000.0, period=2.0)[:, 0]
    # Half the lifetime, in units of the period, and a thousandth of the standard deviation of displacement.
    assert times.max() < 20.0 + 0.1
    assert len(np.unique(times)) == 40


def test_an_orbit_that_ends_before_its_lifetime_is_used_up_to_half() -> None:
    # It escapes at time 1, where a lifetime of 40 in units of 2 would allow 40.
    escaping = make({"x": "x**2", "y": "1"}, [1.0, 0.0], lifetime=40.0)
    times = attractor_states(escaping, 40, seed=0, span=1000.0, period=2.0)[:, 1]
    assert 0.3 < times.max() < 0.55
    assert len(np.unique(times)) == 40


def test_an_orbit_into_a_singularity_of_its_coordinates_is_started_beside_it() -> None:
    # The right-hand side has no value where c is exactly one, and c stays what it is.
    singular = make(
        {"x": "1e-6*cos(th)/(c - 1)", "c": "0", "th": "1"}, [0.0, 1.0, 0.0], observables={"x": "x", "y": "cos(th)"}
    )
    with pytest.raises(IntegrationError):
        dysts.integrate(singular, times=[4.0], predictability=False)
    assert np.isfinite(attractor_states(singular, 2, seed=0, span=4.0, period=2.0)).all()
    # No start beside it helps an orbit that ends in finite time.
    ending = make({"x": "x**2", "th": "1"}, [1.0, 0.0], observables={"x": "x", "y": "cos(th)"})
    with pytest.raises(IntegrationError, match="Test stopped"):
        attractor_states(ending, 2, seed=0, span=4.0, period=2.0)


def test_mistakes() -> None:
    with pytest.raises(InvalidArgumentError, match=r"count must be .* got 0"):
        attractor_states(dysts.get_system("Lorenz"), 0, seed=0, span=10.0)
    with pytest.raises(InvalidArgumentError, match=r"span must be .* got -1"):
        attractor_states(dysts.get_system("Lorenz"), 3, seed=0, span=-1)
