"""The command line: what it prints, where, and the code it exits with."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import pytest

import benchmark
from benchmark import runner
from benchmark.cli import main
from benchmark.running.requirements import check_forecasters_installed, needed
from dysts.errors import RunError

HERE = Path(__file__).resolve().parent


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make `run` use the stand-in suite and data, in an empty current folder."""
    real = runner.run

    def run(suite: object, **options: Any) -> benchmark.Results:
        del suite
        systems, forecasters = options.pop("systems"), options.pop("forecasters")
        chosen = fakes.suite("Mean", "Raising").narrowed(systems=systems, forecasters=forecasters)
        return real(chosen, open_dataset=fakes.open_dataset, **options)

    monkeypatch.setattr(runner, "run", run)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_run_report_and_leaderboard(quick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--workers", "1", "--trajectories", "1"]) == 0
    captured = capsys.readouterr()
    assert "Mean" in captured.out
    assert "3 of 6 cells have no forecast (3 failed) and count with the worst scores" in captured.out
    assert "6/6 cells, 3 failed" in captured.err
    assert max(map(len, captured.out.splitlines())) <= 110
    folder = "benchmark-results/quick"

    assert main(["leaderboard", folder]) == 0
    board = capsys.readouterr().out
    assert board.splitlines()[:5] == captured.out.splitlines()[:5]
    assert main(["leaderboard", folder, "--csv"]) == 0
    assert capsys.readouterr().out.startswith("forecaster,vpt,")
    assert main(["report", folder, "-o", "pages"]) == 0
    assert capsys.readouterr().out == f"report: {Path('pages') / 'index.html'}\n"
    assert (quick / "pages" / "index.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_quiet_run_says_nothing_on_stderr(quick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--quiet", "--systems", "Alpha", "-o", str(quick / "out")]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "quik"], "did you mean 'quick'"),
        (["run", "quick.yaml"], "ends in .toml or .json"),
        (["run", "absent.toml"], "has no file *.toml"),
        (["run", "--workers", "0"], "workers must be a whole number of at least 1, got 0"),
        (["run", "--time-limit", "-3"], "time_limit must be a positive finite number"),
        (["run", "--memory-limit-mb", "-3"], "memory_limit_mb"),
        (["run", "--trajectories", "0"], "trajectories of a suite must be a whole number of at least 1"),
        (["run", "--systems", "Alpa"], "did you mean 'Alpha'"),
        (["run", "--systems", "Alpha", "Alpha"], "more than once"),
        (["run", "--forecasters", "benchmark_fakes:Man"], "has no 'Man'"),
        (["run", "--seed", "-1"], "seed"),
        (["leaderboard", "nowhere"], "holds no benchmark results"),
        (["report", "nowhere"], "holds no benchmark results"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_mistake_is_one_sentence_and_code_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--quiet"] if arguments[0] == "run" else arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("dysts-benchmark: error: ")
    assert words in captured.err
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("where", ["suite", "option"])
def test_a_forecaster_in_the_current_folder_is_found(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry not in ("", os.getcwd())])
    module = f"beside_the_{where}"
    (tmp_path / f"{module}.py").write_text("def factory(**_):\n    raise ValueError('it was imported')\n")
    named = f"{module}:factory"
    suite = named if where == "suite" else "NaiveMean"
    (tmp_path / "s.toml").write_text(f'systems = ["Lorenz"]\nforecasters = ["{suite}"]\n')
    assert main(["run", "s.toml", "--quiet", *(["--forecasters", named] if where == "option" else [])]) == 2
    assert "it was imported" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run", "--worker", "2"], ["run", "--workers", "two"], ["report"]])
def test_usage_mistake_is_one_sentence_and_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("dysts-benchmark: error: ")
    assert len(error.splitlines()) == 1


def test_report_into_a_place_that_is_not_there(quick: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--quiet", "--systems", "Alpha", "-o", "out"])
    capsys.readouterr()
    assert main(["report", "out", "-o", "missing/pages"]) == 2
    assert "cannot write the report missing/pages: missing is no folder" in capsys.readouterr().err
    assert main(["report", "out", "-o", str(quick)]) == 2
    assert "it holds " in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["report", "--help"]])
def test_help_fits_the_terminal(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert "usage: dysts-benchmark" in text
    assert max(map(len, text.splitlines())) <= 80


def test_interrupt_exits_130_and_tells_how_to_go_on(tmp_path: Path) -> None:
    code = (
        "import signal, sys, benchmark_fakes as fakes\n"
        "from benchmark import cli, runner\n"
        # A shell starts what it runs in the background with this signal ignored, and children inherit that.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "real = runner.run\n"
        "def run(suite, *, systems, forecasters, **options):\n"
        "    return real(fakes.suite('SlowMean'), open_dataset=fakes.open_dataset, **options)\n"
        "runner.run = run\n"
        "sys.exit(cli.main(['run', 'quick', '--workers', '1', '-o', 'out']))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    rows = tmp_path / "out" / "rows.jsonl"
    deadline = time.monotonic() + 60
    while not (rows.exists() and rows.read_bytes()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "go on with: dysts-benchmark run quick --workers 1 -o out" in err
    assert "Traceback" not in err
    assert 0 < len(benchmark.Results.load(tmp_path / "out").table) < 6


def test_importing_the_package_is_cheap() -> None:
    heavy = ["pandas", "matplotlib", "zarr", "xarray", "torch", "darts", "numba"]
    code = f"import sys, benchmark; print([name for name in {heavy} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert answer.stdout.strip() == "[]"


def test_a_missing_package_of_the_extra_is_one_sentence_before_any_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmark.cli.needed", lambda _: ("json", "no_such_package"))
    assert main(["run", "quick", "-o", str(tmp_path / "results")]) == 2
    message = capsys.readouterr().err
    assert "no_such_package not installed" in message
    assert "[benchmark]" in message
    assert not (tmp_path / "results").exists()


def test_every_command_says_what_it_lacks_and_the_names_need_nothing() -> None:
    assert needed("list") == ()
    assert {"pandas", "pyarrow"} <= set(needed("leaderboard")) < set(needed("report"))
    # A model of one's own runs without darts, torch and the packages of pictures.
    assert set(needed("run")) == {"pandas", "pyarrow", "threadpoolctl"}


def test_forecasters_say_together_what_they_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "darts", None)
    monkeypatch.setitem(sys.modules, "xgboost", None)
    check_forecasters_installed(["NVAR", "ESN", "NaiveDrift", "benchmark_fakes:Mean", "Oracle"])
    with pytest.raises(RunError) as raised:
        check_forecasters_installed(["ARIMA", "NVAR", "Theta", "XGBoost", "LSTM"])
    message = str(raised.value)
    assert "ARIMA, Theta, LSTM need darts; XGBoost needs darts and xgboost; pip install" in message
    assert "[statistical,trees,neural]" in message


@pytest.mark.parametrize("command", [["list"], ["run", "--help"], ["template", "forecaster"]])
def test_names_and_help_work_in_a_base_installation(command: list[str]) -> None:
    program = (
        "import sys\n"
        "for name in ('threadpoolctl', 'darts', 'torch', 'pyarrow', 'jinja2', 'matplotlib', 'sklearn'):\n"
        "    sys.modules[name] = None\n"
        "from benchmark.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "quick" in done.stdout
