"""Every compiled right-hand side and Jacobian agrees with values and methods that share no code with it."""

import json
from pathlib import Path

import numpy as np
import pytest
import sympy

import dysts
from dysts.equations.expressions import evaluate
from dysts.equations.symbolic import to_sympy
from dysts.systems.system import System

CHECK_VALUES = json.loads((Path(__file__).parents[1] / "facts" / "check_values.json").read_text())
EVERY = dysts.list_systems(variants=True)
ORDINARY = [name for name in EVERY if dysts.get_system(name).delay is None]
KINKS = ("abs", "sign", "heaviside", "max", "min", "floor")
ROUNDING = 2.3e-16


def random_states(system: System, count: int = 200) -> np.ndarray:
    """States within a tenth of a standard deviation of the orbit; the exact orbit for bounded domains."""
    generator = np.random.default_rng(7)
    step = system.period / 20.0 if "period" in system.properties else 0.05
    orbit = dysts.integrate(system, count, step=step, rtol=1e-6).values
    noise = 0.1 * orbit.std(axis=0) * generator.standard_normal(orbit.shape)
    near = orbit + noise
    # Square roots and logarithms end where a component changes its sign.
    return np.where(np.sign(near) == np.sign(orbit), near, orbit)


def conditioning(system: System, states: np.ndarray) -> np.ndarray:
    """The change of the derivative under a rounding error of the state, per state."""
    return ROUNDING * np.abs(system.jacobian(0.0, states) * states[:, None, :]).sum(axis=2).max(axis=1)


@pytest.mark.parametrize("name", EVERY)
def test_right_hand_side_has_the_values_of_the_literature(name: str) -> None:
    system = dysts.get_system(name)
    for check in CHECK_VALUES[name]:
        state = np.array(check["state"])
        delayed = check.get("delayed")
        value = system.rhs(check.get("t", 0.0), state, delayed)
        expected = np.array(check["derivative"])
        # Far from the attractor hyperbolic functions cancel; a rounding of the state changes as much.
        slack = 4.0 * ROUNDING * np.abs(system.jacobian(0.0, state, delayed)).sum(axis=1).max() * np.abs(state).max()
        np.testing.assert_allclose(value, expected, rtol=0.0, atol=1e-12 * np.abs(expected).max() + slack)


@pytest.mark.parametrize("name", ORDINARY)
def test_right_hand_side_agrees_with_sympy_at_200_states(name: str) -> None:
    system = dysts.get_system(name)
    states = random_states(system)
    inputs = [*system.variables, *system.flat_parameters, "t"]
    symbols = {key: sympy.Symbol(key, real=True) for key in inputs}
    definitions, derivatives = system.vector_field.definitions, system.vector_field.derivatives
    values = dict(symbols)
    for key, tree in definitions.items():
        values[key] = to_sympy(tree, values)
    function = sympy.lambdify(
        [symbols[key] for key in inputs], [to_sympy(tree, values) for tree in derivatives], modules="numpy", cse=True
    )
    columns = function(*states.T, *system.flat_parameters.values(), 0.3)
    expected = np.stack(np.broadcast_arrays(*columns, states[:, 0])[:-1], axis=1)
    size = np.abs(expected).max(axis=1)
    assert (np.abs(system.rhs(0.3, states) - expected).max(axis=1) <= 1e-12 * size + conditioning(system, states)).all()


def has_kink(system: System) -> bool:
    texts = [*system.definitions.values(), *system.equations.values()]
    return any(f"{function}(" in text for text in texts for function in KINKS)


@pytest.mark.parametrize("name", [name for name in ORDINARY if not has_kink(dysts.get_system(name))])
def test_jacobian_of_a_smooth_system_is_its_complex_step_derivative(name: str) -> None:
    system = dysts.get_system(name)
    states = random_states(system, 50)
    definitions, derivatives = system.vector_field.definitions, system.vector_field.derivatives
    expected = np.empty((len(states), system.dimension, system.dimension))
    for column in range(system.dimension):
        shifted = states.astype(complex)
        shifted[:, column] += 1e-30j
        values = dict(system.flat_parameters) | dict(zip(system.variables, shifted.T, strict=True)) | {"t": 0.3}
        for key, tree in definitions.items():
            values[key] = evaluate(tree, values)
        for row, tree in enumerate(derivatives):
            expected[:, row, column] = np.imag(evaluate(tree, values)) / 1e-30
    size = np.abs(expected).max(axis=(1, 2), keepdims=True)
    if name.startswith("WindmiReduced"):
        # 1 - tanh(u)**2 cancels where the steep tanh is saturated: in units of the largest entry anywhere.
        size = size.max()
    assert (np.abs(system.jacobian(0.3, states) - expected) <= 1e-10 * size).all()


