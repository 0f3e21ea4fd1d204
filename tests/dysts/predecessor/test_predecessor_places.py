"""The modules of dysts 0.96 at their old places: what is there, what is left out, and what importing costs."""

import importlib
import inspect
import json
import subprocess
import sys

import pytest

from dysts.errors import NotSupportedError
from dysts.predecessor.classes import FAMILIES, flow_names
from dysts.predecessor.left_out import INSTEAD
from dysts.systems import get_attractor_list, get_system_data

NAMES = {
    "dysts.flows": ("Lorenz", "Rossler", "MackeyGlass", "DynSys", "staticjit"),
    "dysts.base": ("BaseDyn", "DynSys", "DynSysDelay", "DynMap", "DATAPATH_CONTINUOUS", "get_attractor_list"),
    "dysts.systems": ("get_attractor_list", "get_system_data", "make_trajectory_ensemble", "DynSys"),
    "dysts.sampling": ("OnAttractorInitCondSampler", "SignedGaussianParamSampler", "TimeLimitEvent"),
    "dysts.analysis": ("find_lyapunov_exponents", "gp_dim", "kaplan_yorke_dimension", "sample_initial_conditions"),
    "dysts.utils": ("standardize_ts", "integrate_dyn", "ddeint", "make_surrogate", "has_module"),
    "dysts.metrics": ("compute_metrics", "estimate_kl_divergence", "ope", "average_hellinger_distance"),
    "dysts.datasets": ("load_dataset", "TimeSeriesDataset"),
}


@pytest.mark.parametrize("module", NAMES)
def test_names_are_where_they_were(module: str) -> None:
    for name in NAMES[module]:
        assert getattr(importlib.import_module(module), name) is not None


@pytest.mark.parametrize("module", [one for one in INSTEAD if not one.startswith("dysts.flows.")])
def test_what_is_left_out_says_what_to_write_instead(module: str) -> None:
    place = importlib.import_module(module)
    for name, instead in INSTEAD[module].items():
        with pytest.raises(NotSupportedError) as caught:
            getattr(place, name)
        assert f"{module}.{name} of dysts 0.96 is left out here; write instead: {instead}" in str(caught.value)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = place.no_such_name


def test_importing_dysts_loads_nothing_of_the_predecessor() -> None:
    code = (
        "import sys, json, dysts, dysts.systems, dysts.integration.integrate, dysts.metrics\n"
        "dysts.integrate; print(json.dumps([name for name in sys.modules if 'predecessor' in name]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_every_system_is_a_class_of_its_name_and_family() -> None:
    import dysts.flows

    found = dict(inspect.getmembers(dysts.flows, inspect.isclass))
    assert sorted(name for name, kind in found.items() if kind.__module__ == "dysts.flows") == flow_names()
    assert flow_names() == dysts.list_systems()
    for name, family in FAMILIES.items():
        assert issubclass(getattr(dysts.flows, name), getattr(dysts.flows, family))
    assert set(flow_names()) <= set(dysts.flows.__all__)


def test_lists_of_names() -> None:
    delayed = get_attractor_list("delay")
    assert "MackeyGlass" in delayed
    assert sorted([*delayed, *get_attractor_list("continuous_no_delay")]) == get_attractor_list()
    assert "Lorenz" not in get_attractor_list(exclude=["Lorenz"])
    assert get_system_data()["Lorenz"]["parameters"]["rho"] == 28.0


def test_everything_that_is_known_of_a_system_is_there_for_all() -> None:
    for name, facts in get_system_data().items():
        dimension = facts["embedding_dimension"]
        assert len(facts["initial_conditions"]) == len(facts["mean"]) == len(facts["std"]) == dimension, name
        assert facts["period"] > 0.0
        assert facts["dt"] > 0.0
        assert facts["citation"]


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("dysts.flows", ("Lorenz", "np", "DynSys")),
        ("dysts.maps", ("Henon", "np", "DynMap")),
        ("dysts.base", ("DynSys", "get_attractor_list", "standardize_ts", "np")),
        ("dysts.systems", ("get_attractor_list", "make_trajectory_ensemble", "DynMap")),
        ("dysts.datasets", ("load_dataset", "TimeSeriesDataset", "open_dataset")),
        ("dysts.metrics", ("smape", "compute_metrics", "estimate_kl_divergence")),
        ("dysts.analysis", ("gp_dim", "find_lyapunov_exponents", "jac_fd")),
        ("dysts.utils", ("standardize_ts", "has_module")),
    ],
)
def test_an_import_of_everything_brings_the_names(module: str, names: tuple[str, ...]) -> None:
    place = importlib.import_module(module)
    assert set(names) <= set(place.__all__)
    # What Python does for ``from module import *``.
    assert all(getattr(place, name) is not None for name in place.__all__)
