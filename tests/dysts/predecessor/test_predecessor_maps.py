"""``dysts.maps``: orbits from the image of the start, parameters that act, inverses, the unreduced maps of 0.96."""

from collections.abc import Iterator

import numpy as np
import pytest

import dysts
from dysts.base import DynMap
from dysts.errors import InvalidArgumentError, NotSupportedError, UnknownNameError
from dysts.maps import Chirikov, Henon
from dysts.predecessor import use_published_values
from dysts.predecessor.published import published_maps
from dysts.systems import get_attractor_list, get_system_data, make_trajectory_ensemble


@pytest.fixture
def published() -> Iterator[None]:
    use_published_values()
    yield
    use_published_values(False)


def test_orbits_begin_with_the_image_of_the_start() -> None:
    model = Henon()
    assert isinstance(model, DynMap)
    found = model.make_trajectory(20)
    np.testing.assert_array_equal(found, dysts.integrate("HenonMap", 21).values[1:])
    np.testing.assert_array_equal(found[0], model.rhs(model.ic))
    np.testing.assert_allclose(Henon._rhs(0.5, 0.1, 1.4, 0.3), (0.75, 0.15))
    np.testing.assert_allclose(model.jac([0.5, 0.1]), [[-1.4, 1.0], [0.3, 0.0]])
    many = model.make_trajectory(5, init_cond=np.zeros((3, 2)))
    assert many.shape == (3, 5, 2)
    numbers, _ = model.make_trajectory(5, return_times=True)
    np.testing.assert_array_equal(numbers, np.arange(5))
    np.testing.assert_allclose(model.make_trajectory(50, standardize=True).std(axis=0), 1.0)
    model.a = 1.2
    np.testing.assert_allclose(model.rhs([0.5, 0.1]), [0.8, 0.15])
    with pytest.raises(InvalidArgumentError, match="_rhs must have the arguments x, y, a, b, got 1"):
        Henon._rhs(0.5)
    with pytest.raises(UnknownNameError, match="did you mean 'Henon'"):
        from dysts.maps import Hennon  # noqa: F401


def test_inverses_lead_back() -> None:
    for model in (Henon(), Chirikov()):
        states = np.array([model.ic, 0.9 * model.ic])
        np.testing.assert_allclose(model.rhs_inv(model.rhs(states)), states, atol=1e-12)
    # Backwards, the third point before (0.1, 0.1) leads there in three steps.
    back = Henon().make_trajectory(3, init_cond=[0.1, 0.1], inverse=True)
    np.testing.assert_allclose(Henon().make_trajectory(3, init_cond=back[-1])[-1], [0.1, 0.1], rtol=1e-6)
    from dysts.maps import Logistic

    with pytest.raises(NotSupportedError, match="Logistic must define _rhs_inv"):
        Logistic().make_trajectory(3, inverse=True)


def test_all_maps_are_classes_with_bounded_orbits() -> None:
    names = get_attractor_list("discrete")
    assert set(published_maps()) <= set(names)
    assert get_system_data("discrete")["Henon"]["parameters"] == {"a": 1.4, "b": 0.3}
    found = make_trajectory_ensemble(
        64, sys_class="discrete", exclude=[one for one in names if not one.startswith("C")]
    )
    assert {"Chebyshev", "Chirikov", "Circle"} <= set(found)
    for orbit in found.values():
        assert np.isfinite(orbit).all()
        assert len(orbit) == 64


def test_the_published_forms_do_not_reduce_angles(published: None) -> None:
    from dysts.maps import Circle

    old = Circle().make_trajectory(200)
    assert old.max() > 2.0
    theta = 0.0
    for point in old[:5]:
        theta += 0.333 + 5.7 * np.sin(2.0 * np.pi * theta) / (2.0 * np.pi)
        assert point == pytest.approx(theta, rel=1e-9)
    use_published_values(False)
    new = Circle().make_trajectory(200)
    assert 0.0 <= new.min() < new.max() < 1.0


@pytest.mark.parametrize("name", ["BlinkingVortexMap", "EndCap"])
def test_maps_that_are_left_out_say_what_to_write_instead(name: str) -> None:
    import dysts.maps

    with pytest.raises(NotSupportedError, match=rf"dysts\.maps\.{name} of dysts 0\.96 is left out here; write instead"):
        getattr(dysts.maps, name)
