"""A keyword of another package is answered by the one to use here; the signature stays closed."""

import inspect

import pytest

import dysts
from dysts.errors import DystsError, UnknownArgumentError


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
