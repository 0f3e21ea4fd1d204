"""Malformed and hostile registry files through loading, show, formulas, integration and the command line, with counts.

Usage: python tests/performance/hostile_registries.py [--files 2000] [--seed 0]

Each file is drawn by a seed of its own from one of the kinds below. An outcome is `refused` (an exception of the
project), `accepted`, `foreign` (any other exception), `slow` (more processor time than `LONGEST` for loading, or than
`LONGEST_USE` for what follows), `large` (loading took more than `MOST_MEMORY`), or `executed`
(a file of ours was made by the content). The exit status is 1 if any is foreign, slow, large or executed.
"""

import argparse
import contextlib
import copy
import io
import json
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dysts
from benchmark.running.memory import peak_memory_mb, reset_peak_memory
from dysts.citations import cite_system
from dysts.cli import main
from dysts.cli.describe import describe
from dysts.equations.formulas import as_mathml
from dysts.errors import DystsError

LONGEST = 1.0
LONGEST_USE = 10.0
MOST_MEMORY = 200.0
"""MiB by which the process may grow while it loads a file."""
CANARY = Path(tempfile.gettempdir()) / "dysts-hostile-registries-canary"
GOOD: dict[str, Any] = {
    "definition": {
        "description": "Driven oscillator",
        "field": "mechanics",
        "variables": ["x", "v", "phase"],
        "definitions": {"force": "f*cos(phase)"},
        "equations": {"x": "v", "v": "-x - c_1*v + force", "phase": "w"},
        "parameters": {"f": 1.0, "w": 2.0, "c": [0.1, 0.2], "m": [[1, 2], [3, 4]]},
        "clock": {"variable": "phase", "period": "2*pi"},
        "observables": {"x": "x", "s": "sin(phase)"},
        "initial_conditions": [1.0, 0.0, 0.0],
        "lifetime": 100.0,
        "conservation": {"type": "dissipative", "note": "n"},
        "citations": [{"authors": "A", "title": "T", "year": 1963, "doi": "10.1000/182", "checked": True}],
        "variant_of": {"name": "Lorenz", "reason": "r"},
        "remarks": ["none"],
    },
    "properties": {
        "period": {"value": 6.28, "error": 0.1, "method": "m", "settings": {"a": 1}, "version": "1"},
        "lyapunov_spectrum": {"value": [0.1, 0.0, -0.2], "error": [0.1, 0.0, 0.1], "method": "m"},
        "regime": {"value": "chaotic", "method": "m"},
    },
}
CALL = f"__import__('os').system('touch {CANARY}')"
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1e308, -1e308, 5e-324, 10**400, 10**4000, "", " ", "x", "1", [], {}, [[]], [[[1.0]]]),
    *(float("inf"), float("nan"), [1, [2]], {"a": {"a": {"a": {"a": {"a": {}}}}}}, "x" * 100_000, ["x"] * 50_000),
    *("\x1b]0;pwn\x07", "a\x00b", "\u202egnp", "\ud800", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", CALL),
    *("x},\n note={injected}}\n@misc{evil,title={y", r"\input{/etc/passwd}", "javascript:alert(1)//", "../../etc/x"),
    *("{{7*7}}", "${7*7}", "%s%n", "'; DROP TABLE systems; --", "a" * 65, "é", "x ", "x\n"),
]
EXPRESSIONS = [
    *(CALL, "x.__class__", "x[0]", "lambda: 1", "f'{x}'", "(x := 1)", "x if x else 1", "[x for x in (1,)]", "x; x"),
    *("((((((7**64)**64)**64)**64)**64)**64)*x", "((1.23e-290*x)**64)**64", "(((7*x)**64)**64)**64", "9**9**9**9"),
    *("(" * 90 + "x" + ")" * 90, "(" * 5000 + "x" + ")" * 5000, "sin(" * 95 + "x" + ")" * 95, "-" * 3000 + "x"),
    *("+".join(["x"] * 1500), "+".join(["x"] * 30_000), "*".join(f"(x+{k})" for k in range(300)), "1" * 9000),
    *("floor(x)", "x/0", "0**(-1)", "log(0)", "sqrt(-1)*x", "tan(pi/2)", "exp(exp(exp(x)))", "x**x", "x**(x**x)"),
    *("max(" * 15 + "x" + ",1)" * 15, "(x if x > 0 else " * 15 + "1" + ")" * 15, "heaviside(x)*sign(v)", "1e999*x"),
    *(
        "x\ty",
        "x\n+1",
        "x\u200b+1",
        "\u0445+1",
        "x^2",
        "2x",
        "",
        " ",
        "import os",
        "x#comment",
        "0x1F",
        "1_000",
        "1j*x",
    ),
    *("(x+1)**64" * 3, "(((x+1)**64 + 1)**64 + 1)**64", "sin(1e300*x)", "exp(700)*exp(700)*x", "abs(abs(abs(x)))"),
]


