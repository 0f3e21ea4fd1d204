"""Equations as source code compute what the equations compute, with names that are valid in their language."""

import ctypes
import runpy
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.equations.functions import FUNCTIONS
from dysts.equations.source_code import LANGUAGES
from dysts.errors import InvalidArgumentError, NotSupportedError

EVERYTHING = dysts.System.from_equations(
    "Everything",
    {
        "end": "-end**2 - (-long)**3 + 2**(-end)/7*(long/3)/(2/register)",
        "long": "asin(end/9) + acos(end/9) + atan(end) + atan2(end, long) + erf(end) + log10(long + 9) + x1**-2 - pi",
        "register": "mod(end, 2) + mod(-end, 3) + ceil(long) + floor(long) + sign(end) + abs(-end) + heaviside(t - 1)",
        "state": "max(end, long, 0.1) - min(end, long, state, 0.3) + (end if long < 1 else -(state - end))",
        "rate": "exp(-end) + log(long + 9) + sqrt(long + 9) + sin(end) + cos(end) + tan(end) + sinh(end) + cosh(end)",
        "np": "tanh(end) - (end - (long - register)) - 3*-np - 2*global1/if1",
    },
    definitions={"x1": "global1 + 2", "while1": "x1**2"},
    parameters={"global1": 1.5, "if1": -0.25},
    initial_conditions=[0.4, -0.7, 1.3, 0.2, 0.1, 0.6],
)
"""Every function, operator and precedence, and names that C, Julia or the text around the equations use."""
STATES = np.random.default_rng(0).uniform(-1.5, 1.5, (20, 6))


def test_the_example_calls_every_function() -> None:
    text = " ".join(EVERYTHING.equations.values())
    assert all(f"{name}(" in text for name in FUNCTIONS)


@pytest.mark.parametrize("system", [EVERYTHING, *(dysts.get_system(n) for n in ("Lorenz", "MacArthur", "Lorenz96"))])
def test_python_computes_the_same(system: dysts.System, tmp_path: Path) -> None:
    path = tmp_path / "system.py"
    path.write_text(system.to_code("python"))
    module = runpy.run_path(str(path))
    start = np.array(module["initial_conditions"])
    np.testing.assert_array_equal(start, system.initial_conditions)
    for t, state in enumerate(STATES if system is EVERYTHING else [start]):
        np.testing.assert_allclose(module["derivative"](float(t), state), system.rhs(float(t), state), rtol=1e-13)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("system", [EVERYTHING, *(dysts.get_system(n) for n in ("Lorenz", "MacArthur"))])
def test_c_computes_the_same_without_a_warning(system: dysts.System, tmp_path: Path) -> None:
    path, library = tmp_path / "system.c", tmp_path / "system.so"
    path.write_text(system.to_code("c"))
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, str(path), "-o", str(library), "-lm"], check=True)
    loaded = ctypes.CDLL(str(library))
    size = system.dimension
    start = np.array((ctypes.c_double * size).in_dll(loaded, "initial_conditions"))
    np.testing.assert_array_equal(start, system.initial_conditions)
    parameters = (ctypes.c_double * max(1, len(system.flat_parameters))).in_dll(loaded, "parameters")
    rate = (ctypes.c_double * size)()
    for t, state in enumerate(STATES if system is EVERYTHING else [start]):
        loaded.derivative(ctypes.c_double(t), (ctypes.c_double * size)(*state), parameters, rate)
        np.testing.assert_allclose(np.array(rate), system.rhs(float(t), state), rtol=1e-13)


def test_julia_has_its_own_powers_conditions_and_names() -> None:
    system = dysts.System.from_equations(
        "S",
        {"end": "-end**2/3 + (1 if t > 2 else atan2(end, y))", "y": "erf(end) - heaviside(y)*function"},
        parameters={"function": 2},
        initial_conditions=[1.0, 2.0],
    )
    assert system.to_code("julia").splitlines()[1:] == [
        "using SpecialFunctions: erf",
        "heaviside_(u) = u > 0 ? 1.0 : 0.0",
        "",
        "initial_conditions = [1.0, 2.0]",
        "parameters = (; function_ = 2.0)",
        "",
        "function derivative!(rate, state, parameters, t)",
        "    end_, y = state",
        "    (; function_) = parameters",
        "    rate[1] = -end_^2.0/3.0 + (t > 2.0 ? 1.0 : atan(end_, y))",
        "    rate[2] = erf(end_) - heaviside_(y)*function_",
        "    return nothing",
        "end",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_ordinary_systems_are_written(language: str) -> None:
    for name in dysts.list_systems():
        system = dysts.get_system(name)
        if system.delay is None:
            assert "derivative" in system.to_code(language)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="MackeyGlass has a delay"):
        dysts.get_system("MackeyGlass").to_code("c")
    with pytest.raises(InvalidArgumentError, match="language must be one of 'python', 'c', 'julia', got 'fortran'"):
        dysts.get_system("Lorenz").to_code("fortran")
