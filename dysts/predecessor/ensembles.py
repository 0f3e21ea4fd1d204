"""``dysts.systems`` of dysts 0.96: lists of names, and trajectories of many systems."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dysts.errors import DystsError, InvalidArgumentError
from dysts.predecessor.argument_checks import check_model
from dysts.predecessor.classes import flow_class, flow_names, map_class
from dysts.predecessor.equations import plain_facts
from dysts.predecessor.events import resolved
from dysts.predecessor.published import facts_of, map_facts_of, map_names, published, published_values_in_use
from dysts.workers.threads import in_threads

CLASSES = ("continuous", "continuous_no_delay", "delay", "discrete")


def get_attractor_list(sys_class: str = "continuous", exclude: Iterable[str] = ()) -> list[str]:
    """Return the names of systems in alphabetical order.

    Parameters
    ----------
    sys_class : {"continuous", "continuous_no_delay", "delay", "discrete"}
    exclude : iterable of str

    Examples
    --------
    >>> from dysts.systems import get_attractor_list
    >>> len(get_attractor_list()), len(get_attractor_list("delay"))
    (135, 6)
    """
    if sys_class not in CLASSES:
        raise InvalidArgumentError(f"sys_class must be one of {', '.join(CLASSES)}, got {sys_class!r}")
    if isinstance(exclude, str):
        raise InvalidArgumentError(f"exclude must be a list of names, got {exclude!r}")
    left_out = set(exclude)
    if sys_class == "discrete":
        return [name for name in map_names() if name not in left_out]
    wanted = {"continuous": (True, False), "continuous_no_delay": (False,), "delay": (True,)}[sys_class]
    return [name for name in flow_names() if published()[name]["delay"] in wanted and name not in left_out]


def get_system_data(sys_class: str = "continuous", exclude: Iterable[str] = ()) -> dict[str, Any]:
    """Return what is known about systems, by name, as models have it."""
    as_published = published_values_in_use()
    if sys_class == "discrete":
        names = get_attractor_list(sys_class, exclude)
        return {name: plain_facts(map_facts_of(name, as_published=as_published)) for name in names}
    return {
        name: plain_facts(facts_of(name, as_published=as_published)) for name in get_attractor_list(sys_class, exclude)
    }


def make_trajectory_ensemble(
    n: int,
    use_tqdm: bool = True,
    use_multiprocessing: bool = False,
    subset: Sequence[Any] | None = None,
    event_fns: Sequence[Callable[..., Any]] | None = None,
    silent_errors: bool = False,
    multiprocessing_kwargs: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, np.ndarray | None]:
    """Return a trajectory of each system by its name, as `make_trajectory` returns it.

    Parameters
    ----------
    n : int
    use_tqdm : bool
        Accepted, without effect.
    use_multiprocessing : bool
        Whether to integrate in threads: the engine leaves Python's lock, and no process has to be started.
    subset : sequence of str or of models, optional
        By default all continuous systems, or those of a ``sys_class``, less ``exclude``.
    event_fns : sequence of callable, optional
        Functions that make an event for a model, or events; see `dysts.predecessor.events.resolved`.
    silent_errors : bool
        Whether a system that cannot be integrated has None in the result instead of raising.
    multiprocessing_kwargs : mapping, optional
        ``processes`` is the number of threads.
    **options
        Keywords of `make_trajectory`.

    Returns
    -------
    dict of str to ndarray
    """
    sys_class, exclude = options.pop("sys_class", "continuous"), options.pop("exclude", ())
    if isinstance(subset, str):
        raise InvalidArgumentError(f"subset must be a list of names or models, got {subset!r}")
    chosen = list(get_attractor_list(sys_class, exclude) if subset is None else subset)
    make = map_class if sys_class == "discrete" else flow_class
    models = [make(one)() if isinstance(one, str) else one for one in chosen]
    for model in models:
        check_model("make_trajectory_ensemble", model)
    found: list[np.ndarray | None] = [None] * len(models)

    def run(begin: int, end: int) -> None:
        for place in range(begin, end):
            found[place] = _trajectory(models[place], n, event_fns, silent_errors, options)

    threads = (multiprocessing_kwargs or {}).get("processes") if use_multiprocessing else 1
    in_threads(run, len(models), threads)
    return {model.name: one for model, one in zip(models, found, strict=True)}


def _trajectory(
    model: Any,
    n: int,
    event_fns: Sequence[Callable[..., Any]] | None,
    silent_errors: bool,
    options: Mapping[str, Any],
) -> np.ndarray | None:
    given = dict(options)
    if event_fns:
        given["events"] = [resolved(event, model) for event in event_fns]
    try:
        trajectory: np.ndarray | None = model.make_trajectory(n, **given)
    except (DystsError, ArithmeticError, np.linalg.LinAlgError):
        if not silent_errors:
            raise
        return None
    return trajectory


def compute_trajectory_statistics(
    n: int, subset: Sequence[Any], datapath: Any = None, **options: Any
) -> dict[str, dict[str, np.ndarray]]:
    """Return mean and standard deviation of a trajectory of each system; with a path, write them into its JSON too."""
    trajectories = make_trajectory_ensemble(n, subset=subset, **options)
    statistics = {
        name: {"mean": one.mean(axis=0), "std": one.std(axis=0)}
        for name, one in trajectories.items()
        if one is not None
    }
    if datapath is not None:
        path = Path(datapath)
        content = json.loads(path.read_text())
        for name, values in statistics.items():
            content.setdefault(name, {}).update({key: value.tolist() for key, value in values.items()})
        path.write_text(json.dumps(content, indent=2))
    return statistics
