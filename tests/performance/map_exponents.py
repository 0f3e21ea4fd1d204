"""Computes largest exponents of maps at parameters of the literature, for the table of docs/maps.md.

Usage: python tests/performance/map_exponents.py

``docs/data/map_exponents.json`` has the values of the literature. Where they belong to other parameters than those of
the registry, ``computed`` and ``error`` are what this program finds, in a few CPU seconds.
"""

import json
from pathlib import Path

import dysts

TABLE = Path(__file__).parents[2] / "docs" / "data" / "map_exponents.json"
ITERATES = 200_000
"""Length of each of the 32 pieces of an orbit over which exponents are averaged."""


def main() -> None:
    """Compute what belongs to other parameters, and write the table."""
    content = json.loads(TABLE.read_text())
    for entry in content["values"]:
        if "parameters" not in entry:
            continue
        system = dysts.get_system(entry["map"]).with_parameters(**entry["parameters"])
        if "state" in entry:
            system = system.with_initial_conditions(entry["state"])
        found = dysts.lyapunov_spectrum(system, periods=ITERATES)
        entry["computed"], entry["error"] = found.exponents[0], found.errors[0]
        print(f"{entry['map']} {entry['parameters']}: {entry['computed']:.6f} +- {entry['error']:.6f}")
    lines = ",\n".join(f"  {json.dumps(entry)}" for entry in content["values"])
    sources = json.dumps(content["sources"], indent=2).replace("\n", "\n ")
    TABLE.write_text(f'{{\n "sources": {sources},\n "values": [\n{lines}\n ]\n}}\n')


if __name__ == "__main__":
    main()
