"""Long trajectories of sets that orbits leave stay on them from their start to their end."""

from pathlib import Path

import numpy as np
import pytest
import xarray

import dysts
from dysts.datasets.checks import check_series
from dysts.datasets.starts import calms_down, repeats_itself

SYSTEM = dysts.get_system("PanXuZhou")
"""Its orbits spiral into a fixed point after some 40 periods, slowly: 2 % smaller with each turn."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> xarray.Dataset:
    folder: Path = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYSTS_CACHE", str(folder))
        return dysts.open_dataset("long", systems=[SYSTEM.name])[SYSTEM.name].load()


def test_no_long_trajectory_repeats_itself_or_calms_down(built: xarray.Dataset) -> None:
    # Looking only at what follows the end let one of these pass, and looking only for repetition nine.
    series = built["series"].values
    scale = np.array(SYSTEM.properties_entry("standard_deviation")["value"])
    assert not any(repeats_itself(trajectory) for trajectory in series)
    for trajectory in series:
        swings = trajectory.reshape(5, 1200, -1).std(axis=1) / scale
        assert swings.max(axis=1).min() > 0.5
    assert check_series(built) == []


def test_a_series_that_spirals_into_a_fixed_point_is_found(built: xarray.Dataset) -> None:
    spiralling = built.copy(deep=True)
    series = spiralling["series"].values
    decay = np.exp(-0.02 * np.maximum(0.0, np.arange(series.shape[1]) / 100.0 - 10.0))[:, None]
    middle = series[3].mean(axis=0)
    series[3] = middle + decay * (series[3] - middle)
    (finding,) = check_series(spiralling)
    assert (finding.check, finding.detail[:24]) == ("frozen", "trajectory 3 calms down:")
    assert not calms_down(series[2], np.array(SYSTEM.properties_entry("standard_deviation")["value"]), 100.0)
