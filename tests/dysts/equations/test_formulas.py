"""The formulas that readers see say what the compiled functions compute, and scipy can use the functions."""

import numpy as np
import pytest
import sympy
from scipy.integrate import solve_ivp

import dysts


@pytest.mark.parametrize("name", ["Lorenz", "MackeyGlass", "Chua", "Hopfield", "DoublePendulum", "FluidTrampoline"])
def test_sympy_equations_have_the_values_of_the_compiled_ones(name: str) -> None:
    system = dysts.get_system(name)
    equations = system.to_sympy()
    assert [str(variable) for variable in equations] == list(system.variables)
    generator = np.random.default_rng(5)
    state = np.array(system.initial_conditions) * (1.0 + 0.1 * generator.random(system.dimension))
    delayed = state * 0.9 if system.delay else None
    values = dict(system.flat_parameters) | dict(zip(system.variables, state, strict=True)) | {"t": 0.3}
    if delayed is not None:
        values |= dict(zip(system.delayed_variables, delayed, strict=True))
    numbers = [
        float(expression.evalf(20, subs={symbol: values[symbol.name] for symbol in expression.free_symbols}))
        for expression in equations.values()
    ]
    np.testing.assert_allclose(numbers, system.rhs(0.3, state, delayed), rtol=1e-12, atol=1e-14)


def test_latex_of_a_known_system() -> None:
    assert dysts.get_system("Lorenz").to_latex() == (
        "\\begin{aligned}\n\\dot{x} &= - \\sigma x + \\sigma y \\\\\n\\dot{y} &= \\rho x - x z - y \\\\\n"
        "\\dot{z} &= - \\beta z + x y\n\\end{aligned}"
    )


def test_latex_marks_the_delay_and_sets_words_upright() -> None:
    assert "x_{\\tau}" in dysts.get_system("MackeyGlass").to_latex()
    assert "\\mathrm{xp}" in dysts.get_system("BelousovZhabotinsky").to_latex()


@pytest.mark.parametrize("name", dysts.list_systems(variants=True))
def test_every_system_can_be_typeset(name: str) -> None:
    system = dysts.get_system(name)
    text = system.to_latex()
    assert text.count("\\dot{") == system.dimension
    assert text.count("{") == text.count("}")
    assert text.count("\\left") == text.count("\\right")
    matplotlib = pytest.importorskip("matplotlib.mathtext")
    parser = matplotlib.MathTextParser("path")
    for line in text.splitlines()[1:-1]:
        formula = line.removesuffix(" \\\\").replace("&", "")
        parser.parse(f"${formula}$")


def test_symbols_are_real_and_parameters_stay_symbols() -> None:
    (first, *_), expressions = zip(*dysts.get_system("Rossler").to_sympy().items(), strict=True)
    assert first == sympy.Symbol("x", real=True)
    assert sympy.Symbol("a", real=True) in set().union(*(expression.free_symbols for expression in expressions))


def test_scipy_takes_the_right_hand_side_and_the_jacobian() -> None:
    system = dysts.get_system("ForcedVanDerPol")
    theirs = solve_ivp(
        system.rhs,
        (0.0, 3.0),
        system.initial_conditions,
        method="Radau",
        jac=system.jacobian,
        rtol=1e-10,
        atol=1e-12,
    )
    assert theirs.success
    mine = dysts.integrate(system, times=[0.0, 3.0], rtol=1e-11).values[-1]
    np.testing.assert_allclose(mine[:2], theirs.y[:2, -1], rtol=1e-6)
