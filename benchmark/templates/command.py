"""The command ``dysts-benchmark template``: files for a forecaster, a metric and a system of one's own."""

import argparse
from pathlib import Path

from dysts.cache import write_atomically
from dysts.cli.conventions import EXIT_DONE, Commands, add_command
from dysts.errors import StorageError, unknown_name

_HERE = Path(__file__).parent
_NEXT = {
    "forecaster": "dysts-benchmark check {stem}:factory",
    "metric": "python {name}",
    "system": "dysts show {name}",
}
"""Command that checks the file of each template."""
_FILES = {"forecaster": "forecaster.py", "metric": "metric.py", "system": "system.json"}


def list_templates() -> list[str]:
    """Return the names of the templates.

    Examples
    --------
    >>> list_templates()
    ['forecaster', 'metric', 'system']
    """
    return sorted(_FILES)


def template_text(name: str) -> str:
    """Return the text of a template.

    Raises
    ------
    UnknownNameError
        If there is no such template.
    """
    if name not in _FILES:
        raise unknown_name("template", name, _FILES)
    return (_HERE / _FILES[name]).read_text(encoding="utf-8")


def add_template(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands,
        "template",
        "write a file to start a forecaster, a metric or a system of your own",
        examples=(
            "dysts-benchmark template forecaster -o my_forecaster.py",
            "dysts-benchmark template system -o my_system.json",
        ),
    )
    parser.add_argument("template", metavar="TEMPLATE", choices=list_templates(), help=", ".join(list_templates()))
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write (default: print it)")


def template_command(options: argparse.Namespace) -> int:
    """Write a template, or print it, and name the command that checks it."""
    text = template_text(options.template)
    if options.output is None:
        print(text, end="")
        return EXIT_DONE
    path = Path(options.output)
    if path.exists():
        raise StorageError(f"the file of a template must be new, got {path}, which exists")
    if options.template == "forecaster" and not path.stem.isidentifier():
        raise StorageError(f"the file of a forecaster must have the name of a module, such as my_model.py, got {path}")
    write_atomically(path, text.replace(f"my_{options.template}", path.stem).encode())
    print(f"{path}: check it with: {_NEXT[options.template].format(stem=path.stem, name=path)}")
    return EXIT_DONE
