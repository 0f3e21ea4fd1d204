"""Integrate again what the attributes of a trajectory describe."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dysts.checks import shown
from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.integration.integrate import integrate
from dysts.integration.noise import Noise
from dysts.systems.system import System

if TYPE_CHECKING:
    import xarray


def rebuild(trajectory: "xarray.DataArray") -> "xarray.DataArray":
    """Integrate again what the attributes of a trajectory describe.

    Parameters
    ----------
    trajectory : xarray.DataArray
        What `dysts.integrate` returned, perhaps stored and read back.

    Returns
    -------
    xarray.DataArray
        The same numbers, bit for bit on one machine and version.

    Raises
    ------
    NotSupportedError
        If the history of a delay system was given as a function, which attributes cannot hold.

    Examples
    --------
    >>> import dysts
    >>> x = dysts.integrate("Rossler", 50)
    >>> bool((dysts.rebuild(x) == x).all())
    True
    """
    attributes = getattr(trajectory, "attrs", None)
    if not isinstance(attributes, Mapping) or not {"system", "definition", "solver"} <= attributes.keys():
        raise InvalidArgumentError(
            f"trajectory must be a DataArray that dysts.integrate returned, got {shown(trajectory)}"
        )
    system = System.from_entry(attributes["system"], json.loads(attributes["definition"]))
    if "varied" in attributes:
        system = system.with_parameters(**json.loads(attributes["varied"]))
    arguments: dict[str, Any] = {}
    if "initial_conditions" in attributes:
        arguments["initial_conditions"] = json.loads(attributes["initial_conditions"])
    elif "history" in attributes:
        raise NotSupportedError(
            f"the trajectory of {attributes['system']} began from a history that its attributes cannot hold"
        )
    if "noise" in attributes:
        arguments |= {
            "noise": Noise(**json.loads(attributes["noise"])),
        }
    elif "rtol" in attributes:
        arguments |= {"rtol": attributes["rtol"], "atol": json.loads(attributes["atol"])}
    arguments |= {
        name: attributes[name] for name in ("start", "longest_step", "maximum_steps", "precision") if name in attributes
    }
    if "stop" in attributes:
        arguments |= {"stop": attributes["stop"], "stop_direction": attributes["stop_direction"]}
    return integrate(
        system,
        times=json.loads(attributes["times"]) if "times" in attributes else trajectory["time"].values,
        observables=bool(attributes["observables"]),
        solver=attributes["solver"],
        on_failure="keep",
        predictability=False,
        **arguments,
    )
