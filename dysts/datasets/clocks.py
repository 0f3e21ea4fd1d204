"""The clocks of a data set: its times in periods and in Lyapunov times, which follow from its attributes."""

import json
from typing import TYPE_CHECKING, Any

from dysts.datasets.description import no_lyapunov_time

if TYPE_CHECKING:
    import xarray


def with_coordinates(dataset: "xarray.Dataset") -> "xarray.Dataset":
    """Return a data set with the coordinates that follow from its attributes and are not stored."""
    attributes = dataset.attrs
    coordinates: dict[str, Any] = {"component": attributes["components"]}
    if "variable" in dataset.dims:
        coordinates["variable"] = list(json.loads(attributes["definition"])["variables"])
    times = dataset["time"].values
    if attributes["clock"] != "iterate":
        coordinates["time_in_periods"] = ("time", times / attributes["period"])
    if not no_lyapunov_time(attributes):
        coordinates["time_in_lyapunov_times"] = ("time", times * attributes["lyapunov_exponent"])
    return dataset.assign_coords(coordinates)
