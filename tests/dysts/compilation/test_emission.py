"""Machine code made from expressions says what they say: to the last digits, alone and eight at a time."""

import ctypes

import mpmath
import numpy as np
import pytest

from dysts.compilation.emission.elementary import LARGEST_ANGLE, LARGEST_EXPONENT
from dysts.compilation.emission.evaluation import LANES, emit
from dysts.compilation.emission.taylor_coefficients import expandable
from dysts.compilation.functions import compile_function
from dysts.compilation.machine_code import CompiledFunction
from dysts.compilation.program import Program, compose
from dysts.compilation.right_hand_side import _evaluate
from dysts.equations.expressions import FUNCTIONS, evaluate, parse

PIECES = {
    "sin": (-4.0, 4.0, -LARGEST_ANGLE, LARGEST_ANGLE),
    "cos": (-4.0, 4.0, -LARGEST_ANGLE, LARGEST_ANGLE),
    "exp": (-2.0, 2.0, -LARGEST_EXPONENT, LARGEST_EXPONENT),
    "cosh": (-2.0, 2.0, -LARGEST_EXPONENT, LARGEST_EXPONENT),
    "sinh": (-1e-6, 1e-6, -3.0, 3.0),
    "tanh": (-1e-6, 1e-6, -25.0, 25.0),
}
UNITS = 2.5
"""In the last place. Each of the two or three roundings behind the polynomial costs up to one half."""


def program_of(texts: list[str], names: list[str], parameters: tuple[str, ...] = ()) -> Program:
    trees = [parse(text, where="test", names={*names, *parameters}) for text in texts]
    return compose(variables=names, parameters=parameters, definitions={}, results=trees)


def run(program: Program, states: np.ndarray, **parameters: float) -> np.ndarray:
    compiled = compile_function(program, "test")
    return _evaluate(compiled, program.table(parameters), 0.5, states, (len(program.results),))


