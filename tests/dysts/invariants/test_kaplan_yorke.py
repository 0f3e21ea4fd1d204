"""Dimension, entropy and regime that follow from a spectrum."""

import dataclasses
import math

import numpy as np
import pytest
from linear_systems import make

import dysts
from dysts.errors import InvalidArgumentError
from dysts.invariants import LyapunovSpectrum, kaplan_yorke_dimension, pesin_entropy
from dysts.invariants.regime import regime_of, without_small


@pytest.mark.parametrize(
    ("exponents", "dimension"),
    [
        ([0.9056, 0.0, -14.5723], 2.0 + 0.9056 / 14.5723),
        ([-0.1, -0.2], 0.0),
        ([0.0, -0.5, -1.0], 1.0),
        ([0.0, 0.0, -1.0], 2.0),
        ([0.5, 0.0, -0.5], 3.0),
        ([0.5, 0.2, 0.0], 3.0),
        ([0.3, 0.1, 0.0, -0.8], 3.5),
        ([0.2, 0.0, -math.inf], 2.0),
        ([2.0], 1.0),
    ],
)
def test_the_dimension_of_known_spectra(exponents: list[float], dimension: float) -> None:
    assert kaplan_yorke_dimension(exponents).value == pytest.approx(dimension, rel=1e-12)


def test_the_error_is_that_of_repeated_measurements() -> None:
    exponents, errors = np.array([0.9, 0.0, -14.5]), np.array([0.02, 0.01, 0.05])
    noise = np.random.default_rng(0).standard_normal((20_000, 3)) * errors
    values = [kaplan_yorke_dimension(sorted(row, reverse=True)).value for row in exponents + noise]
    assert kaplan_yorke_dimension(exponents.tolist(), errors.tolist()).error == pytest.approx(np.std(values), rel=0.05)


def test_a_sum_that_may_be_zero_is_zero() -> None:
    # The three exponents of a flow that keeps volume, measured with errors.
    found = kaplan_yorke_dimension([0.1, 0.0001, -0.1003], [0.001, 0.001, 0.001])
    assert found.value == 3.0
    assert kaplan_yorke_dimension([0.1, 0.0001, -0.1103], [0.001, 0.001, 0.001]).value < 3.0


def test_the_entropy_sums_what_is_positive_for_sure() -> None:
    found = pesin_entropy([0.5, 0.1, 0.001, -2.0], [0.03, 0.04, 0.01, 0.1])
    assert found.value == pytest.approx(0.6)
    assert found.error == pytest.approx(0.05)
    assert pesin_entropy([-0.1, -0.2]).value == 0.0


@pytest.mark.parametrize("exponents", [[], [0.0, 0.1], [math.nan], [[0.1]], [math.inf, 0.0]])
def test_bad_spectra_are_refused(exponents: list[float]) -> None:
    with pytest.raises(InvalidArgumentError, match="exponents must be"):
        kaplan_yorke_dimension(exponents)


def test_errors_must_fit() -> None:
    with pytest.raises(InvalidArgumentError, match="for each of 2 exponents"):
        pesin_entropy([0.1, 0.0], [0.1])


def regime(exponents: list[float], *, error: float = 1e-3, lifetime: float | None = None) -> tuple[str, str]:
    names = ("x", "y", "z", "u")[: len(exponents)]
    system = dataclasses.replace(make(dict.fromkeys(names, "1"), [0.0] * len(names)), lifetime=lifetime)
    spectrum = LyapunovSpectrum(
        tuple(exponents), (error,) * len(exponents), {"periods": 1000.0, "trajectories": 16, "method": "tangent"}
    )
    return regime_of(system, spectrum, period=1.0)


def test_regimes_by_their_rules() -> None:
    assert regime([0.5, 0.0, -3.0])[0] == "chaotic"
    assert regime([0.5, 0.2, 0.0, -3.0])[0] == "hyperchaotic"
    assert regime([0.5, 0.0, -0.5])[0] == "conservative chaos"
    assert regime([0.0, -0.5, -3.0])[0] == "periodic"
    assert regime([0.001, 0.0, -3.0])[0] == "quasiperiodic"
    # The zero of the flow's direction may look significant, as kinks shift it; a flow of three variables has no two.
    assert regime([0.5, 0.05, -3.0])[0] == "chaotic"
    # 1.5 ln(1000) / 1000 is 0.0104: above it, but not above three standard errors.
    assert regime([0.02, 0.0, -3.0], error=0.01)[0] == "undecided"
    assert regime([0.5, 0.0, -3.0], lifetime=100.0) == ("transient", "chaotic")


def test_what_the_rules_take_for_zero_is_zero_in_the_dimension() -> None:
    system = make({"x": "1", "y": "1", "z": "1"}, [0.0, 0.0, 0.0])
    spectrum = LyapunovSpectrum((-0.001, -0.012, -3.0), (1e-3,) * 3, {"periods": 1000.0, "trajectories": 16})
    assert regime_of(system, spectrum, period=1.0)[0] == "quasiperiodic"
    cleared = without_small(system, spectrum, 1.0)
    assert cleared == (0.0, 0.0, -3.0)
    assert kaplan_yorke_dimension(cleared, spectrum.errors).value == 2.0
    assert kaplan_yorke_dimension(spectrum.exponents, spectrum.errors).value == 1.0


def test_a_hamiltonian_system_conserves_whatever_its_sum() -> None:
    system = dysts.get_system("NuclearQuadrupole")
    spectrum = LyapunovSpectrum(
        (0.3, 0.0, -0.1, -0.3), (1e-3,) * 4, {"periods": 1000.0, "trajectories": 16, "method": "tangent"}
    )
    assert regime_of(system, spectrum, period=6.3)[0] == "conservative chaos"


def test_the_error_counts_the_exponent_that_divides() -> None:
    # The dimension is 1 + 0.5/2; its derivatives by the exponents are 1/2 and 0.5/4.
    found = kaplan_yorke_dimension([0.5, -2.0], [0.01, 0.2])
    assert found.value == 1.25
    assert found.error == pytest.approx(math.hypot(0.01 / 2.0, 0.2 * 0.5 / 4.0))
