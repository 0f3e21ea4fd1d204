"""The manifest of a results folder: the suite, the cells, and with which versions and where they ran."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from benchmark.running import provenance
from benchmark.tasks.suite import Suite


def run_manifest(suite: Suite, keys: Sequence[str], *, seed: int) -> dict[str, Any]:
    """Return the manifest of a run as JSON values.

    Parameters
    ----------
    suite : Suite
    keys : sequence of str
        Keys of all cells that were asked for.
    seed : int
        Seed of every forecaster.
    """
    return {
        **{name: value for name, value in suite.to_dict().items() if name != "name"},
        "suite": suite.name,
        "seed": seed,
        "version": provenance.package_version(),
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "machine": provenance.machine(),
        "cells": list(keys),
    }


def suite_of(manifest: Mapping[str, Any]) -> Suite:
    """Return the suite that a manifest asks for, whose cells a table holds all or in part.

    Raises
    ------
    InvalidArgumentError
        If a field is not allowed.
    """
    known = {field.name for field in fields(Suite)} - {"name"}
    return Suite.from_dict({"name": manifest["suite"], **{key: manifest[key] for key in known if key in manifest}})
