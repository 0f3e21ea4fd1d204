"""Pictures take one trajectory in any form that users have it in."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray

from dysts.errors import DystsError
from dysts.plotting import plot_projection, plot_series, view_of

VALUES = np.stack([np.sin(0.1 * np.arange(300)), np.cos(0.1 * np.arange(300))], axis=1)
TIMES = 0.5 * np.arange(300)


def test_arrays_frames_and_datasets_show_the_same_values() -> None:
    frame = pd.DataFrame(VALUES, columns=["x", "y"])
    timed = pd.DataFrame(VALUES, columns=["x", "y"], index=pd.Index(TIMES, name="time"))
    dataset = xarray.Dataset(
        {"series": (("trajectory", "time", "component"), VALUES[None])}, coords={"time": TIMES, "component": ["x", "y"]}
    )
    for given in (VALUES, VALUES.tolist(), frame):
        view = view_of(given)
        np.testing.assert_array_equal(view.values, VALUES)
        np.testing.assert_array_equal(view.times, np.arange(300))
    for given in (timed, dataset, dataset["series"], dataset["series"][0]):
        view = view_of(given)
        np.testing.assert_array_equal(view.values, VALUES)
        np.testing.assert_allclose(view.times, TIMES, rtol=1e-12)
        assert view.names == ("x", "y")
    assert view_of(VALUES[:, 0]).values.shape == (300, 1)
    assert plot_projection(VALUES).axes
    assert plot_series(timed).axes


def test_a_backend_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dysts", "plot", "Lorenz", "-o", str(tmp_path / "lorenz.png")]
    environment = {**os.environ, "MPLBACKEND": "nosuch"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("dysts: error: MPLBACKEND must name a backend of matplotlib: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("given", [None, 3, object(), np.ones((2, 2, 2, 2)), VALUES * np.nan, [], {"x": 1}, [["a"]]])
def test_what_is_no_trajectory_is_refused_with_a_sentence(given: object) -> None:
    with pytest.raises(DystsError, match="must"):
        view_of(given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["IkedaDelay", "MackeyGlass"])
def test_pictures_of_delay_systems_are_smooth(name: str) -> None:
    values = view_of(name, periods=5).values
    steps = np.diff((values - values.mean(axis=0)) / values.std(axis=0), axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    turns = (steps[1:] * steps[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    # A polyline looks like a curve where its corners are flat or its sides too short to be seen.
    sharp = (turns < 0.9) & (np.minimum(lengths[1:], lengths[:-1]) > 0.1)
    assert sharp.mean() < 0.02
