"""A keyword of another package is answered by the one to use here; the signature stays closed."""

import inspect
from collections.abc import Callable

import numpy as np
import pytest

import dysts
from dysts.errors import DystsError, InvalidArgumentError, UnknownArgumentError


@pytest.mark.parametrize(
    ("keywords", "hint"),
    [
        ({"rho": 35.0}, "use with_parameters(rho=35.0)"),
        ({"parameters": {"rho": 35.0}}, "use with_parameters(rho=35.0)"),
        ({"ic": [1, 1, 1]}, "use initial_conditions="),
        ({"dt": 0.1}, "use step="),
        ({"method": "RK45"}, "use solver="),
        ({"t_eval": [0, 1]}, "use times="),
        ({"point": 10}, "did you mean 'points'"),
        ({"zzz": 1}, "its arguments are system, points"),
    ],
)
def test_an_unknown_argument_names_the_one_to_use(keywords: dict[str, object], hint: str) -> None:
    name = next(iter(keywords))
    with pytest.raises(UnknownArgumentError, match=f"integrate has no argument '{name}'") as caught:
        dysts.integrate("Lorenz", **keywords)  # type: ignore[arg-type]
    assert hint in str(caught.value)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, DystsError)


def test_sections_and_ensembles_have_hints_too() -> None:
    hopfield = dysts.get_system("Hopfield")
    with pytest.raises(UnknownArgumentError, match=r"k_1_2=7\.0"):
        dysts.poincare_section(hopfield.with_parameters(k_1_2=[1.0, 2.0]), "x", k_1_2=7.0)  # type: ignore[call-arg]
    with pytest.raises(UnknownArgumentError, match="did you mean"):
        dysts.integrate("Lorentz", solvr="auto")  # type: ignore[call-arg]


def test_the_signature_is_that_of_the_function() -> None:
    parameters = inspect.signature(dysts.integrate).parameters
    assert "initial_conditions" in parameters
    assert all(parameter.kind is not inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())


@pytest.mark.parametrize("function", [dysts.integrate, dysts.poincare_section, dysts.bifurcation_diagram])
def test_what_is_no_system_is_refused(function: Callable[..., object]) -> None:
    with pytest.raises(InvalidArgumentError, match=f"system of {function.__name__} must be a name, .* got None"):
        function(None)


def test_no_call_is_without_a_bound_on_its_memory() -> None:
    for arguments in ({"points": 10**15}, {"points": 10**7, "initial_conditions": np.ones((10**6, 3))}):
        with pytest.raises(InvalidArgumentError, match=r"must fit into the memory of \d+ GB, got"):
            dysts.integrate("Lorenz", **arguments)
    with pytest.raises(InvalidArgumentError, match="must fit into the memory"):
        dysts.poincare_section("Lorenz", "z - 27", 10**15)
    with pytest.raises(InvalidArgumentError, match=r"maximum_steps must be at most 2\*\*62, got 1e\+30"):
        dysts.integrate("Lorenz", 10, maximum_steps=10**30)
