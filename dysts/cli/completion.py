"""Completion in the shell, by a script that shtab makes from the parser."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dysts.errors import MissingPackageError

SHELLS = ("bash", "zsh", "tcsh")
_FILES = frozenset({"FILE"})
_FOLDERS = frozenset({"DIR", "FOLDER"})


def add_completion(parser: argparse.ArgumentParser, words: Mapping[str, Callable[[], Iterable[str]]]) -> None:
    """Add the option ``--print-completion``.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    words : mapping of str to callable
        What completes an argument, by its name in the parsed arguments; files and folders are known by their metavar.
    """

    class Printing(argparse.Action):
        def __call__(
            self,
            parser: argparse.ArgumentParser,
            namespace: argparse.Namespace,  # noqa: ARG002
            values: Any,
            option_string: str | None = None,  # noqa: ARG002
        ) -> None:
            print(completion_script(parser, str(values), words))
            parser.exit()

    parser.add_argument(
        "--print-completion",
        action=Printing,
        choices=SHELLS,
        metavar="SHELL",
        help=f"print completion for {', '.join(SHELLS)}",
    )


def completion_script(
    parser: argparse.ArgumentParser, shell: str, words: Mapping[str, Callable[[], Iterable[str]]]
) -> str:
    """Return the script with which a shell completes the commands, options and names of a parser.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    shell : {"bash", "zsh", "tcsh"}
    words : mapping of str to callable
        As `add_completion` takes them.

    Raises
    ------
    MissingPackageError
        If shtab is not installed.
    """
    try:
        import shtab
    except ImportError as error:
        raise MissingPackageError("completion needs the package shtab: pip install shtab") from error
    for action in _actions(parser):
        if action.dest in words:
            # The script contains the names, as starting Python at each press of a key would be too slow.
            action.complete = shtab.cmd("echo " + " ".join(words[action.dest]()))  # type: ignore[attr-defined]
        elif action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in dict.fromkeys(action.choices.values()):
                yield from _actions(command)
        else:
            yield action
