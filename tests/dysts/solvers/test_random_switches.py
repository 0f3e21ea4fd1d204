"""Random systems with switches: every solver that accepts one integrates it to its tolerance."""

import pytest
from linear_systems import make
from switched_systems import END, random_case

import dysts
from dysts.errors import IntegrationError, InvalidArgumentError, NotSupportedError

TOLERANCES = 100.0
"""Allowed error in units of the tolerance: each of some hundred steps and changes may contribute one."""


@pytest.mark.parametrize("first", range(0, 100, 10))
def test_random_switches_are_integrated_to_the_tolerance(first: int) -> None:
    for seed in range(first, first + 10):
        case = random_case(seed)
        rtol = (1e-6, 1e-9)[seed % 2]
        solver = ("auto", "dop853")[seed // 2 % 2]
        y = dysts.integrate(case.system, times=[END], rtol=rtol, solver=solver, predictability=False).values[0, 0]
        assert abs(y - case.exact) <= TOLERANCES * rtol * case.largest, (seed, case.kind)


@pytest.mark.parametrize(
    "forcing",
    [
        "heaviside(t - 1) - heaviside(t - 1.5)",
        "heaviside((t - 1)*(1.5 - t))",
        "((1 if t < 1.5 else 0) if t > 1 else 0)",
        "max(sign(min(t - 1, 1.5 - t)), 0)",
        "heaviside(t - 1)*heaviside(3 - 2*t)",
    ],
)
def test_switches_that_cancel_over_a_step_are_seen(forcing: str) -> None:
    y = dysts.integrate(make({"y": f"-y + {forcing}"}, [0.0]), times=[1.5, 40.0], predictability=False).values
    assert y[0, 0] == pytest.approx(0.3934693402873666, rel=1e-9)  # 1 - exp(-1/2)


def test_oscillation_without_end_at_a_surface_is_called_so() -> None:
    # Two surfaces at one place, whose product pushes back on one side only when both have changed.
    system = make({"x": "1 - 2*heaviside(x)*heaviside(x + y)", "y": "0"}, [-1.0, 0.0])
    with pytest.raises(IntegrationError, match=r"at time 1\.?\d* of 3: .* back and forth without end"):
        dysts.integrate(system, times=[3.0], predictability=False)


@pytest.mark.parametrize("solver", ["taylor", "radau"])
def test_a_solver_that_does_not_locate_jumps_refuses_them(solver: str) -> None:
    system = make({"y": "-y + heaviside(t - 1)"}, [0.0])
    with pytest.raises((InvalidArgumentError, NotSupportedError), match="kinks or jumps"):
        dysts.integrate(system, times=[3.0], solver=solver)


@pytest.mark.parametrize("solver", ["auto", "dop853", "radau"])
def test_every_method_finds_the_same_events(solver: str) -> None:
    section = dysts.poincare_section(
        make({"x": "1"}, [0.0]), "(x - 2)*(x - 6)*(x - 10)", 3, direction="both", maximum_time=20.0, solver=solver
    )
    assert section["time"].values == pytest.approx([2.0, 6.0, 10.0], rel=1e-9)
