"""The suite `parameters`: train at some values of a parameter, forecast at one of them, between them and beyond.

The training series is one trajectory whose parameter changes from one value to the next without a jump of the state,
and its last component is the parameter. So a forecaster that looks at one point sees nothing but the true equations.
The parameter is known in forecasts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from benchmark.generalisation.cases import CONTEXT, HORIZON, POINTS_PER_PERIOD, RTOL, TRAIN, Case, Elsewhere
from dysts.errors import unknown_name
from dysts.integration.integrate import integrate
from dysts.invariants.lyapunov import lyapunov_spectrum
from dysts.invariants.regime import regime_of
from dysts.systems.registry import get_system

VALUES = Path(__file__).with_name("parameters.json")
"""File with the parameter, its values and the annotation of each value, which `annotated` computes."""
FACTORS: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {"trained": (0.94, 1.0, 1.06), "between": (1.03,), "beyond": (1.12,)}
)
"""Values by the way they lie to the trained ones, in units of the value of the registry."""
SETTLING = 50
"""Periods that are left out after a change of the parameter before a forecast."""
TRAJECTORIES, PERIODS = 8, 200
"""Effort of the exponents of each value."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value of a parameter with its annotation.

    Attributes
    ----------
    kind : str
        One of `FACTORS`.
    value : float
    regime : str
        One of `dysts.invariants.regime.REGIMES`.
    exponent, error : float
        Largest Lyapunov exponent per unit of time, and its standard error.
    """

    kind: str
    value: float
    regime: str
    exponent: float
    error: float


@cache
def parameter_systems() -> Mapping[str, tuple[str, tuple[Value, ...]]]:
    """Return for each system of the suite its parameter and the values, the trained ones first.

    Examples
    --------
    >>> name, values = parameter_systems()["Lorenz"]
    >>> name, [(each.kind, each.value) for each in values[2:]]
    ('rho', [('trained', 29.68), ('between', 28.84), ('beyond', 31.36)])
    """
    stored = json.loads(VALUES.read_text(encoding="utf-8"))
    return MappingProxyType(
        {name: (entry["parameter"], tuple(Value(**each) for each in entry["values"])) for name, entry in stored.items()}
    )


def annotated(system: str, parameter: str) -> dict[str, Any]:
    """Return the entry of a system in the file: values of a parameter, each with its regime and largest exponent."""
    chosen = get_system(system)
    centre = chosen.flat_parameters[parameter]
    values = []
    for kind, factors in FACTORS.items():
        for factor in factors:
            value = float(f"{factor * centre:.6g}")
            changed = chosen.with_parameters(**{parameter: value})
            spectrum = lyapunov_spectrum(
                changed, trajectories=TRAJECTORIES, periods=PERIODS, period=chosen.period, threads=1
            )
            regime = regime_of(changed, spectrum, period=chosen.period)[0]
            exponent, error = (float(f"{number[0]:.3g}") for number in (spectrum.exponents, spectrum.errors))
            values.append({"kind": kind, "value": value, "regime": regime, "exponent": exponent, "error": error})
    return {"parameter": parameter, "values": values}


def parameters_of(name: str) -> Elsewhere:
    """Return the task of one system.

    Raises
    ------
    UnknownNameError
        If the suite does not have the system.
    """
    known = parameter_systems()
    if name not in known:
        raise unknown_name("system of the suite parameters", name, known)
    parameter, values = known[name]
    system = get_system(name)
    step = system.period / POINTS_PER_PERIOD
    settings: dict[str, Any] = {"step": step, "rtol": RTOL, "predictability": False}
    state = np.array(system.initial_conditions)
    pieces = []
    for value in values:
        if value.kind == "trained":
            changed = system.with_parameters(**{parameter: value.value})
            # The last point of a piece is the first of the next one, which acts from there on.
            path = integrate(changed, TRAIN + 1, initial_conditions=state, **settings).values
            pieces.append(_with_value(path[:-1], value.value))
            state = path[-1]
    train = np.concatenate(pieces)
    cases = []
    seen = [value for value in values if value.kind == "trained"]
    for value in (seen[len(seen) // 2], *(value for value in values if value.kind != "trained")):
        changed = system.with_parameters(**{parameter: value.value})
        path = integrate(
            changed, SETTLING * POINTS_PER_PERIOD + CONTEXT + HORIZON, initial_conditions=state, **settings
        ).values[SETTLING * POINTS_PER_PERIOD :]
        path = _with_value(path, value.value)
        facts = {"value": value.value, "regime": value.regime, "exponent": value.exponent, "error": value.error}
        cases.append(
            Case(
                name=f"{parameter} = {value.value:g}",
                kind=value.kind,
                context=path[:CONTEXT],
                truth=path[CONTEXT:],
                facts=facts,
            )
        )
    size = system.dimension
    return Elsewhere(
        system=name,
        train=train,
        held=(size,),
        cases=tuple(cases),
        step=step,
        scale=train[:, :size].std(axis=0),
    )


def _with_value(states: np.ndarray, value: float) -> np.ndarray:
    return np.concatenate([states, np.full((len(states), 1), value)], axis=1)
