"""Whatever a public function is given, what it raises is an exception of the project that names the argument."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import dysts
from dysts.errors import DystsError

SERIES = np.sin(0.2 * np.arange(200.0))[:, None]
TIMES = [0.0, 0.1]
LORENZ = dysts.get_system("Lorenz")


def stored_trajectory() -> Any:
    return dysts.integrate("Lorenz", times=TIMES, solver="dop853", predictability=False)


def animate(path: Any) -> Any:
    """Ask for a film of a system that there is not, as a film takes seconds."""
    return dysts.animate("Lorens", path)


WRONG: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "an unknown name": lambda: "Lorens",
    "an empty text": lambda: "",
    "bytes": lambda: b"Lorenz",
    "a negative number": lambda: -3,
    "a number beyond double precision": lambda: 10**400,
    "not a number": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "a complex number": lambda: 1j,
    "an object": object,
    "a function": lambda: len,
    "an empty list": list,
    "a list of texts": lambda: ["a"],
    "a mapping of numbers": lambda: {1: 2},
    "a set": lambda: {1},
    "an array of NaN": lambda: np.full((2, 2), np.nan),
    "an array of objects": lambda: np.array([None, "a"], dtype=object),
    "a trajectory": stored_trajectory,
}

OPTIONS = {"initial_conditions": None, "rtol": 1e-6, "atol": None, "maximum_steps": 1000, "threads": 1}
SECTION = OPTIONS | {"direction": "up", "crossings": 1, "skip": 0, "maximum_time": 20.0, "solver": "dop853"}
ESTIMATE = {"trajectories": 2, "vectors": 1, "discard": 0.5, "initial_conditions": None, "seed": 0, "threads": 1}
RESULTS = ("Ensemble", "Assimilation")
"""Classes that users get and do not make."""
NEAREST = {"source": None, "step": 1.0, "columns": (), "count": 3, "reference": None}
VALID: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "integrate at times": (
        dysts.integrate,
        OPTIONS
        | {"system": "Lorenz", "times": TIMES, "start": 0.0, "history": None, "solver": "dop853"}
        | {"precision": "double", "noise": None, "longest_step": None, "stop": None, "stop_direction": "both"}
        | {"observables": False, "on_failure": "raise", "predictability": False},
    ),
    "integrate on a clock": (
        dysts.integrate,
        {"system": "Lorenz", "points": 3, "points_per_period": 10, "solver": "dop853", "predictability": False},
    ),
    "integrate in steps": (
        dysts.integrate,
        {"system": "Lorenz", "points": 3, "step": 0.1, "solver": "dop853", "predictability": False},
    ),
    "get_system": (dysts.get_system, {"name": "Lorenz"}),
    "load_systems": (dysts.load_systems, {"source": {}}),
    "list_systems": (dysts.list_systems, {"variants": False}),
    "rebuild": (dysts.rebuild, {"trajectory": None}),
    "read_series": (
        dysts.read_series,
        {"source": SERIES, "columns": (), "step": 1.0, "trajectory": None, "separator": None, "decimal": None},
    ),
    "dominant_period": (dysts.dominant_period, {"series": SERIES, "step": 1.0}),
    "animate": (animate, {"path": "film.gif"}),
    "Noise": (dysts.Noise, {"additive": 0.1, "multiplicative": 0.0, "seed": 1}),
    "poincare_section": (
        dysts.poincare_section,
        SECTION | {"system": "Lorenz", "surface": "z - 27", "on_failure": "raise"},
    ),
    "bifurcation_diagram": (
        dysts.bifurcation_diagram,
        SECTION | {"system": "Lorenz", "parameters": {"rho": [28.0, 29.0]}, "section": "z - 27"},
    ),
    "lyapunov_spectrum": (
        dysts.lyapunov_spectrum,
        ESTIMATE | {"system": "Lorenz", "periods": 1.0, "period": None, "method": "auto", "rtol": None},
    ),
    "local_exponents": (
        dysts.local_exponents,
        ESTIMATE | {"system": "Lorenz", "interval": 0.1, "intervals": 2},
    ),
    "window_truth": (
        dysts.window_truth,
        {"system": "Lorenz", "state": [1.0, 1.0, 20.0], "times": TIMES, "scale": [1.0, 1.0, 1.0], "history": None},
    ),
    "truth_horizon": (
        dysts.truth_horizon,
        {"system": "Lorenz", "times": TIMES, "states": [[1.0, 1.0, 20.0]] * 2, "scale": [1.0] * 3, "history": None},
    ),
    "open_dataset": (
        dysts.open_dataset,
        {"name": "test-coarse", "systems": (), "source": None, "lazy": False, "dtype": None, "registry": None},
    ),
    "prepare": (
        dysts.prepare,
        {"system": "Lorenz", "times": TIMES, "parameters": (), "start": 0.0, "rtol": 1e-6, "atol": None}
        | {"solver": "dop853", "precision": "double", "noise": None, "longest_step": None, "maximum_steps": 1000}
        | {"on_failure": "raise", "threads": 1},
    ),
    "assimilate": (
        dysts.assimilate,
        {
            "system": "Lorenz",
            "series": None,
            "step": 0.01,
            "noise": 0.1,
            "components": None,
            "start": 0.0,
            "phase": None,
        }
        | {"window": None, "library": 100},
    ),
    "discover": (
        dysts.discover,
        {
            "series": None,
            "step": 0.1,
            "derivatives": None,
            "method": None,
            "columns": (),
            "angles": (),
            "name": "Found",
        },
    ),
    "with_parameters": (LORENZ.with_parameters, {"rho": 28.0}),
    "rhs": (LORENZ.rhs, {"t": 0.0, "state": [1.0, 1.0, 1.0]}),
    "jacobian": (LORENZ.jacobian, {"t": 0.0, "state": [1.0, 1.0, 1.0]}),
    "from_equations": (
        dysts.System.from_equations,
        {"name": "Decay", "equations": {"x": "-a*x"}, "parameters": {"a": 1.0}, "initial_conditions": {"x": 1.0}},
    ),
    "nearest": (dysts.nearest, NEAREST),
    "System": (
        dysts.System,
        {"name": "Decay", "variables": ("x",), "equations": {"x": "-x"}, "initial_conditions": (1.0,)},
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", VALID)
def test_wrong_arguments_end_in_exceptions_of_the_project(function: str) -> None:
    call, valid = VALID[function]
    foreign = []
    for argument in valid:
        for what, make in WRONG.items():
            try:
                call(**valid | {argument: make()})
            except DystsError as error:
                # Names, values and what is allowed need room; a message that only says "no" has none.
                if len(str(error)) < 20:
                    foreign.append(f"{argument}={what}: {error}")
            except Exception as error:  # noqa: BLE001 - the test collects whatever comes out
                foreign.append(f"{argument}={what}: {type(error).__name__}: {error}")
    assert foreign == []


def test_every_public_function_is_in_the_table() -> None:
    functions = {name for name in dysts.__all__ if callable(getattr(dysts, name)) and name not in RESULTS}
    assert functions <= {call.__name__ for call, _ in VALID.values()}


@pytest.mark.parametrize("wrong", [None, 3, ["Lorenz"], float("nan")])
def test_a_system_is_asked_for_by_what_is_allowed(wrong: Any) -> None:
    for function in (dysts.integrate, dysts.lyapunov_spectrum, dysts.poincare_section, dysts.window_truth):
        needed = {name: TIMES for name, p in inspect.signature(function).parameters.items() if p.default is p.empty}
        with pytest.raises(DystsError, match=r"system .*must be .*System.*, got"):
            function(**needed | {"system": wrong})
