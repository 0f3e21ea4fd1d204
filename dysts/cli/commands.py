"""The commands that print, integrate, annotate and check; the parser has checked the form of their arguments."""

import argparse
import sys
import textwrap
from pathlib import Path

from dysts.cli.arguments import assignment, names, state, system_of
from dysts.cli.describe import describe
from dysts.cli.terminal import columns, json_text
from dysts.errors import InvalidArgumentError, unknown_name
from dysts.systems.entry import FIELDS_OF_SCIENCE
from dysts.systems.kinds import FLOW, MAP
from dysts.systems.registry import get_system, list_systems, registry_of


def list_command(arguments: argparse.Namespace) -> int:
    """Print the names of systems with a line about each."""
    if arguments.field is not None and arguments.field not in FIELDS_OF_SCIENCE:
        raise unknown_name("field of science", arguments.field, FIELDS_OF_SCIENCE)
    known = registry_of(arguments.registry)
    if arguments.registry is None:
        find, listed = get_system, list_systems(variants=arguments.variants, kind=arguments.kind or FLOW)
    else:
        find, listed = known.find, sorted(known)
    systems = [
        system
        for system in map(find, listed)
        if arguments.field in (None, system.field) and arguments.kind in (None, system.kind)
    ]
    if arguments.json:
        rows = [
            {
                "name": system.name,
                "description": system.description,
                "field": system.field,
                "dimension": system.dimension,
                "kind": MAP if system.kind == MAP else "delay" if system.delay else "ordinary",
            }
            for system in systems
        ]
        print(json_text(rows))
        return 0
    width = max((len(system.name) for system in systems), default=0)
    for system in systems:
        line = f"{system.name:{width}}  {system.description}"
        # Other programs read a line for each system; people read the names down the left.
        wrap = sys.stdout.isatty()
        print(textwrap.fill(line, columns(), subsequent_indent=" " * (width + 2)) if wrap else line)
    return 0


def show_command(arguments: argparse.Namespace) -> int:
    """Print the equations, parameters, properties and citations of one system, or its equations as source code."""
    system = system_of(arguments.system, registry=arguments.registry)
    if arguments.language:
        print(system.to_code(arguments.language), end="")
    else:
        print(json_text(system.to_entry()) if arguments.json else describe(system, width=columns()))
    return 0


def integrate_command(arguments: argparse.Namespace) -> int:
    """Integrate one system and write the trajectory."""
    from dysts.export import check_destination, export
    from dysts.integration.integrate import integrate

    system = system_of(arguments.system, registry=arguments.registry)
    destination = check_destination(Path(arguments.output), overwrite=arguments.overwrite)
    changes = dict(assignment(text, "--set") for text in arguments.set)
    start = arguments.initial_conditions
    trajectory = integrate(
        system.with_parameters(**changes),
        arguments.points,
        points_per_period=arguments.points_per_period,
        points_per_lyapunov_time=arguments.points_per_lyapunov_time,
        step=arguments.step,
        initial_conditions=None if start is None else state(start),
        rtol=arguments.rtol,
        precision=arguments.precision,
        atol=arguments.atol,
        solver=arguments.solver,
        observables=arguments.observables,
    )
    export(trajectory, destination, overwrite=arguments.overwrite)
    spacing = float(trajectory["time"][1]) if trajectory.sizes["time"] > 1 else 0.0
    print(
        f"{destination}: {trajectory.sizes['time']} points of {system.name}, "
        f"components {', '.join(map(str, trajectory['component'].values))}, spacing {spacing:.6g}"
    )
    return 0


def lyapunov_command(arguments: argparse.Namespace) -> int:
    """Print the Lyapunov exponents of one system with their standard errors."""
    from dysts.invariants import kaplan_yorke_dimension, lyapunov_spectrum, system_period

    system = system_of(arguments.system, registry=arguments.registry)
    # With other parameters the period can differ, so the stored one is not their unit of time.
    changed = system.with_parameters(**dict(assignment(text, "--set") for text in arguments.set))
    stored = "period" in system.properties and changed is system
    unit = None if system.kind == MAP else system.period if stored else system_period(changed).period
    spectrum = lyapunov_spectrum(
        changed,
        vectors=arguments.vectors,
        trajectories=arguments.trajectories,
        periods=arguments.periods,
        period=unit,
        seed=arguments.seed,
    )
    if arguments.json:
        print(json_text(spectrum))
        return 0
    for exponent, error in zip(spectrum.exponents, spectrum.errors, strict=True):
        print(f"{exponent:12.6g} +- {error:.2g}")
    if len(spectrum.exponents) == system.dimension and system.delay is None:
        dimension = kaplan_yorke_dimension(spectrum.exponents, spectrum.errors)
        print(f"Kaplan-Yorke dimension {dimension.value:.6g} +- {dimension.error:.2g}")
    return 0


def cite_command(arguments: argparse.Namespace) -> int:
    """Print BibTeX of systems, of methods, or of everything."""
    from dysts.citations import cite_method, cite_system, list_methods

    if arguments.all:
        everything = list_systems() if arguments.registry is None else list(registry_of(arguments.registry))
        entries = [cite_system(system_of(name, registry=arguments.registry)) for name in everything]
        entries += [cite_method(name) for name in list_methods()]
    else:
        entries = [cite_system(system_of(text, registry=arguments.registry)) for text in arguments.systems]
        entries += [cite_method(name) for name in arguments.method]
    if not entries:
        raise InvalidArgumentError(f"name systems, --all, or --method with one of {', '.join(list_methods())}")
    print("\n\n".join(entry for entry in entries if entry))
    return 0


def annotate_command(arguments: argparse.Namespace) -> int:
    """Recompute properties in a registry file."""
    from dysts.checks import check_count
    from dysts.invariants.stored.annotate import annotate

    failures = annotate(
        Path(arguments.file),
        names(arguments.systems),
        workers=check_count("workers", arguments.workers),
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    for name, reason in failures.items():
        print(f"failed: {name}: {reason}", file=sys.stderr)
    print(f"{arguments.file}: written, {len(failures)} failed")
    return 1 if failures else 0


def check_command(arguments: argparse.Namespace) -> int:
    """Check the identities of stored properties; the exit code is 1 if one does not hold."""
    from dysts.invariants.identities import Violation, check_identities
    from dysts.systems.registry import load_systems

    if arguments.file is None:
        known = {name: get_system(name) for name in list_systems(variants=True)}
    else:
        known = dict(load_systems(Path(arguments.file)))
    chosen = names(arguments.systems) or list(known)
    held: dict[str, int] = {}
    broken: list[Violation] = []
    without: list[str] = []
    for name in chosen:
        if name not in known:
            raise unknown_name("system", name, known, listing="dysts list")
        if "lyapunov_spectrum" not in known[name].properties:
            without.append(name)
            continue
        checked = check_identities(known[name])
        for identity in checked.held:
            held[identity] = held.get(identity, 0) + 1
        broken += checked.violations
    if arguments.json:
        print(json_text({"systems": len(chosen), "held": held, "violations": broken, "without_spectrum": without}))
        return 1 if broken else 0
    for violation in broken:
        print(violation)
    if without:
        print(f"no stored spectrum: {', '.join(without)}")
    print(f"{len(chosen)} systems")
    for identity, count in held.items():
        print(f"  {identity} holds for {count}")
    print(f"{len(broken)} violations")
    return 1 if broken else 0
