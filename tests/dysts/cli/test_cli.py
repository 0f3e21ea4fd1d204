"""The command line: results on standard output, one sentence for a mistake, and the right exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.cli import main


def test_list_names_maps_beside_flows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--kind", "map", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {"HenonMap", "LogisticMap"} <= {row["name"] for row in rows}
    assert {row["kind"] for row in rows} == {"map"}
    assert main(["show", "HenonMap"]) == 0
    shown = capsys.readouterr().out
    assert "2 variables, iterated map, from mathematics" in shown
    assert "  next y = b*x" in shown
    assert main(["lyapunov", "HenonMap", "--periods", "2000"]) == 0
    assert capsys.readouterr().out.startswith("    0.4")


def test_list_names_every_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 135
    assert any(line.startswith("Lorenz ") for line in lines)
    assert main(["list", "--field", "ecology", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["field"] for row in rows} == {"ecology"}
    assert "HastingsPowell" in {row["name"] for row in rows}


def test_show_prints_equations_parameters_properties_and_citation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "Lorenz"]) == 0
    shown = capsys.readouterr().out
    for part in ("dz/dt = -beta*z + x*y", "rho = 28", "lyapunov spectrum", "Deterministic", "1963"):
        assert part in shown
    assert main(["show", "MackeyGlass"]) == 0
    assert "period" in capsys.readouterr().out
    assert main(["show", "Lorenz", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["definition"]["variables"] == ["x", "y", "z"]


@pytest.mark.parametrize("name", dysts.list_systems(variants=True))
def test_show_can_print_every_system(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", name]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{name}: ")
    assert f"regime: {dysts.get_system(name).property_value('regime')}" in shown


def test_integrate_writes_what_the_library_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.npz"
    arguments = ["integrate", "Rossler", "-n", "50", "--points-per-period", "25", "--set", "c=6", "-o", str(path)]
    assert main(arguments) == 0
    assert "50 points of Rossler" in capsys.readouterr().out
    expected = dysts.integrate(dysts.get_system("Rossler").with_parameters(c=6.0), 50, points_per_period=25)
    with np.load(path) as archive:
        np.testing.assert_array_equal(archive["values"], expected.values)
    assert main([*arguments, "--overwrite"]) == 0


MISTAKES = [
    (["show", "Lorentz"], "did you mean 'Lorenz'"),
    (["list", "--field", "alchemy"], "alchemy"),
    (["integrate", "Lorentz", "-o", "x.csv"], "did you mean 'Lorenz'"),
    (["integrate", "Lorenz", "-n", "0", "-o", "x.csv"], "points must be a whole number of at least 1, got 0"),
    (["integrate", "Lorenz", "-n", "-3", "-o", "x.csv"], "points must be a whole number of at least 1, got -3"),
    (["integrate", "Lorenz", "-o", "x.txt"], ".csv"),
    (["integrate", "Lorenz", "-o", "nowhere/x.csv"], "does not exist"),
    (["integrate", "Lorenz", "-o", "exists.csv"], "exists already"),
    (["integrate", "Lorenz", "--set", "rhoo=1", "-o", "x.csv"], "did you mean 'rho'"),
    (["integrate", "Lorenz", "--set", "rho", "-o", "x.csv"], "NAME=VALUE"),
    (["integrate", "Lorenz", "--initial-conditions", "1,nan,2", "-o", "x.csv"], "must be finite"),
    (["integrate", "Lorenz", "--initial-conditions", "1,2", "-o", "x.csv"], "3 components"),
    (["integrate", "Lorenz", "--initial-conditions", "a,b", "-o", "x.csv"], "numbers"),
    (["integrate", "Lorenz", "--rtol", "0", "-o", "x.csv"], "rtol must be at least 1e-14 and below 1, got 0.0"),
    (["integrate", "MackeyGlass", "-o", "x.csv", "--solver", "radau"], "delay system"),
    (["integrate", "Chua", "-o", "x.csv", "--precision", "extended"], "as Chua has kinks or jumps, got 'extended'"),
    (["build", "test-fin"], "did you mean 'test-fine'"),
    (["dataset", "build", "test-fine", "--systems", "Lorentz"], "did you mean 'Lorenz'"),
    (["dataset", "build", "test-fine", "--workers", "0"], "workers must be a whole number of at least 1, got 0"),
    (["dataset", "build", "absent.toml"], "cannot read absent.toml"),
    (["dataset", "download", "test-fine"], "DYSTS_SOURCE"),
    (["dataset", "download", "test-fine", "--source", "nowhere"], "does not exist"),
    (["dataset", "publish", "host", "ensemble"], "ensemble lacks 135 systems"),
    (["annotate", "absent.json"], "cannot read"),
]


@pytest.mark.parametrize(("arguments", "sentence"), MISTAKES, ids=[" ".join(a) for a, _ in MISTAKES])
def test_a_mistake_is_one_sentence_and_exit_code_2(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exists.csv").write_text("mine")
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("dysts: error: ")
    assert sentence in output.err
    assert len(output.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["exists.csv"]
    assert (tmp_path / "exists.csv").read_text() == "mine"


def test_help_has_examples_and_a_missing_command_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "dysts integrate Lorenz" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m dysts list | head -n 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Aizawa")
    assert done.stderr == ""


def test_a_data_set_from_its_build_to_its_removal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dysts.datasets.opening.cache_folder", lambda: tmp_path / "here")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text("[mine]\npoints_per_period = 20\nperiods = 6\ntrajectories = 2\n")
    systems = ["--systems", "Lorenz,Rossler"]

    def run(*arguments: str) -> str:
        assert main(["dataset", *arguments]) == 0
        return capsys.readouterr().out

    told = run("build", "mine.toml", *systems, "--workers", "1")
    assert "2 of 2 systems, 2 built in" in told
    assert "0 failed, 0 findings" in told
    assert "0 built" in run("build", "mine.toml", *systems, "--workers", "1")
    assert "2 of 2 systems" in run("info", "mine.toml", *systems)
    assert run("verify", "mine.toml") == "mine: 2 systems verified\n"
    assert "2 systems" in run("publish", "host", "mine.toml", *systems)
    assert run("info", "--source", "host").split()[:3] == ["mine", "2", "systems"]
    run("verify", "mine.toml", "--source", "host")
    run("export", "mine.toml", *systems, "--format", "csv", "-o", "tables")
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["Lorenz.csv", "Rossler.csv"]
    assert "2 of 2 systems removed" in run("remove", "mine.toml", *systems)
    assert "1 of 1 systems of mine downloaded" in run(
        "download", "mine.toml", "--systems", "Lorenz", "--source", "host"
    )
    assert "1 of 1 systems" in run("info", "mine.toml", "--systems", "Lorenz")
    assert "1 downloaded" in run("info", "mine.toml", "--systems", "Lorenz")
    (chunk,) = (tmp_path / "here" / "datasets").glob("mine-*/Lorenz/series/c/0/0/0")
    chunk.write_bytes(chunk.read_bytes()[:-1])
    assert main(["dataset", "verify", "mine.toml"]) == 1
    assert "dysts dataset remove" in capsys.readouterr().out


def test_systems_of_a_file_are_named_by_file_and_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    spiral = dysts.System.from_equations(
        "Spiral", {"x": "v", "v": "-x - c*v"}, parameters={"c": 0.1}, initial_conditions=[1.0, 0.0]
    )
    spiral.save("mine.json")
    integrate = ["integrate", "mine.json:Spiral", "-n", "5", "--step", "0.1", "--initial-conditions", "v=2,x=1"]
    assert main([*integrate, "-o", "s.npz"]) == 0
    assert "5 points of Spiral" in capsys.readouterr().out
    expected = dysts.integrate(spiral, 5, step=0.1, initial_conditions=[1.0, 2.0])
    with np.load("s.npz") as archive:
        np.testing.assert_array_equal(archive["values"], expected.values)
    # The only system of a file needs no name.
    assert main(["show", "mine.json"]) == 0
    assert "dv/dt = -x - c*v" in capsys.readouterr().out
    for arguments, sentence in (
        (["show", "mine.json:Spirall"], "did you mean 'Spiral'"),
        (["show", "absent.json:Spiral"], "cannot read absent.json"),
        (
            ["integrate", "mine.json:Spiral", "--step", "1", "--initial-conditions", "x=1", "-o", "t.csv"],
            "got none for v",
        ),
        (["integrate", "mine.json:Spiral", "--initial-conditions", "x=1,b", "-o", "t.csv"], "NAME=VALUE"),
    ):
        assert main(arguments) == 2
        assert sentence in capsys.readouterr().err
    dysts.load_systems("mine.json")
    Path("two.json").write_text(json.dumps({"A": spiral.to_entry(), "B": spiral.to_entry()}))
    assert main(["show", "two.json"]) == 2
    assert "must be named as two.json:NAME, got 2 names: A, B" in capsys.readouterr().err


def test_lyapunov_prints_the_exponents_of_a_system_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The cycle r' = r (c - r**2), theta' = 1 has the exponents 0 and -2 c.
    path = dysts.System.from_equations(
        "Hopf",
        {"x": "x*(c - x**2 - y**2) - y", "y": "y*(c - x**2 - y**2) + x"},
        parameters={"c": 1.0},
        initial_conditions=[1.0, 0.0],
    ).save(tmp_path / "mine.json")
    options = ["--trajectories", "2", "--periods", "20", "--set", "c=0.5", "--json"]
    assert main(["lyapunov", f"{path}:Hopf", *options]) == 0
    np.testing.assert_allclose(json.loads(capsys.readouterr().out)["exponents"], [0.0, -1.0], atol=1e-3)
    assert main(["lyapunov", "Rosler"]) == 2
    assert "did you mean 'Rossler'" in capsys.readouterr().err


def test_exponents_of_other_parameters_are_measured_over_their_own_period(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = []

    def spectrum(system: dysts.System, **options: float) -> dysts.invariants.LyapunovSpectrum:
        measured.append((system.parameters["c"], options["period"]))
        return dysts.invariants.LyapunovSpectrum((0.1,), (0.01,), {})

    monkeypatch.setattr(dysts.invariants, "lyapunov_spectrum", spectrum)
    monkeypatch.setattr(dysts.invariants, "system_period", lambda _: dysts.invariants.Period(4.5, 0.01, 0.1))
    assert main(["lyapunov", "Rossler"]) == 0
    assert main(["lyapunov", "Rossler", "--set", "c=3"]) == 0
    capsys.readouterr()
    assert measured == [(5.7, dysts.get_system("Rossler").period), (3.0, 4.5)]
