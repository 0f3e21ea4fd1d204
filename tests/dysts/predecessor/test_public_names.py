"""Every public name of dysts 0.96 is here with its arguments, or is left out with what to write instead.

``public_names.json`` is the list that `tests/performance/predecessor_names.py` makes of an installed dysts 0.96.
"""

import ast
import contextlib
import importlib
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from dysts.errors import InvalidArgumentError, NotSupportedError
from dysts.predecessor.left_out import INSTEAD
from dysts.predecessor.scores import by_position

NAMES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("public_names.json").read_text())
PAGE = (Path(__file__).parents[3] / "docs" / "predecessor.md").read_text()
OTHER_DEFAULTS = {
    "dt": "the default of 0.96 stands for the step of the model",
    "exclude": "an empty list that a call could change",
    "multiprocessing_kwargs": "an empty dictionary that a call could change",
    "tau": "the default of 0.96 stands for the delay of the model",
}
"""Arguments whose defaults differ, without another meaning."""


def left_out(module: str, name: str) -> bool:
    """Whether a name is among those that are left out; the modules inside ``dysts.utils`` share its list."""
    return name in INSTEAD.get("dysts.utils" if module.startswith("dysts.utils.") else module, {})


def kept(kind: str) -> list[Any]:
    """Return module, name and description of the names of a kind that are kept."""
    return [
        pytest.param(module, name, one, id=f"{module}.{name}")
        for module, names in NAMES.items()
        for name, one in names.items()
        if one["kind"] == kind and not left_out(module, name) and module not in ("dysts.flows", "dysts.maps")
    ]


def value_of(module: str, name: str) -> Any:
    """Return what a script gets for a name."""
    return getattr(importlib.import_module(module), name)


def check_arguments(function: Any, wanted: list[str], *, bound: bool = False) -> None:
    """Compare the arguments of a function with those of 0.96: the same order, names and defaults, and possibly more."""
    own = list(inspect.signature(function).parameters.values())[1 if bound else 0 :]
    positional = [one for one in own if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    by_name = {one.name: one for one in own}
    place = 0
    for text in wanted:
        name, _, default = text.partition("=")
        if name.startswith("*"):
            kind = inspect.Parameter.VAR_KEYWORD if name.startswith("**") else inspect.Parameter.VAR_POSITIONAL
            assert any(one.kind is kind for one in own), f"{function} takes no {text}"
            continue
        assert name in by_name, f"{function} has no argument {name}"
        if by_name[name].kind is not inspect.Parameter.KEYWORD_ONLY:
            assert positional[place].name == name, f"{function} has {positional[place].name} in the place of {name}"
            place += 1
        try:
            value = ast.literal_eval(default or "None")
        except ValueError:
            # An expression of names, such as the path of a file.
            continue
        assert not default or by_name[name].default == value or name in OTHER_DEFAULTS, f"{function}: {text}"


def test_no_module_is_missing() -> None:
    for module in NAMES:
        importlib.import_module(module)


def test_every_name_is_kept_or_left_out() -> None:
    for module, names in NAMES.items():
        for name in names:
            if left_out(module, name):
                with pytest.raises(NotSupportedError, match="write instead"):
                    value_of(module, name)
            else:
                assert value_of(module, name) is not None


def test_no_name_is_left_out_that_0_96_does_not_have() -> None:
    for module, names in INSTEAD.items():
        known = set(NAMES.get(module, {}))
        if module == "dysts.utils":
            known |= {name for other in NAMES if other.startswith(module) for name in NAMES[other]}
        if module.startswith("dysts.flows."):
            known = set(NAMES["dysts.flows"][module.rpartition(".")[2]]["methods"])
        # The module of 0.96 has the class and the file of facts the name, but there is no equation.
        assert set(names) - {"EndCap"} <= known, module


def test_the_page_names_what_is_left_out() -> None:
    section = PAGE.split("## What is left out")[1].split("\n## ")[0]
    missing = [name for names in INSTEAD.values() for name in names if f"{name}`" not in section]
    assert missing == []


@pytest.mark.parametrize(("module", "name", "described"), kept("function"))
def test_functions_take_the_arguments_of_0_96(module: str, name: str, described: dict[str, Any]) -> None:
    function = value_of(module, name)
    if module == "dysts.metrics":
        with contextlib.suppress(InvalidArgumentError):
            function = by_position(name)
    check_arguments(function, described["arguments"])


@pytest.mark.parametrize(("module", "name", "described"), kept("class"))
def test_classes_take_the_arguments_of_0_96(module: str, name: str, described: dict[str, Any]) -> None:
    kind = value_of(module, name)
    if "arguments" in described:
        check_arguments(kind, described["arguments"])
    for method, wanted in described["methods"].items():
        if method.startswith("_") or (name, method) == ("BaseDyn", "make_trajectory"):
            continue
        found = inspect.getattr_static(kind, method)
        static = isinstance(found, staticmethod) or not inspect.isfunction(found)
        check_arguments(getattr(kind, method), wanted, bound=not static)


@pytest.mark.parametrize("module", ["dysts.flows", "dysts.maps"])
def test_equations_take_the_arguments_of_0_96(module: str) -> None:
    for name, described in NAMES[module].items():
        if described["kind"] != "class" or left_out(module, name):
            continue
        kind = value_of(module, name)
        for method in ("_rhs", "_jac"):
            if method in described["methods"]:
                own = list(inspect.signature(getattr(kind, method)).parameters)
                wanted = described["methods"][method]
                assert len(own) == len(wanted), f"{name}.{method}"
                parameters = sorted(kind().params)
                assert own[-len(parameters) :] == [one.partition("=")[0] for one in wanted[-len(parameters) :]], name
        for method in described["methods"]:
            if left_out(f"{module}.{name}", method):
                with pytest.raises(NotSupportedError, match="write instead"):
                    getattr(kind(), method)
            else:
                assert callable(getattr(kind, method)), f"{name}.{method}"