def run_lanes(compiled: CompiledFunction, table: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Evaluate eight states at once through the address: [8, state] to [8, result]."""
    pointer = ctypes.POINTER(ctypes.c_double)
    function = ctypes.CFUNCTYPE(None, *[pointer] * 4)(compiled.lanes_address)
    result = np.empty((len(compiled.program.results), LANES))
    arrays = (np.full(LANES, 0.5), states.T.copy(), np.repeat(table[:, np.newaxis], LANES, axis=1), result)
    function(*(array.ctypes.data_as(pointer) for array in arrays))
    return result.T


@pytest.mark.parametrize("name", sorted(PIECES))
@pytest.mark.parametrize("together", [1, 2, 3, 8])
def test_elementary_functions_are_right_to_the_last_digits(name: str, together: int) -> None:
    names = [f"x{index}" for index in range(together)]
    program = program_of([f"{name}({own})" for own in names], names)
    generator = np.random.default_rng(together)
    low, high, far_low, far_high = PIECES[name]
    near, far = (generator.uniform(*ends, (40, together)) for ends in ((low, high), (far_low, far_high)))
    states = np.concatenate([near, far, np.zeros((1, together))])
    with mpmath.workprec(120):
        exact = [getattr(mpmath, name)(mpmath.mpf(float(x))) for x in states.ravel()]
        for value, other in zip(run(program, states).ravel(), exact, strict=True):
            assert abs(mpmath.mpf(float(value)) - other) <= UNITS * np.spacing(abs(float(other)))


@pytest.mark.parametrize("name", sorted(PIECES))
def test_at_unusual_arguments_the_library_answers(name: str) -> None:
    names = ["a", "b", "c"]
    program = program_of([f"{name}({own})" for own in names], names)
    unusual = np.array([np.nan, np.inf, -np.inf, 1e300, -1e10, 705.0, -800.0])
    states = np.stack([unusual, np.full(unusual.size, 0.3), np.full(unusual.size, -1.2)], axis=1)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(states)
    value = run(program, states)
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    # A lane has the bits of one state, whatever is beside it; and so has a function beside others.
    compiled = compile_function(program, "test")
    beside = np.concatenate([states, states[:1]])
    np.testing.assert_array_equal(run_lanes(compiled, program.table({}), beside)[: len(states)], value)
    np.testing.assert_array_equal(value[:, 1:], run(program, np.full((len(states), 3), [0.3, 0.3, -1.2]))[:, 1:])


def test_every_function_and_operation_agrees_with_plain_evaluation() -> None:
    # The arguments of most functions are between 0.2 and 2.2; those of the inverse functions stay below 1.
    texts = [
        f"{name}({', '.join(['0.4*x + 0.01*y', '0.7*y', '-z'][:most])})"
        for name, (_, most) in ((name, function.arguments) for name, function in sorted(FUNCTIONS.items()))
    ]
    texts += [
        "-x/a/b*y*3/z",
        "(x - y)/(a*z)/b",
        "-(x*y)/2",
        "x if y > a*z else z**3",
        "x if y <= z else -z",
        "exp(sin(x)*cos(y)) - tanh(cosh(z)/3)*sinh(x)",
        "t*x + pi*t",
        "x*x - x*x",
    ]
    program = program_of(texts, ["x", "y", "z"], ("a", "b"))
    parameters = {"a": 1.7, "b": -0.3}
    states = np.random.default_rng(0).uniform(0.2, 2.0, (LANES, 3))
    trees = [parse(text, where="test", names={"x", "y", "z", "a", "b"}) for text in texts]
    known = parameters | {"t": 0.5} | dict(zip("xyz", states.T, strict=True))
    expected = np.stack([np.broadcast_to(evaluate(tree, known), LANES) for tree in trees], axis=1)
    value = run(program, states, **parameters)
    np.testing.assert_allclose(value, expected, rtol=1e-14, atol=1e-15)
    compiled = compile_function(program, "test")
    np.testing.assert_array_equal(run_lanes(compiled, program.table(parameters), states), value)


POWERS = ["x**0", "x**1", "x**2", "x**7", "x**-3", "x**0.5", "x**1.25", "x**(-7/4)", "x**2.3", "x**n", "2**x"]


@pytest.mark.parametrize("n", [4.0, -3.0, 0.0, 2.5, 100.0])
def test_powers_of_every_kind(n: float) -> None:
    program = program_of(POWERS, ["x"], ("n",))
    states = np.linspace(0.3, 1.9, LANES)[:, np.newaxis]
    value = run(program, states, n=n)
    trees = [parse(text, where="test", names={"x", "n"}) for text in POWERS]
    expected = np.stack([np.broadcast_to(evaluate(tree, {"x": states[:, 0], "n": n}), LANES) for tree in trees], axis=1)
    np.testing.assert_allclose(value, expected, rtol=4e-15)
    lanes = run_lanes(compile_function(program, "test"), program.table({"n": n}), states)
    np.testing.assert_array_equal(lanes, value)


def test_powers_of_negative_numbers() -> None:
    value = run(program_of(["x**n", "x**3", "x**0.5"], ["x"], ("n",)), np.array([[-1.5]]), n=3.0)[0]
    np.testing.assert_allclose(value[:2], -(1.5**3), rtol=1e-15)
    assert np.isnan(value[2])


def test_what_repeats_is_computed_once_and_constants_not_at_all() -> None:
    program = program_of(["sin(x*y) + exp(a)", "cos(y*x) + sin(x*y)", "x/a + x**4 + x**2"], ["x", "y"], ("a",))
    names = [name for name, *_ in program.operations]
    assert names.count("sin") == 1
    assert names.count("exp") == 0
    assert names.count("div") == 0
    # x*y, x**2, its square, and x times the reciprocal of a
    assert names.count("mul") == 4


def test_a_long_program_calls_one_function_for_all_that_are_alike() -> None:
    names = [f"x{index}" for index in range(90)]
    texts = [f"{('sin', 'cos', 'exp')[index % 3]}({name})" for index, name in enumerate(names)]
    program = program_of(texts, names)
    states = np.random.default_rng(0).uniform(-3.0, 3.0, (LANES, 90))
    expected = [getattr(np, text[:3])(column) for text, column in zip(texts, states.T, strict=True)]
    value = run(program, states)
    np.testing.assert_allclose(value, np.transpose(expected), rtol=1e-15)
    # A short program has the code of each in place, and the same bits.
    short = run(program_of(texts[:9], names[:9]), states[:, :9])
    np.testing.assert_array_equal(short, value[:, :9])
    lanes = run_lanes(compile_function(program, "test"), program.table({}), states)
    np.testing.assert_array_equal(lanes, value)
    # Sines and cosines come in groups of eight: all sines, all cosines, and the group between.
    assert emit(program, lanes=False).count("define internal") <= 7


def test_a_dense_network_is_not_expanded() -> None:
    # Fifty oscillators take LLVM more than ten minutes; seconds are for ten of them.
    def network(size: int) -> Program:
        names = [f"x{index}" for index in range(size)]
        sums = ["+".join(f"sin({other}-{own})" for other in names if other != own) for own in names]
        return program_of(sums, names)

    assert expandable(network(10))
    assert not expandable(network(20))
