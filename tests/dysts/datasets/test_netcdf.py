"""Every series can be written by xarray's own writers, and is read back as it was."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray

import dysts
from dysts.datasets.build import build
from dysts.datasets.recipe import Recipe
from dysts.datasets.store import open_group, write_group

SMALL = Recipe(name="small", points_per_period=20, periods=6, trajectories=3)


def _stored(name: str, folder: Path, **changes: Any) -> xarray.Dataset:
    write_group(build(Recipe(**{**SMALL.to_dict(), **changes}), dysts.get_system(name)), folder / name)
    return open_group(folder / name)


SERIES: dict[str, Callable[[Path], xarray.Dataset | xarray.DataArray]] = {
    "trajectory": lambda _: dysts.integrate("Rossler", 50),
    "trajectories": lambda _: dysts.integrate("Rossler", 50, initial_conditions=[[1, 1, 1], [2, 1, 1]]),
    "ended early": lambda _: dysts.integrate("Rossler", 400, stop="x - 5", on_failure="keep"),
    "section": lambda _: dysts.poincare_section("Rossler", "y", 5),
    "own": lambda _: dysts.read_series(np.sin(np.arange(40.0).reshape(20, 2)), step=0.1),
    "stored": lambda folder: _stored("Rossler", folder),
    "stored with noise": lambda folder: _stored("Rossler", folder, signal_to_noise_db=30.0),
    "one variable": lambda folder: _stored("Rossler", folder)["series"],
    "one trajectory": lambda folder: _stored("Rossler", folder)["series"][0],
    "with a state, without an exponent": lambda folder: _stored("Torus", folder),
}


@pytest.mark.parametrize("kind", SERIES)
def test_netcdf_holds_every_series(kind: str, tmp_path: Path) -> None:
    series = SERIES[kind](tmp_path / "store")
    # Without the netCDF4 package xarray writes by scipy, whose format knows the fewest types.
    series.to_netcdf(tmp_path / "series.nc", engine="scipy")
    with xarray.open_dataset(tmp_path / "series.nc", engine="scipy") as read:
        if isinstance(series, xarray.DataArray):
            found = read[str(series.name)] if series.name else read[next(iter(read.data_vars))]
            np.testing.assert_array_equal(found.values, series.values)
        else:
            np.testing.assert_array_equal(read["series"].values, series["series"].values)
            assert read.attrs["definition"] == series.attrs["definition"]
            assert read.attrs["equations"] == series.attrs["equations"]
