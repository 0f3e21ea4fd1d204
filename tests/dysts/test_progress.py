"""Lines about long work reach whoever asks for them, and nobody else."""

import logging
import sys

import pytest

from dysts.cli.conventions import run_command
from dysts.cli.messages import end_line, say
from dysts.progress import LOGGER, tell


@pytest.fixture
def no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest reads the root logger.
    monkeypatch.setattr(LOGGER, "propagate", False)
    monkeypatch.delattr(sys, "ps1", raising=False)


@pytest.mark.usefixtures("no_reader")
def test_a_program_hears_nothing_and_somebody_at_a_prompt_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tell("compiling")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    tell("compiling")
    assert capsys.readouterr() == ("", "dysts: compiling\n")


@pytest.mark.usefixtures("no_reader")
def test_a_handler_of_the_user_is_the_only_reader(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", records.append)
    LOGGER.addHandler(handler)
    level = LOGGER.level
    LOGGER.setLevel(logging.INFO)
    try:
        tell("1/2 Lorenz: 5 % done", passing=True)
        tell("done")
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
    told = [(record.name, record.levelname, record.getMessage(), record.__dict__["passing"]) for record in records]
    assert told == [("dysts", "INFO", "1/2 Lorenz: 5 % done", True), ("dysts", "INFO", "done", False)]
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("no_reader")
def test_commands_print_messages_after_the_name_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        tell("compiling \x1b[31m")
        return 0

    before = (LOGGER.level, list(LOGGER.handlers))
    assert run_command("dysts-benchmark", command, interrupted="interrupted") == 0
    assert capsys.readouterr() == ("", "dysts-benchmark: compiling \\x1b[31m\n")
    assert (LOGGER.level, list(LOGGER.handlers)) == before
    tell("compiling")
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("no_reader")
def test_on_a_terminal_the_next_line_replaces_a_passing_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    def command() -> int:
        tell("1/2 Lorenz", passing=True)
        tell("2/2 Rossler", passing=True)
        tell("computed 2 systems")
        say("half")
        return 0

    assert run_command("dysts", command, interrupted="interrupted") == 0
    expected = "\r\x1b[Kdysts: 1/2 Lorenz\r\x1b[Kdysts: 2/2 Rossler\ndysts: computed 2 systems\n\r\x1b[Khalf\n"
    assert capsys.readouterr().err == expected
    end_line()
    assert capsys.readouterr().err == ""