def changed(generator: random.Random) -> str:
    """Return an entry with one to three values replaced by others, anywhere."""
    entry = copy.deepcopy(GOOD)
    for _ in range(generator.randint(1, 3)):
        place: Any = entry
        while True:
            key = generator.choice(list(place) if isinstance(place, dict) else range(len(place)) if place else [None])
            if key is None:
                break
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or generator.random() < 0.15:
                place[key] = copy.deepcopy(generator.choice(VALUES))
                break
            place = inner
    return text({"Mine": entry})


def renamed(generator: random.Random) -> str:
    """Return an entry with hostile names of fields, variables, parameters or of itself."""
    entry = copy.deepcopy(GOOD)
    name = generator.choice([value for value in VALUES if isinstance(value, str)])
    where = generator.choice(
        ["entry", "definition", "variables", "parameters", "observables", "definitions", "properties"]
    )
    if where == "entry":
        return text({name: entry})
    if where == "variables":
        entry["definition"]["variables"][0] = name
    elif where == "definition":
        entry["definition"][name] = "1"
    elif where == "properties":
        entry["properties"][name] = {"value": 1.0, "method": "m"}
    else:
        entry["definition"][where][name] = "x" if where != "parameters" else 1.0
    return text({"Mine": entry})


def expression(generator: random.Random) -> str:
    """Return an entry with hostile expressions."""
    entry = copy.deepcopy(GOOD)
    definition = entry["definition"]
    for _ in range(generator.randint(1, 2)):
        place = generator.choice(["equations", "definitions", "observables", "clock", "energy"])
        hostile = generator.choice(EXPRESSIONS)
        if place == "clock":
            definition["clock"]["period"] = hostile
        elif place == "energy":
            definition["conservation"]["energy"] = hostile
        else:
            definition[place][generator.choice(list(definition[place]))] = hostile
    return text({"Mine": entry})


def doubling(generator: random.Random) -> str:
    """Return an entry whose definitions double at each step."""
    depth = generator.choice([5, 10, 20, 40, 200])
    kind = generator.choice(["d{0}*d{0} + d{0}", "sin(d{0}) + cos(d{0})", "d{0}**2 - d{0}", "max(d{0}, 1 - d{0})"])
    definitions = {"d0": "x + 1", **{f"d{i}": kind.format(i - 1) for i in range(1, depth)}}
    definition = {
        "variables": ["x"],
        "definitions": definitions,
        "equations": {"x": f"-x + 1e-3*sin(d{depth - 1})"},
        "initial_conditions": [0.1],
    }
    return text({"Mine": {"definition": definition}})


def large(generator: random.Random) -> str:
    """Return a file of up to ten megabytes with one thing too many."""
    entry = copy.deepcopy(GOOD)
    definition = entry["definition"]
    count = generator.choice([3000, 20_000, 100_000])
    match generator.randrange(12):
        case 0:
            definition["variables"] = [f"x{i}" for i in range(count)]
        case 1:
            definition["parameters"] = {f"p{i}": 1.0 for i in range(count)}
        case 2:
            definition["parameters"]["m"] = [1.0] * (10 * count)
        case 3:
            definition["definitions"] = {f"d{i}": "x" for i in range(count)}
        case 4:
            definition["observables"] = {f"o{i}": "x" for i in range(count)}
        case 5:
            definition["remarks"] = ["r"] * count
        case 6:
            definition["citations"] = [{"authors": "A", "title": "T"}] * count
        case 7:
            return text({f"S{i}": {} for i in range(count)})
        case 8:
            return '{"Mine": ' + "[" * count + "]" * count + "}"
        case 9:
            return '{"Mine": [' + ",".join(["[]"] * (30 * count)) + "]}"
        case 10:
            return "{" + ",".join(['"Mine": {}'] * count) + "}"
        case _:
            names = [f"x{i}" for i in range(min(count, 5000))]
            definition["variables"] = names
            definition["equations"] = {name: "-" + name for name in names}
            definition["initial_conditions"] = [1.0] * len(names)
    return text({"Mine": entry})


def broken(generator: random.Random) -> str:
    """Return a good file with characters removed, replaced or repeated."""
    content = list(text({"Mine": GOOD}))
    pieces = ["", "0", "9" * 400, '"', "{", "[", "\\u0000", "1e999", ","]
    for _ in range(generator.randint(1, 6)):
        at = generator.randrange(len(content))
        content[at : at + generator.choice([0, 1, 1, 5, 50])] = generator.choice(pieces)
    return "".join(content)


def text(entries: Any) -> str:
    """Return JSON with everything that a writer of bad files would write."""
    return json.dumps(entries, ensure_ascii=True)


KINDS: dict[str, tuple[Callable[[random.Random], str], int]] = {
    "changed values": (changed, 35),
    "hostile names": (renamed, 15),
    "hostile expressions": (expression, 25),
    "doubling definitions": (doubling, 3),
    "too many": (large, 4),
    "broken text": (broken, 18),
}
"""The kinds of files, each with its share of them in percent."""


