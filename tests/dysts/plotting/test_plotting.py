"""Pictures show what they say they show."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

import dysts
from dysts.cli import main
from dysts.errors import InvalidArgumentError, UnknownNameError
from dysts.plotting import (
    PLOTS,
    plot_bifurcation,
    plot_projection,
    plot_return_map,
    plot_series,
    plot_space,
    plot_spectrum,
    view_of,
)
from dysts.plotting.series import successive_maxima


def test_a_view_holds_the_observables_without_the_driving_phase() -> None:
    driven = view_of("Duffing", periods=5)
    assert driven.names == ("x", "y")
    expected = dysts.integrate(
        "Duffing", times=20.0 * dysts.get_system("Duffing").period + driven.times, predictability=False
    )
    np.testing.assert_array_equal(driven.values, expected.values[:, :2])


def test_a_delay_system_is_seen_in_its_delayed_values() -> None:
    view = view_of("MackeyGlass", periods=3)
    delay = float(dysts.get_system("MackeyGlass").parameters["tau"])
    assert view.names == ("x(t)", "x(t - tau)", "x(t - 2 tau)")
    step = float(view.times[1])
    now = np.interp(view.times[-1] - delay, view.times, view.values[:, 0])
    assert view.values[-1, 1] == pytest.approx(now, abs=step**2)


def test_the_picture_of_a_set_that_orbits_leave_ends_before() -> None:
    view = view_of("PanXuZhou")
    lifetime = dysts.get_system("PanXuZhou").lifetime
    assert lifetime is not None
    assert view.period is not None
    assert view.times[-1] <= lifetime / 2 * view.period


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
    with pytest.raises(InvalidArgumentError, match="must have 3 components, got 2 of Duffing: x, y"):
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
    command = ["plot", "Rossler", "--kind", kind, "-o", str(path)]
    command += ["--vary", "c=2:6:60"] if kind == "bifurcation" else []
    assert main(command) == 0
    assert str(path) in capsys.readouterr().out
    picture = np.asarray(Image.open(path).convert("L"))
    assert picture.min() < 120
    assert 0.3 < (picture > 250).mean() < 0.999
    assert main(command) == 2
    assert "--overwrite" in capsys.readouterr().err


def test_mistakes_and_the_style_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "Rossler", "-o", str(tmp_path / "x.doc")]) == 2
    assert "--output must end in .png" in capsys.readouterr().err
    before = dict(matplotlib.rcParams)
    plot_projection("Rossler")
    assert dict(matplotlib.rcParams) == before


def test_ones_own_trajectory_is_drawn_as_it_is() -> None:
    x = dysts.integrate("Lorenz", 400, points_per_period=50)
    view = view_of(x)
    np.testing.assert_array_equal(view.values, x.values)
    assert view.names == ("x", "y", "z")
    lorenz = dysts.get_system("Lorenz")
    assert view.period == pytest.approx(lorenz.period)
    assert view.lyapunov_exponent == pytest.approx(lorenz.lyapunov_exponent)
    ended = dysts.integrate("Lorenz", 400, stop="z - 40", on_failure="keep")
    assert len(view_of(ended).values) == int(np.isfinite(ended.values[:, 0]).sum()) < 400
    many = dysts.integrate("Lorenz", 20, initial_conditions=[[1, 1, 1], [2, 1, 1]])
    assert view_of(many.isel(trajectory=[1])).values[0].tolist() == [2, 1, 1]
    with pytest.raises(InvalidArgumentError, match=r"one trajectory, got 2 of Lorenz: choose one by .isel"):
        plot_space(many)
    with pytest.raises(InvalidArgumentError, match=r"dimensions \(time, component\)"):
        plot_space(x.isel(component=0))
    with pytest.raises(InvalidArgumentError, match="got int"):
        plot_space(3)
    gap = x.copy()
    gap[5] = np.nan
    with pytest.raises(InvalidArgumentError, match="no gap"):
        plot_series(gap)


def test_every_picture_goes_into_axes_that_are_given() -> None:
    figure = matplotlib.figure.Figure()
    panels = figure.subplots(2, 3)
    x = dysts.integrate("Rossler", 1500, points_per_period=50)
    drawn = [
        plot_projection(x, ax=panels[0, 0]),
        plot_series(x, ax=panels[0, 1]),
        plot_spectrum(x, ax=panels[0, 2]),
        plot_return_map(x, component="x", ax=panels[1, 0]),
        plot_bifurcation("Rossler", {"c": [3.0, 4.0]}, crossings=5, ax=panels[1, 1]),
    ]
    assert all(each is figure for each in drawn)
    assert len(figure.axes) == 6
    assert len(panels[0, 1].lines) == 3
    space = matplotlib.figure.Figure()
    assert plot_space(x, ax=space.add_subplot(projection="3d")) is space
    with pytest.raises(InvalidArgumentError, match=r"projection='3d', got 'rectilinear'"):
        plot_space(x, ax=panels[1, 2])
    one = matplotlib.figure.Figure()
    columns = one.subplots(3, 1)
    plot_series(x, ax=columns)
    assert [panel.get_ylabel() for panel in columns] == ["x", "y", "z"]
    with pytest.raises(InvalidArgumentError, match="one for each of the 3 components, got 2"):
        plot_series(x, ax=columns[:2])


def test_a_system_without_a_stored_period_is_drawn() -> None:
    brusselator = dysts.System.from_equations(
        "Brusselator",
        {"x": "1 + x**2*y - 4*x", "y": "3*x - x**2*y"},
        initial_conditions=[1.0, 1.0],
    )
    view = view_of(brusselator, periods=5)
    # The limit cycle of a = 1, b = 3 has a period of about 7.16.
    assert view.period == pytest.approx(7.16, abs=0.05)
    assert plot_projection(view).axes[0].get_title(loc="left") == "Brusselator"


def test_names_with_dollars_are_no_formulas() -> None:
    x = dysts.integrate("Rossler", 100).assign_coords(component=["$x", "\\frac$", "a_b"]).rename("$\\bad{$")
    figure = plot_series(x)
    figure.canvas.draw()
    assert figure.axes[0].get_ylabel() == r"\$x"


def test_a_bifurcation_diagram_shows_the_maxima_of_each_value() -> None:
    axes = plot_bifurcation("Rossler", {"c": [2.5, 3.5]}, crossings=6).axes[0]
    across, heights = map(np.asarray, axes.lines[0].get_data())
    x = dysts.integrate(dysts.get_system("Rossler").with_parameters(c=2.5), 60_000, points_per_period=100).values[:, 0]
    np.testing.assert_allclose(heights[across == 2.5], successive_maxima(x)[-6:], atol=1e-4)
    assert len(set(heights[across == 3.5].round(3))) == 2
    assert axes.get_ylabel() == "maxima of x"
    for mistake, message in (
        ({"parameters": None}, "must be a mapping"),
        ({"parameters": {"q": [1.0, 2.0]}}, "parameter of Rossler 'q'"),
        ({"parameters": {"c": [2.0, 3.0]}, "component": "w"}, "'w'"),
    ):
        with pytest.raises((InvalidArgumentError, UnknownNameError), match=message):
            plot_bifurcation("Rossler", **mistake)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--kind", "bifurcation"], "must come with --vary"),
        (["--vary", "c=2:6"], "--vary must come with --kind bifurcation"),
        (["--kind", "bifurcation", "--vary", "c=2"], "NAME=FROM:TO"),
        (["--kind", "bifurcation", "--vary", "c=2:6:1"], "NAME=FROM:TO"),
        (["--kind", "bifurcation", "--vary", "q=2:6:3"], "parameter of Rossler 'q'"),
        (["--kind", "bifurcation", "--vary", "c=2:6:3", "--section", "w"], "unknown name 'w'"),
    ],
)
def test_mistakes_of_a_diagram_are_one_sentence(
    options: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "Rossler", "-o", str(tmp_path / "r.png"), *options]) == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_command_draws_a_series_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dysts.export import export

    path = export(dysts.integrate("Rossler", 500), tmp_path / "probe.csv")
    assert main(["plot", str(path), "--kind", "series", "-o", str(tmp_path / "p.svg")]) == 0
    output = capsys.readouterr()
    assert "series of probe" in output.out
    assert "times from the column 'time'; components x, y, z; 500 rows" in output.err
    assert ">probe</text>" in (tmp_path / "p.svg").read_text()
