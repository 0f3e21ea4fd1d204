"""Facts and trajectories that models of dysts 0.96 read from files."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from dysts.errors import DystsWarning, InvalidArgumentError
from dysts.predecessor.argument_checks import check_keywords
from dysts.predecessor.json_files import read_json


def facts_in_file(path: Any, name: str) -> dict[str, Any]:
    """Return the facts that a JSON file has under the name of a class; none if it has no such name."""
    entries = read_json(path)
    return dict(entries.get(name, {})) if isinstance(entries, dict) else {}


def load_system_metadata(system_name: str, data_path: Any) -> dict[str, Any]:
    """Return the facts that a JSON file has under the name of a system, or nothing, with a warning.

    For the file that dysts 0.96 ships, ``DATAPATH_CONTINUOUS``, these are the facts of models: this package's numbers,
    or the published ones where they are in use.

    Examples
    --------
    >>> from dysts.base import DATAPATH_CONTINUOUS, DynSys
    >>> round(DynSys.load_system_metadata("Lorenz", DATAPATH_CONTINUOUS)["period"], 3)
    0.761
    """
    from dysts.predecessor.equations import plain_facts
    from dysts.predecessor.published import facts_of, published, published_values_in_use
    from dysts.systems.published_periods import PUBLISHED_FILE

    if str(data_path) == str(PUBLISHED_FILE) and system_name in published():
        return plain_facts(facts_of(system_name, as_published=published_values_in_use()))
    facts = facts_in_file(data_path, system_name)
    if not facts:
        warnings.warn(f"{data_path} has no system {system_name!r}", DystsWarning, stacklevel=2)
    return facts


class LoadTrajectory:
    """The method ``load_trajectory``: of a class, a series in a file; of a model, its stored series too."""

    def __get__(self, model: Any, kind: type) -> Callable[..., Any]:
        def load_trajectory(
            data_path: Any = None,
            system_name: str | None = None,
            return_times: bool = False,
            standardize: bool = False,
            **stored: Any,
        ) -> Any:
            """Return a series: float64 [time, component], after its times with `return_times`.

            Parameters
            ----------
            data_path : path-like, optional
                A JSON file, gzipped or not, with ``time`` and ``values`` by the name of the system; by default the
                stored series of the model are taken.
            system_name : str, optional
            return_times, standardize : bool
            **stored
                ``subsets``, ``granularity`` and ``noise`` of stored series, as `dysts.datasets.load_dataset` has them.
            """
            if data_path is not None and system_name is not None:
                times, values = _series_in_file(data_path, system_name)
                if standardize:
                    from dysts.predecessor.series_tools import standardize_ts

                    values = standardize_ts(values)
                return (times, values) if return_times else values
            if model is None or data_path is not None:
                raise InvalidArgumentError(
                    f"load_trajectory of {kind.__name__} must have data_path and system_name, or be called of a model, "
                    f"got data_path={data_path!r} and system_name={system_name!r}"
                )
            from dysts.predecessor.stored_series import stored_trajectory

            check_keywords("load_trajectory", stored, ("subsets", "granularity", "noise"), load_trajectory)
            chosen = {"subsets": "train", "granularity": "fine", **stored}
            return stored_trajectory(model.name, return_times=return_times, standardize=standardize, **chosen)

        return load_trajectory


def _series_in_file(path: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    entries = read_json(path)
    entry = entries.get(name) if isinstance(entries, dict) else None
    if not isinstance(entry, dict) or not {"time", "values"} <= set(entry):
        raise InvalidArgumentError(f"{path} must have time and values of {name!r}, got none")
    return np.asarray(entry["time"], dtype=np.float64), np.asarray(entry["values"], dtype=np.float64)
