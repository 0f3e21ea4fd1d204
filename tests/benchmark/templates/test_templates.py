"""Each template passes, as it is written, the check that its command names."""

import doctest
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dysts
from benchmark.cli import main
from benchmark.templates import list_templates, template_text
from dysts.cli import main as dysts_main
from dysts.metrics import mae


@pytest.fixture(autouse=True)
def new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def test_the_forecaster_has_every_property(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "forecaster", "-o", "nearest_past.py"]) == 0
    assert capsys.readouterr().out == "nearest_past.py: check it with: dysts-benchmark check nearest_past:factory\n"
    assert "--forecasters NVAR,nearest_past:factory" in Path("nearest_past.py").read_text()
    assert main(["check", "nearest_past:factory", "--json"]) == 0
    assert [one["problem"] for one in json.loads(capsys.readouterr().out)] == [""] * 12
    # It finds the repetition of a periodic series, with its trend.
    from forecasters import get_forecaster

    time = np.arange(300.0)
    series = np.stack([np.sin(2 * np.pi * time / 50), 0.1 * time], axis=1)
    forecast = get_forecaster("nearest_past:factory", season_length=50).fit(series[:250]).predict(50)
    np.testing.assert_allclose(forecast, series[250:], atol=1e-9)


def test_the_metric_has_every_property(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "metric", "-o", "my_metric.py"]) == 0
    assert capsys.readouterr().out == "my_metric.py: check it with: python my_metric.py\n"
    done = subprocess.run([sys.executable, "my_metric.py"], capture_output=True, text=True, check=True)
    assert done.stdout.count("ok ") == 5
    spec = importlib.util.spec_from_file_location("my_metric", "my_metric.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert doctest.testmod(module).failed == 0
    truth = np.random.default_rng(1).normal(size=(50, 2))
    forecast = truth + [[0.5, 0.5]] * truth.std(axis=0)
    assert module.metric(truth=truth, forecast=forecast) == pytest.approx(0.5, rel=1e-12)
    assert mae(truth=truth, forecast=forecast) != 0.5
    # A wrong formula is told.
    text = Path("my_metric.py").read_text()
    Path("wrong.py").write_text(text.replace("axis=0) / scale", "axis=0)"))
    done = subprocess.run([sys.executable, "wrong.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "FAILED  units do not matter" in done.stdout


def test_the_system_can_be_shown_checked_and_integrated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "system", "-o", "my_system.json"]) == 0
    assert capsys.readouterr().out == "my_system.json: check it with: dysts show my_system.json\n"
    assert dysts_main(["show", "my_system.json"]) == 0
    assert "dz/dt" in capsys.readouterr().out
    assert dysts_main(["check", "my_system.json"]) == 0
    (system,) = dysts.load_systems("my_system.json").values()
    assert dysts.integrate(system, 50, step=0.1).shape == (50, 3)


def test_a_template_is_printed_and_no_file_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    assert list_templates() == ["forecaster", "metric", "system"]
    assert main(["template", "metric"]) == 0
    assert capsys.readouterr().out == template_text("metric")
    Path("kept.py").write_text("mine")
    assert main(["template", "metric", "-o", "kept.py"]) == 2
    assert "the file of a template must be new, got kept.py, which exists" in capsys.readouterr().err
    assert Path("kept.py").read_text() == "mine"
    assert main(["template", "forecaster", "-o", "my-model.py"]) == 2
    assert "must have the name of a module" in capsys.readouterr().err
    assert main(["template", "metric", "-o", "no/such/folder.py"]) == 2
    with pytest.raises(SystemExit):
        main(["template", "metrics"])
    assert "did you mean 'metric'?" in capsys.readouterr().err
