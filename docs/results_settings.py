"""Computes the sentences of docs/results.md that quote settings of forecasters or published figures."""

import json

from pages import DOCS

import dysts
from forecasters.neural import NBEATS, NBEATSConfig
from forecasters.nvar import NVARConfig
from forecasters.reservoir import ESNConfig

PERIODS = DOCS / "data" / "predecessor.json"
APART = 1.25
"""Factor from which the page calls two periods different."""


def reservoir_choices() -> str:
    """Return among how many settings the two reservoir methods choose, and on how many held-out windows."""
    esn, nvar = ESNConfig(), NVARConfig()
    if esn.validation_windows != nvar.validation_windows:
        raise ValueError("the page says one number of held-out windows for ESN and NVAR, which have different ones")
    return (
        f"ESN chooses among {len(esn.candidates)} reservoirs and {len(esn.ridges)} ridge penalties, NVAR among "
        f"{len(nvar.candidates)} sets of features and {len(nvar.ridges)} penalties, for each task, by closed-loop "
        f"forecasts of {esn.validation_windows} held-out windows of the training series"
    )


def network_size() -> str:
    """Return the size of NBEATS beside the library's."""
    default = NBEATSConfig()
    fast = NBEATSConfig(**NBEATS.presets["fast"])
    return (
        f"NBEATS with {fast.stacks} stacks of {fast.layers} layers of {fast.width} units, where the library has "
        f"{default.stacks} stacks of {default.layers} layers of {default.width}"
    )


def periods_apart() -> str:
    """Return on how many systems our period and the published one differ."""
    known = json.loads(PERIODS.read_text())
    ratios = []
    for name, values in known.items():
        period = dysts.get_system(name).period
        if period and values["period"]:
            ratios.append(max(period / values["period"], values["period"] / period))
    apart = sum(ratio >= APART for ratio in ratios)
    return f"differ from the paper's by a factor of {APART:g} or more in {apart} of {len(ratios)} systems"
