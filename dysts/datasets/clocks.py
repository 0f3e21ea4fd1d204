"""The clocks of a data set: its times in periods and in Lyapunov times, which follow from its attributes."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dysts.datasets.description import no_lyapunov_time

if TYPE_CHECKING:
    import xarray


def with_coordinates(dataset: "xarray.Dataset") -> "xarray.Dataset":
    """Return a data set with the coordinates that follow from its attributes and are not stored."""
    times = dataset["time"].values
    return dataset.assign_coords(coordinates_of(dataset.attrs, times, with_variables="variable" in dataset.dims))


def coordinates_of(attributes: Mapping[Any, Any], times: np.ndarray, *, with_variables: bool) -> dict[str, Any]:
    """Return the coordinates that follow from the attributes and the times of a data set.

    Parameters
    ----------
    attributes : mapping
    times : float64 [time]
    with_variables : bool
        Whether an array has the dimension of the variables of the system.
    """
    coordinates: dict[str, Any] = {"component": attributes["components"]}
    if with_variables:
        coordinates["variable"] = list(json.loads(attributes["definition"])["variables"])
    if attributes["clock"] != "iterate":
        coordinates["time_in_periods"] = ("time", times / attributes["period"])
    if not no_lyapunov_time(attributes):
        coordinates["time_in_lyapunov_times"] = ("time", times * attributes["lyapunov_exponent"])
    return coordinates
