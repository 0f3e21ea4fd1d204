"""The conventions that ``dysts`` and ``dysts-benchmark`` share: help, errors, exit codes, streams.

Results go to standard output and everything else to standard error. A mistake is one sentence with a hint.
"""

import argparse
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from dysts.cli.messages import end_line, messages_shown
from dysts.cli.terminal import columns, printable, styled
from dysts.errors import DystsError, DystsWarning, unknown_name

EXIT_DONE = 0
EXIT_FAILED_IN_PART = 1
EXIT_MISTAKE = 2
EXIT_INTERRUPTED = 130

_LEFT = 30
"""Width of the left column of a help, in characters."""


class Commands(argparse._SubParsersAction):
    """The commands of a program, which its help shows in groups."""

    groups: Mapping[str, Sequence[str]] = {}

    def grouped(self) -> Iterator[tuple[str, list[argparse.Action]]]:
        """Return the titles of the groups with the help of their commands; commands without a group come last."""
        lines = {action.dest: action for action in self._get_subactions()}
        for title, names in self.groups.items():
            yield title, [lines.pop(name) for name in names]
        if lines:
            yield "commands", list(lines.values())


class Formatter(argparse.RawDescriptionHelpFormatter):
    """A formatter of help: commands in groups, a short usage, one metavar for each option, lines of readable length."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_LEFT, width=columns() - 2)

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:  # noqa: ARG002
        """Add the usage; the word OPTIONS replaces the options, which are listed below it."""
        needed = [action for action in actions if action.required or not action.option_strings]
        super().add_usage(usage, [argparse.Action([], "options", nargs="*", metavar="OPTION"), *needed], (), prefix)

    def add_argument(self, action: argparse.Action) -> None:
        """Add one argument; commands are added in their groups."""
        if not isinstance(action, Commands):
            super().add_argument(action)
            return
        self.end_section()
        for title, lines in action.grouped():
            self.start_section(title)
            self.add_arguments(lines)
            self.end_section()
        # The caller ends a section; an empty one leaves no trace.
        self.start_section(None)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        if action.option_strings and action.nargs == "+":
            return self._metavar_formatter(action, default_metavar)(1)[0]
        return super()._format_args(action, default_metavar)


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistake by one sentence with the closest allowed name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, "allow_abbrev": False, **options})

    def error(self, message: str) -> NoReturn:
        """End the program with a sentence on standard error."""
        self._end(f"{message} (see {self.prog} --help)")

    def _end(self, sentence: str) -> NoReturn:
        self.exit(EXIT_MISTAKE, f"{_error_prefix(self.prog.split()[0])} {sentence}\n")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse the arguments, and refuse unknown ones here, where the known options are at hand."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            option = unknown[0].partition("=")[0]
            if not option.startswith("-"):
                self.error(f"one argument too many: {unknown[0]!r}")
            self._end(str(unknown_name("option", option, self._option_string_actions, listing=f"{self.prog} --help")))
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            name = "/".join(action.option_strings) or action.metavar or action.dest
            kind = "command" if isinstance(action, Commands) else f"value of {name}"
            self.error(str(unknown_name(kind, value, action.choices)))


def add_commands(
    parser: argparse.ArgumentParser, groups: Mapping[str, Sequence[str]], *, dest: str = argparse.SUPPRESS
) -> Commands:
    """Prepare a parser for commands.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    groups : mapping of str to sequence of str
        Titles, each with the names of its commands in the order of the help.
    dest : str
        Under which name the parsed arguments hold the name of the command, if that is wanted.
    """
    commands: Any = parser.add_subparsers(
        title="commands", prog=parser.prog, dest=dest, metavar="COMMAND", required=True, action=Commands
    )
    commands.groups = groups
    return commands


def add_command(commands: Commands, name: str, purpose: str, *, examples: Iterable[str] = ()) -> Parser:
    """Add a command.

    Parameters
    ----------
    commands : Commands
    name : str
    purpose : str
        Without a capital letter and full stop; they are added where the command's own help needs them.
    examples : iterable of str
        Whole command lines.
    """
    added: Parser = commands.add_parser(
        name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.", epilog=examples_text(examples)
    )
    return added


def examples_text(examples: Iterable[str]) -> str | None:
    """Return the examples at the end of a help; None without any."""
    lines = [f"  {example}" for example in examples]
    return "\n".join(["examples:", *lines]) if lines else None


def exit_codes_text(*, done: str, in_part: str | None) -> str:
    """Return the table of exit codes that ends the help of a program."""
    rows = {
        EXIT_DONE: done,
        EXIT_FAILED_IN_PART: in_part,
        EXIT_MISTAKE: "a mistake in the command, or a file that cannot be used",
        EXIT_INTERRUPTED: "interrupted; finished parts are kept",
    }
    return "\n".join(["exit codes:", *(f"  {code:<4} {meaning}" for code, meaning in rows.items() if meaning)])


def run_command(program: str, command: Callable[[], int], *, interrupted: str) -> int:
    """Run a command, and answer an exception by a sentence and an exit code.

    Parameters
    ----------
    program : str
        Name at the beginning of each sentence.
    command : callable
        Returns an exit code.
    interrupted : str
        What is said if the user ends it.

    Returns
    -------
    int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without some letter of a name shows a replacement instead of an error.
            stream.reconfigure(errors="replace")
    with warnings.catch_warnings(), messages_shown(program):
        warnings.simplefilter("always", DystsWarning)
        warnings.showwarning = _show_warning(program)
        try:
            code = command()
            sys.stdout.flush()
            return code
        except DystsError as error:
            end_line()
            print(f"{_error_prefix(program)} {printable(str(error))}", file=sys.stderr)
            return EXIT_MISTAKE
        except KeyboardInterrupt:
            print(f"\n{program}: {interrupted}", file=sys.stderr)
            return EXIT_INTERRUPTED
        except BrokenPipeError:
            # The reader, such as `head`, has closed the pipe; keep Python from reporting that when it closes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return EXIT_DONE


def _error_prefix(program: str) -> str:
    return f"{program}: {styled('error:', 'error', sys.stderr)}"


def _show_warning(program: str) -> Callable[..., None]:
    def show(message: Warning | str, category: type[Warning], *_: Any) -> None:
        # Warnings of libraries concern their own code, which the user of a command does not see.
        if issubclass(category, DystsWarning):
            end_line()
            print(f"{program}: {styled('warning:', 'warning', sys.stderr)} {printable(str(message))}", file=sys.stderr)

    return show
