"""A file of one's own becomes equations, which are a system like any other."""

from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.cli import main
from dysts.errors import InvalidArgumentError


def test_a_csv_becomes_a_system_that_the_command_line_shows_and_integrates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series = dysts.integrate("Rossler", 1000)
    path = tmp_path / "probe.csv"
    rows = np.column_stack([series["time"], series])
    np.savetxt(path, rows, delimiter=",", header="time,lambda,Speed (m/s),z", comments="", fmt="%.17g")
    found = dysts.discover(path, name="Probe")
    assert found.variables == ("lambda1", "Speed_m_s", "z")
    assert dysts.discovery.compare(found, dysts.get_system("Rossler")).exact
    assert found.period == pytest.approx(dysts.get_system("Rossler").period, rel=0.05)
    file = tmp_path / "found.json"
    found.save(file)
    again = dysts.load_systems(file)["Probe"]
    assert again.equations == found.equations
    assert "sequential thresholding" in again.remarks[0]
    assert "\\dot{" in again.to_latex()
    assert main(["show", f"{file}:Probe"]) == 0
    assert "sequential thresholding" in capsys.readouterr().out
    assert main(["integrate", f"{file}:Probe", "--points", "20", "-o", str(tmp_path / "out.csv")]) == 0


def test_several_trajectories_and_misplaced_angles_are_refused() -> None:
    starts = dysts.integrate("Rossler", 100, initial_conditions=[[1.0, 1.0, 1.0], [2.0, 1.0, 1.0]])
    with pytest.raises(InvalidArgumentError, match="series must be one trajectory, got 2"):
        dysts.discover(starts)
    with pytest.raises(InvalidArgumentError, match="angles must be given to the method itself"):
        dysts.discover(dysts.integrate("Rossler", 100), angles=["x"], method=dysts.discovery.SequentialThresholding())


def test_equations_of_text_have_a_step_where_they_are_given_a_period(tmp_path: Path) -> None:
    texts = {"x": "-x1 - x2", "y": "x0 + 0.2*x1", "z": "0.2 + mul(x2, sub(x0, 5.7))"}
    for period in (None, 5.9):
        found = dysts.discovery.system_of_text(
            "Theirs", texts, columns=("x0", "x1", "x2"), initial_conditions=[1.0, 1.0, 1.0], period=period
        )
        folder = tmp_path / f"{period}"
        folder.mkdir()
        file = found.save(folder / "theirs.json")
        arguments = ["integrate", f"{file}:Theirs", "--points", "5", "-o"]
        assert (main([*arguments, str(folder / "one.csv")]) == 0) == (period is not None)
        assert main([*arguments, str(folder / "two.csv"), "--step", "0.1"]) == 0
