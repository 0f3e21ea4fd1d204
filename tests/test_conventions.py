"""What both commands share: help, hints, exit codes, colour, completion, JSON, and what goes to which stream."""

import argparse
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dysts
from benchmark import cli as benchmark_cli
from benchmark import options as benchmark_options
from dysts.cli import main
from dysts.cli.conventions import Commands
from dysts.cli.program import parser
from dysts.cli.terminal import json_text
from dysts.errors import StorageError, unknown_name, unreadable

PARSERS = {"dysts": parser, "dysts-benchmark": benchmark_options.parser}
MAINS = {"dysts": main, "dysts-benchmark": benchmark_cli.main}


def every_parser(top: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield top
    for action in top._actions:
        if isinstance(action, Commands):
            for command in action.choices.values():
                yield from every_parser(command)


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("program", PARSERS)
def test_every_help_fits_the_terminal_and_puts_no_name_on_a_line_of_its_own(
    program: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for known in every_parser(PARSERS[program]()):
        lines = known.format_help().splitlines()
        examples = lines.index("examples:") if "examples:" in lines else len(lines)
        assert max(map(len, lines[:examples])) <= min(width, 100), known.prog
        for action in known._actions:
            if isinstance(action, Commands):
                for name in action.choices:
                    assert any(line.startswith(f"  {name} ") and len(line) > 28 for line in lines), name


@pytest.mark.parametrize("program", PARSERS)
def test_each_command_stands_in_one_group_and_every_argument_is_explained(program: str) -> None:
    for known in every_parser(PARSERS[program]()):
        for action in known._actions:
            if isinstance(action, Commands):
                titles = dict(action.grouped())
                named = [line.dest for lines in titles.values() for line in lines]
                assert sorted(named) == sorted(action.choices)
                assert "commands" not in titles
            elif action.option_strings:
                assert action.help, f"{known.prog} {action.option_strings}"


@pytest.mark.parametrize("program", PARSERS)
def test_the_help_tells_the_exit_codes(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        MAINS[program](["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out.partition("exit codes:")[2].split()
    assert {"0", "1", "2", "130"} <= set(told)


@pytest.mark.parametrize(
    ("program", "arguments", "hint"),
    [
        ("dysts", ["shw"], "did you mean 'show'?"),
        ("dysts", ["dataset", "biuld"], "did you mean 'build'?"),
        ("dysts", ["list", "--feild", "ecology"], "did you mean '--field'? (7 known: dysts list --help)"),
        ("dysts", ["integrate", "Lorenz", "-o", "x.csv", "--solver", "dopr853"], "did you mean 'dop853'?"),
        ("dysts", ["show", "Lorenz", "Rossler"], "one argument too many: 'Rossler' (see dysts show --help)"),
        ("dysts", ["integrate", "Lorenz"], "required: -o/--output (see dysts integrate --help)"),
        ("dysts", [], "required: COMMAND (see dysts --help)"),
        ("dysts-benchmark", ["leaderbord", "x"], "did you mean 'leaderboard'?"),
        ("dysts-benchmark", ["run", "--worker", "2"], "did you mean '--workers'?"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_closest_one(
    program: str, arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        MAINS[program](arguments)
    assert ended.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith(f"{program}: error: ")
    assert hint in output.err
    assert len(output.err.splitlines()) == 1


def test_a_missing_file_is_answered_with_one_that_may_have_been_meant(tmp_path: Path) -> None:
    def told(name: str) -> str:
        with pytest.raises(StorageError) as caught:
            dysts.load_systems(tmp_path / name)
        return str(caught.value)

    assert f"the folder {tmp_path} has no file *.json" in told("mine.json")
    (tmp_path / "others.json").write_text("{}")
    assert f"the folder {tmp_path} has others.json" in told("mine.json")
    (tmp_path / "mine.json").write_text("{}")
    assert f"did you mean {str(tmp_path / 'mine.json')!r}?" in told("mien.json")
    assert "does not exist" in told("nowhere/mine.json")
    (tmp_path / "folder.json").mkdir()
    assert "it is a folder" in told("folder.json")
    assert str(unreadable(tmp_path / "mine.json", ValueError("odd"))) == f"cannot read {tmp_path / 'mine.json'}: odd"


def test_a_folder_without_results_is_answered_with_one_that_has_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "all" / "quick").mkdir(parents=True)
    (tmp_path / "all" / "quick" / "run.json").write_text("{}")
    for wrong in ("all", "all/quik"):
        assert benchmark_cli.main(["status", str(tmp_path / wrong)]) == 2
        assert f"such as {tmp_path / 'all' / 'quick'}" in capsys.readouterr().err


def test_many_names_do_not_bury_the_one_that_was_meant() -> None:
    names = [f"score_{index}" for index in range(17)]
    assert str(unknown_name("score", "scor_3", names)) == "unknown score 'scor_3'; did you mean 'score_3'? (17 known)"
    assert "score_16" in str(unknown_name("score", "zzz", names))
    assert str(unknown_name("score", "zzz", [f"score_{index}" for index in range(10**5)])).endswith("score_199, ...)")
    assert "known: score_0, score_1)" in str(unknown_name("score", "scor_0", names[:2]))


def on_a_terminal(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run dysts with a terminal as its streams, and return the exit code and what it showed."""
    near, far = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "TERM")}
    process = subprocess.Popen(
        [sys.executable, "-m", "dysts", *arguments],
        stdin=far,
        stdout=far,
        stderr=far,
        env=kept | {"TERM": "xterm", "COLUMNS": "80"} | environment,
    )
    os.close(far)
    shown = b""
    while True:
        try:
            block = os.read(near, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(near)
    return process.wait(timeout=60), shown.decode().replace("\r\n", "\n")


def test_colour_is_for_terminals_that_want_it(capfd: pytest.CaptureFixture[str]) -> None:
    code, shown = on_a_terminal("show", "Lorentz")
    assert code == 2
    assert shown.startswith("dysts: \x1b[1;31merror:\x1b[0m unknown system")
    for refusing in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert on_a_terminal("show", "Lorentz", **refusing)[1].startswith("dysts: error: unknown system")
    subprocess.run([sys.executable, "-m", "dysts", "show", "Lorentz"], check=False)
    assert "\x1b" not in capfd.readouterr().err


def test_text_is_wrapped_for_a_terminal_and_not_for_a_pipe() -> None:
    code, shown = on_a_terminal("list")
    assert code == 0
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert len([line for line in lines if not line.startswith(" ")]) == 135
    piped = subprocess.run([sys.executable, "-m", "dysts", "list"], capture_output=True, text=True, check=True)
    assert len(piped.stdout.splitlines()) == 135
    narrow = on_a_terminal("show", "Lorenz")[1].splitlines()
    assert max(len(line) for line in narrow if "doi.org" not in line) <= 80


@pytest.mark.parametrize("program", PARSERS)
def test_bash_completes_commands_options_and_names(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        MAINS[program](["--print-completion", "bash"])
    assert ended.value.code == 0
    script = capsys.readouterr().out

    def completed(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        function = f"_shtab_{program.replace('-', '_')}"
        asked = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; {function} {program} '{words[-1]}' '{words[-2]}'"
        code = f"{script}\n{asked}\n" + 'printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.split()

    if program == "dysts":
        assert completed(program, "int") == ["integrate"]
        assert completed(program, "show", "HyperL") == [n for n in dysts.list_systems() if n.startswith("HyperL")]
        assert completed(program, "dataset", "build", "test-coarse-n") == ["test-coarse-noisy"]
        assert completed(program, "integrate", "--obs") == ["--observables"]
    else:
        assert completed(program, "lead") == ["leaderboard"]
        assert completed(program, "run", "data") == ["data-limited", "data-limited-small"]
        assert completed(program, "run", "--forecasters", "NVA") == ["NVAR"]
        assert completed(program, "compare", "--score", "vpt_l") == ["vpt_loose"]


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
@pytest.mark.parametrize("program", PARSERS)
def test_other_shells_have_a_script(program: str, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        MAINS[program](["--print-completion", shell])
    script = capsys.readouterr().out
    assert program in script
    assert "HyperLorenz" in script
    assert ("NVAR" in script) == (program == "dysts-benchmark")


def test_help_needs_no_completion_package() -> None:
    code = (
        "import sys\nfrom dysts.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'shtab', 'numba', 'sympy', 'xarray', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_json_is_valid_whatever_the_numbers() -> None:
    value = {"a": float("nan"), "b": [float("inf"), 1.5], "c": ("x", None, True)}
    assert json.loads(json_text(value)) == {"a": None, "b": [None, 1.5], "c": ["x", None, True]}


def test_check_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--systems", "Lorenz", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["systems"], found["held"]["divergence"], found["violations"]) == (1, 1, [])
    entry = {"Lorenz": dysts.get_system("Lorenz").to_entry()}
    spectrum = entry["Lorenz"]["properties"]["lyapunov_spectrum"]
    spectrum["value"] = [2.0 + value for value in spectrum["value"]]
    (tmp_path / "wrong.json").write_text(json.dumps(entry))
    assert main(["check", str(tmp_path / "wrong.json"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert "divergence" in {violation["identity"] for violation in found["violations"]}


def test_data_set_commands_print_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text("[mine]\npoints_per_period = 20\nperiods = 6\ntrajectories = 2\n")
    systems = ["--systems", "Lorenz,Rossler"]
    assert main(["dataset", "build", "mine.toml", "--systems", "Lorenz", "--workers", "1"]) == 0
    output = capsys.readouterr()
    assert "1 of 1 systems" in output.out
    assert "Lorenz" in output.err

    def printed(*arguments: str, code: int = 0) -> list[dict[str, object]]:
        assert main(["dataset", *arguments, "--json"]) == code
        rows: list[dict[str, object]] = json.loads(capsys.readouterr().out)
        return rows

    (row,) = printed("info", "mine.toml", *systems)
    assert (row["dataset"], row["systems"], row["of"], row["points"]) == ("mine", 1, 2, 120)
    (row,) = printed("verify", "mine.toml")
    assert (row["verified"], row["problems"]) == (["Lorenz"], {})
    (row,) = printed("verify", "mine.toml", *systems, code=1)
    assert row["problems"] == {"Rossler": "not stored"}
    (row,) = printed("check", "mine.toml", *systems)
    assert (row["checked"], row["missing"], row["findings"]) == (["Lorenz"], ["Rossler"], [])
    assert main(["dataset", "publish", "host", "mine.toml", "--systems", "Lorenz"]) == 0
    capsys.readouterr()
    (row,) = printed("info", "--source", "host")
    assert (row["dataset"], row["systems"]) == ("mine", 1)
