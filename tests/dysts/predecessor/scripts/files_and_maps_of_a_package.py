"""What packages for many kinds of systems do: names from the files of 0.96, models set up one state at a time.

The calls are those that DynaDojo makes of dysts; some of them are of releases before 0.96.
"""

import importlib
import json
import os

import dysts
import numpy as np

folder = os.path.join(os.path.dirname(dysts.__file__), "data")
with open(os.path.join(folder, "chaotic_attractors.json")) as file:
    facts = json.load(file)
module = importlib.import_module("dysts.flows")
flows = [name for name, known in facts.items() if hasattr(module, name) and known.get("delay") is False]
assert len(flows) == 129

system = module.Lorenz()
system.random_state = 5
known = system._load_data()
for name in ("embedding_dimension", "bifurcation_parameter", "citation", "delay", "description", "dt", "hamiltonian"):
    assert name in known
for name in ("initial_conditions", "lyapunov_spectrum_estimated", "nonautonomous", "parameters", "unbounded_indices"):
    assert name in known
reference = system.make_trajectory(1000, method="Radau")
rng = np.random.default_rng(5)
for place in rng.integers(0, len(reference), 3):
    system.ic = reference[place] * (1 + 0.1 * (2 * rng.random(3) - 1))
    assert system.make_trajectory(50, pts_per_period=100, method="Radau").shape == (50, 3)

with open(os.path.join(folder, "discrete_maps.json")) as file:
    names = list(json.load(file))
maps, without = importlib.import_module("dysts.maps"), []
for name in [*names, "EndCap"]:
    try:
        getattr(maps, name)
    except (ImportError, AttributeError):
        without.append(name)
assert without == ["EndCap"] and len(names) == 22
ikeda = maps.Ikeda()
assert len(ikeda._load_data()["initial_conditions"]) == 2
bounds = ikeda.make_trajectory(100)
ikeda.ic = np.clip(ikeda.ic * 1.05, bounds.min(), bounds.max())
assert ikeda.make_trajectory(1000, resample=True).shape == (1000, 2)
logistic = maps.Logistic()
assert logistic.make_trajectory(20)[:, np.newaxis].shape == (20, 1)
