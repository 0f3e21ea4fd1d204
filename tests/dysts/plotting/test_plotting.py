"""Pictures show what they say they show."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

import dysts
from dysts.cli import main
from dysts.errors import InvalidArgumentError, UnknownNameError
from dysts.plotting import PLOTS, plot_projection, plot_return_map, plot_series, plot_space, view_of
from dysts.plotting.series import successive_maxima


def test_a_view_holds_the_observables_without_the_driving_phase() -> None:
    driven = view_of("Duffing", periods=5)
    assert driven.names == ("x", "y")
    expected = dysts.integrate("Duffing", times=20.0 * driven.system.period + driven.times, predictability=False)
    np.testing.assert_array_equal(driven.values, expected.values[:, :2])


def test_a_delay_system_is_seen_in_its_delayed_values() -> None:
    view = view_of("MackeyGlass", periods=3)
    delay = float(view.system.parameters["tau"])
    assert view.names == ("x(t)", "x(t - tau)", "x(t - 2 tau)")
    step = float(view.times[1])
    now = np.interp(view.times[-1] - delay, view.times, view.values[:, 0])
    assert view.values[-1, 1] == pytest.approx(now, abs=step**2)


def test_the_picture_of_a_set_that_orbits_leave_ends_before() -> None:
    view = view_of("PanXuZhou")
    assert view.system.lifetime is not None
    assert view.times[-1] <= view.system.lifetime / 2 * view.system.period


def test_projection_axes_frame_the_orbit_and_name_its_components() -> None:
    view = view_of("Lorenz", periods=20)
    axes = plot_projection(view, components=("x", "z")).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "z")
    low, high = axes.get_xlim()
    assert low < view.values[:, 0].min() < view.values[:, 0].max() < high
    first, second = view.best_pair()
    assert first != second
    with pytest.raises(UnknownNameError, match="component of Lorenz 'w'"):
        plot_projection(view, components=("x", "w"))
    with pytest.raises(InvalidArgumentError, match="this picture needs 3"):
        plot_space("Duffing")


def test_series_count_time_in_lyapunov_times_where_there_are_some() -> None:
    assert plot_series("Lorenz").axes[0].child_axes
    assert not plot_series("Torus").axes[0].child_axes


def test_the_return_map_of_a_sine_is_a_point_and_that_of_lorenz_a_cusp() -> None:
    wave = successive_maxima(2.0 * np.sin(0.05 * np.arange(2000)))
    np.testing.assert_allclose(wave, 2.0, atol=1e-5)
    axes = plot_return_map("Lorenz").axes[0]
    first, second = axes.lines[1].get_data()
    order = np.argsort(first)
    heights = np.asarray(second)[order]
    top = int(np.argmax(heights))
    # It rises to the cusp and falls after it.
    assert np.corrcoef(np.arange(top), heights[:top])[0, 1] > 0.9
    assert np.corrcoef(np.arange(len(heights) - top), heights[top:])[0, 1] < -0.9


@pytest.mark.parametrize("kind", list(PLOTS))
def test_the_command_draws_every_kind(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.png"
    assert main(["plot", "Rossler", "--kind", kind, "-o", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    picture = np.asarray(Image.open(path).convert("L"))
    assert picture.min() < 120
    assert 0.3 < (picture > 250).mean() < 0.999
    assert main(["plot", "Rossler", "--kind", kind, "-o", str(path)]) == 2
    assert "--overwrite" in capsys.readouterr().err


def test_mistakes_and_the_style_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "Rossler", "-o", str(tmp_path / "x.doc")]) == 2
    assert "allowed endings are .png" in capsys.readouterr().err
    before = dict(matplotlib.rcParams)
    plot_projection("Rossler")
    assert dict(matplotlib.rcParams) == before