@pytest.mark.parametrize("name", [name for name in ORDINARY if has_kink(dysts.get_system(name))])
def test_jacobian_of_a_system_with_kinks_is_its_finite_difference_away_from_them(name: str) -> None:
    system = dysts.get_system(name)
    states = random_states(system, 50)
    jacobian = system.jacobian(0.0, states)
    agree = np.zeros((len(states), system.dimension), dtype=bool)
    for column in range(system.dimension):
        step = 1e-4 * states[:, column].std()
        unit = np.zeros(system.dimension)
        unit[column] = step
        ahead = [system.rhs(0.0, states + k * unit) - system.rhs(0.0, states - k * unit) for k in (1, 2, 3)]
        difference = (45.0 * ahead[0] - 9.0 * ahead[1] + ahead[2]) / (60.0 * step)
        size = np.abs(jacobian).max(axis=(1, 2)) + 1e-300
        agree[:, column] = np.abs(difference - jacobian[:, :, column]).max(axis=1) <= 1e-7 * size
    # A state within the stencil of a kink has no derivative to compare with; such states are few.
    assert agree.all(axis=1).mean() > 0.9


@pytest.mark.parametrize("name", [name for name in EVERY if dysts.get_system(name).delay])
def test_jacobian_of_a_delay_system_covers_state_and_delayed_state(name: str) -> None:
    system = dysts.get_system(name)
    state, delayed, step = np.array([0.41]), np.array([0.73]), 1e-5
    numeric = [
        (system.rhs(0.0, state + step, delayed) - system.rhs(0.0, state - step, delayed)) / (2 * step),
        (system.rhs(0.0, state, delayed + step) - system.rhs(0.0, state, delayed - step)) / (2 * step),
    ]
    np.testing.assert_allclose(system.jacobian(0.0, state, delayed), np.array(numeric).T, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "name", [name for name in ORDINARY if "hamiltonian" in str(dysts.get_system(name).conservation.get("type"))]
)
def test_volume_is_preserved_where_the_entry_says_so(name: str) -> None:
    system = dysts.get_system(name)
    if "r" in system.variables and system.conservation.get("energy") is None:
        pytest.skip("polar coordinates: the volume element is r dr dtheta")
    jacobian = system.jacobian(0.0, random_states(system, 50))
    trace = np.trace(jacobian, axis1=1, axis2=2)
    assert (np.abs(trace) <= 1e-10 * np.abs(jacobian).max(axis=(1, 2))).all()


@pytest.mark.parametrize("name", ["DoublePendulum", "HenonHeiles", "NuclearQuadrupole", "SwingingAtwood", "ArnoldWeb"])
def test_equations_are_hamiltons_equations_of_the_stored_energy(name: str) -> None:
    system = dysts.get_system(name)
    definitions, derivatives = system.vector_field.definitions, system.vector_field.derivatives
    symbols = {key: sympy.Symbol(key, real=True) for key in [*system.variables, *system.flat_parameters]}
    from dysts.equations.expressions import parse

    known = {*symbols, *definitions}
    values = dict(symbols)
    for key, tree in definitions.items():
        values[key] = to_sympy(tree, values)
    energy = to_sympy(parse(system.conservation["energy"], where=name, names=known), values)
    equations = dict(zip(system.variables, derivatives, strict=True))
    numbers = {symbols[key]: value for key, value in system.flat_parameters.items()}
    generator = np.random.default_rng(1)
    for state in np.array(system.initial_conditions) + 0.1 * generator.random((3, system.dimension)):
        at = numbers | {symbols[key]: value for key, value in zip(system.variables, state, strict=True)}
        for coordinate, momentum in system.conservation["canonical_pairs"]:
            for left, right in (
                (coordinate, energy.diff(symbols[momentum])),
                (momentum, -energy.diff(symbols[coordinate])),
            ):
                rate = float(to_sympy(equations[left], values).subs(at))
                assert rate == pytest.approx(float(right.subs(at)), rel=1e-9, abs=1e-11)
