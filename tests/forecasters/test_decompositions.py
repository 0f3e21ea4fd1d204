"""TBATS and Prophet, which the published scripts try beside the 24: found by name, seasons and trends continued."""

import sys

import numpy as np
import pytest

from dysts.errors import NotSupportedError
from forecasters import get_forecaster, list_forecasters
from forecasters.season import estimate_season_length

NAMES = ["Prophet", "TBATS"]


def test_they_are_known_by_name_and_not_counted() -> None:
    assert set(list_forecasters(optional=True)) - set(list_forecasters()) == {*NAMES, "SINDy", "PolynomialODE"}


@pytest.mark.parametrize("name", NAMES)
def test_a_season_goes_on_whether_its_length_is_told_or_not(name: str) -> None:
    time = np.arange(500.0)
    wave = np.stack([np.sin(2 * np.pi * time / 24), 5.0 + np.cos(4 * np.pi * time / 24)], axis=1)
    for season_length in (24, None):
        forecast = get_forecaster(name, season_length=season_length).fit(wave[:400]).predict(100)
        assert np.abs(forecast - wave[400:]).max() < 0.05
    without = get_forecaster(name, config={"season": "none"}).fit(wave[:400]).predict(100)
    assert np.abs(without - wave[400:]).max() > 0.5


@pytest.mark.parametrize("name", NAMES)
def test_a_trend_goes_on(name: str) -> None:
    line = 3.0 + 0.5 * np.arange(120.0)[:, None]
    forecast = get_forecaster(name, preset="paper", config={"season": "none"}).fit(line[:100]).predict(20)
    np.testing.assert_allclose(forecast, line[100:], rtol=0.02)


def test_a_missing_package_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prophet", None)
    with pytest.raises(NotSupportedError, match=r"Prophet needs .*pip install .*\[prophet\]"):
        get_forecaster("Prophet").fit(np.sin(np.arange(100.0))[:, None])


def test_a_trend_hides_no_season() -> None:
    times = np.arange(500.0)
    wave = np.sin(2.0 * np.pi * times / 40.0)
    assert estimate_season_length((wave + 0.2 * times)[:, None]) == 40
