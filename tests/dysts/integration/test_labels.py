"""Trajectories on one grid share their coordinates, and nothing that is done to one reaches another."""

import numpy as np
import pytest
import xarray as xr

import dysts


@pytest.mark.parametrize("initial_conditions", [None, [[1.0, 1.0, 1.0], [2.0, 1.0, 1.0]]])
def test_a_trajectory_is_the_array_that_the_public_constructor_makes(initial_conditions):
    trajectory = dysts.integrate("Lorenz", 20, initial_conditions=initial_conditions)
    coordinates = {
        name: (coordinate.dims, np.array(coordinate.values)) for name, coordinate in trajectory.coords.items()
    }
    made = xr.DataArray(
        trajectory.values, dims=trajectory.dims, coords=coordinates, name="Lorenz", attrs=trajectory.attrs
    )
    xr.testing.assert_identical(trajectory, made)
    assert list(trajectory.indexes) == list(made.indexes)
    assert trajectory.sel(component="y").equals(made.sel(component="y"))
    assert trajectory.sel(time=slice(0.02, 0.1)).equals(made.sel(time=slice(0.02, 0.1)))
    assert trajectory.to_dataset(dim="component").equals(made.to_dataset(dim="component"))


def test_changes_of_one_trajectory_do_not_reach_another_on_the_same_grid():
    first = dysts.integrate("Lorenz", 21)
    untouched = dysts.integrate("Lorenz", 21).copy(deep=True)
    first.attrs["system"] = "changed"
    first.coords["time"].attrs["units"] = "s"
    first.coords["time_in_periods"].attrs["units"] = "1"
    first.values[:] = 0.0
    first.coords["note"] = ("time", np.zeros(21))
    del first.coords["time_in_lyapunov_times"]
    first = first.rename(time="t")
    first["t"] = np.arange(21.0)
    with pytest.raises(ValueError, match="read-only"):
        dysts.integrate("Lorenz", 21).coords["time_in_periods"].values[0] = 1.0
    xr.testing.assert_identical(dysts.integrate("Lorenz", 21), untouched)