class Late(BaseException):
    """The time of a case is over; no `except Exception` may keep it."""


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `Late` after so much processor time."""

    def late(*_: object) -> None:
        raise Late

    signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)


def outcome(action: Callable[[], object], seconds: float) -> tuple[str, str]:
    """Return what an action came to, and the exception in words."""
    try:
        with within(seconds):
            action()
    except Late:
        return "slow", ""
    except DystsError as error:
        return ("refused", "") if len(str(error)) < 4000 else ("foreign", f"a message of {len(str(error))} characters")
    except Exception as error:  # noqa: BLE001 - counting them is what this is for
        return "foreign", f"{type(error).__name__}: {str(error)[:100]}"
    finally:
        if CANARY.exists():
            CANARY.unlink()
            print("EXECUTED", file=sys.stderr)
            raise SystemExit(1)
    return "accepted", ""


def integrate(system: dysts.System) -> None:
    """Integrate a few points with bounded work."""
    delay = None if system.delay is None else float(system.flat_parameters[system.delay])
    with contextlib.suppress(NotImplementedError):
        dysts.integrate(system, 10, step=0.01 if delay is None else delay / 100, maximum_steps=2000, on_failure="keep")


def show(path: Path) -> None:
    """Show the system of a file on the command line; nothing that moves a cursor may come out."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["show", f"{path}:Mine"])
    told = out.getvalue() + err.getvalue()
    if code not in (0, 2) or any(not character.isprintable() and character != "\n" for character in told):
        raise AssertionError(f"exit code {code}, or control characters")


def uses(system: dysts.System) -> dict[str, Callable[[], object]]:
    """Return what is done with a system that was accepted."""
    return {
        "describe": lambda: describe(system),
        "cite": lambda: cite_system(system),
        "latex": system.to_latex,
        "mathml": lambda: as_mathml(system.vector_field),
        "sympy": system.to_sympy,
        "rhs": lambda: system.rhs(0.0, system.initial_conditions, system.initial_conditions if system.delay else None),
        "integrate": lambda: integrate(system),
        "save": lambda: json.dumps(system.to_entry(), allow_nan=False),
    }


def examine(content: str, folder: Path, *, use: bool = True) -> tuple[dict[str, str], list[str]]:
    """Return the outcome of each stage for one file, and what was foreign."""
    path = folder / "mine.json"
    path.write_text(content, encoding="utf-8")
    found: dict[str, str] = {}
    notes: list[str] = []
    loaded: list[dysts.System] = []
    grown: list[float] = []

    def load() -> None:
        reset_peak_memory()
        before = peak_memory_mb()
        try:
            loaded.extend(dysts.load_systems(path).values())
        finally:
            grown.append(peak_memory_mb() - before)

    stages: dict[str, tuple[Callable[[], object], float]] = {
        "load": (load, LONGEST),
        "command line": (lambda: show(path), LONGEST_USE),
    }
    for stage, (action, seconds) in stages.items():
        found[stage], note = outcome(action, seconds)
        notes += [f"{stage}: {found[stage]}: {note}"] if found[stage] in ("foreign", "slow") else []
    if max(grown) > MOST_MEMORY:
        found["load"] = "large"
        notes.append(f"load: large: {max(grown):.0f} MiB")
    if use:
        for system in loaded[:1]:
            for stage, action in uses(system).items():
                found[stage], note = outcome(action, LONGEST_USE)
                notes += [f"{stage}: {found[stage]}: {note}"] if found[stage] in ("foreign", "slow") else []
    return found, notes


def draw(seed: int) -> tuple[str, str]:
    """Return the kind and the text of the file of a seed."""
    generator = random.Random(seed)
    kinds = list(KINDS)
    kind = generator.choices(kinds, [KINDS[name][1] for name in kinds])[0]
    return kind, KINDS[kind][0](generator)


def run(files: int, seed: int) -> int:
    """Run the campaign and print the counts."""
    # Drivers and SymPy are loaded, and compiled if need be, once for all files.
    for name, solver in (
        ("Lorenz", "taylor"),
        ("Lorenz", "dop853"),
        ("Chua", "auto"),
        ("Lorenz", "radau"),
        ("MackeyGlass", "auto"),
    ):
        dysts.integrate(name, 3, solver=solver)
    dysts.get_system("Lorenz").to_latex()
    counts: dict[str, Counter[str]] = {}
    kinds: Counter[str] = Counter()
    bad = 0
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(seed, seed + files):
            kind, content = draw(number)
            kinds[kind] += 1
            found, notes = examine(content, Path(folder))
            for stage, result in found.items():
                counts.setdefault(stage, Counter())[result] += 1
            for note in notes:
                bad += 1
                print(f"seed {number} ({kind}): {note}", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    for stage, counter in counts.items():
        print(f"{stage:13} " + ", ".join(f"{count} {result}" for result, count in sorted(counter.items())))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.process_time() - begin:.0f} s of processor time, peak {peak:.0f} MB, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=2000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    raise SystemExit(run(chosen.files, chosen.seed))
