"""Lists the public names of an installed dysts 0.96 in ``tests/dysts/predecessor/public_names.json``.

Usage: python tests/performance/predecessor_names.py [FOLDER] [--check]

FOLDER is that of the package ``dysts`` 0.96, by default the one in ``build/predecessor``. Its source is parsed, not
imported, so that modules whose dependencies are missing are listed too. A name is public if it has no underscore at its
beginning; names that a module imports count if they come from another module of 0.96. Of functions and methods the list
has the arguments with their defaults, of classes the methods, of models the methods that the module itself calls too.
"""

import argparse
import ast
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / "build" / "predecessor" / "lib"
NAMES = ROOT / "tests" / "dysts" / "predecessor" / "public_names.json"
OF_MODELS = ("_rhs", "_jac", "_postprocessing", "_rhs_inv")
"""Methods with an underscore that classes of users define, and scripts call."""


def arguments_of(function: ast.FunctionDef, *, bound: bool) -> list[str]:
    """Return the arguments of a function as text, each with its default."""
    parts = function.args
    positional = [*parts.posonlyargs, *parts.args]
    defaults = [None] * (len(positional) - len(parts.defaults)) + list(parts.defaults)
    found = [_argument(one, default) for one, default in zip(positional, defaults, strict=True)]
    if parts.vararg:
        found.append(f"*{parts.vararg.arg}")
    found += [_argument(one, default) for one, default in zip(parts.kwonlyargs, parts.kw_defaults, strict=True)]
    if parts.kwarg:
        found.append(f"**{parts.kwarg.arg}")
    return found[1:] if bound else found


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return argument.arg if default is None else f"{argument.arg}={ast.unparse(default)}"


def described_class(kind: ast.ClassDef) -> dict[str, Any]:
    """Return the bases, fields, methods and arguments of a class."""
    described: dict[str, Any] = {"kind": "class", "bases": [ast.unparse(base) for base in kind.bases]}
    fields = [
        node.target.id if node.value is None else f"{node.target.id}={ast.unparse(node.value)}"
        for node in kind.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    members = {}
    for node in kind.body:
        if isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name in OF_MODELS):
            unbound = any("static" in ast.unparse(one) for one in node.decorator_list)
            members[node.name] = arguments_of(node, bound=not unbound)
        elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
            described["arguments"] = arguments_of(node, bound=True)
    decorated = any("dataclass" in ast.unparse(one) for one in kind.decorator_list)
    if decorated:
        described |= {"arguments": fields, "fields_come_first": True}
    elif fields:
        described["fields"] = fields
    return described | {"methods": members}


def described_module(path: Path) -> dict[str, Any]:
    """Return the public names of a module."""
    names: dict[str, Any] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            names[node.name] = {"kind": "function", "arguments": arguments_of(node, bound=False)}
        elif isinstance(node, ast.ClassDef):
            names[node.name] = described_class(node)
        elif isinstance(node, ast.Assign):
            names |= {target.id: {"kind": "value"} for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("dysts")):
            origin = (node.module or "").removeprefix("dysts").strip(".")
            names |= {alias.asname or alias.name: {"kind": "imported", "from": origin} for alias in node.names}
    for name, described in names.items():
        if described.get("fields_come_first"):
            # A data class takes the fields of its base before its own.
            first = [one for base in described["bases"] if base in names for one in names[base].get("arguments", [])]
            described["arguments"] = [*first, *described["arguments"]]
            del described["fields_come_first"]
            names[name] = described
    return {name: names[name] for name in sorted(names) if not name.startswith("_")}


def all_names(folder: Path) -> dict[str, Any]:
    """Return the public names by module."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = [part for part in path.relative_to(folder).with_suffix("").parts if part != "__init__"]
        described = described_module(path)
        if described:
            modules[".".join(["dysts", *parts])] = described
    return modules


def as_text(modules: dict[str, Any]) -> str:
    """Return the list as JSON with a line for each name."""
    blocks = []
    for module, names in modules.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(described)}" for name, described in names.items()]
        blocks.append(f" {json.dumps(module)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main() -> int:
    """Write the list, or say whether it is the one that is committed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.folder or next(INSTALLED.glob("python3*/site-packages/dysts"), None)
    if folder is None or not folder.is_dir():
        print(f"{folder or INSTALLED} must hold dysts 0.96; make predecessor-interface installs it", file=sys.stderr)
        return 2
    text = as_text(all_names(folder))
    if arguments.check:
        same = NAMES.read_text() == text
        print(f"{NAMES.name} is {'the list' if same else 'not the list'} of {folder}")
        return 0 if same else 1
    NAMES.write_text(text)
    print(f"{NAMES}: {sum(map(len, json.loads(text).values()))} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
