"""A series finds its own system, whatever its units; what no system does is told to be like none."""

from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.atlas.reference import FILE, read_reference
from dysts.cli import main
from dysts.errors import InvalidArgumentError, StorageError

pytest.importorskip("pycatch22")
POINTS = np.arange(6000)


@pytest.fixture(scope="module")
def lorenz() -> np.ndarray:
    """Lorenz's equations by a Runge-Kutta method of its own, with beta 8/3, which the registry does not have."""

    def rate(s: np.ndarray) -> np.ndarray:
        return np.array([10.0 * (s[1] - s[0]), s[0] * (28.0 - s[2]) - s[1], s[0] * s[1] - 8.0 / 3.0 * s[2]])

    state, step, states = np.array([1.0, 2.0, 20.0]), 0.01, []
    for _ in range(7000):
        one = rate(state)
        two = rate(state + 0.5 * step * one)
        three = rate(state + 0.5 * step * two)
        four = rate(state + step * three)
        state = state + step / 6.0 * (one + 2.0 * two + 2.0 * three + four)
        states.append(state)
    return np.array(states[1000:])


def test_lorenz_finds_lorenz_first(lorenz: np.ndarray) -> None:
    found = dysts.nearest(lorenz, step=0.01)
    assert found.systems[0] == "Lorenz"
    assert found.neighbours[0].components == ("x", "y", "z")
    assert not found.is_like_none
    assert list(found.distances) == sorted(found.distances)


def test_units_order_of_columns_and_some_noise_do_not_matter(lorenz: np.ndarray) -> None:
    noise = np.random.default_rng(0).standard_normal(lorenz.shape)
    noisy = 1e3 * (lorenz + 0.01 * lorenz.std(axis=0) * noise)[:, [2, 0, 1]] - 7.0
    found = dysts.nearest(noisy)
    assert found.systems[0] == "Lorenz"
    assert found.neighbours[0].components == ("z", "x", "y")


@pytest.mark.parametrize(
    "series",
    [np.sin(2 * np.pi * POINTS / 97.3), np.random.default_rng(1).standard_normal(6000).cumsum()],
    ids=["sine", "random walk"],
)
def test_what_no_system_does_is_like_none(series: np.ndarray) -> None:
    found = dysts.nearest(series, step=0.01)
    assert found.is_like_none
    assert str(found).startswith("like none of the collection")


def test_noise_without_a_time_scale_is_like_none() -> None:
    for seed in range(20):
        noise = np.random.default_rng(seed).standard_normal((3000, 2))
        for series in (noise, noise.cumsum(axis=0)[:, 0]):
            found = dysts.nearest(series)
            assert found.is_like_none
            assert "like none of the collection" in str(found)
    # This seed has no peak that could pass for a time scale.
    white = dysts.nearest(np.random.default_rng(3).standard_normal(6000))
    assert white.neighbours == ()
    assert str(white) == "like none of the collection: 0 is white noise, without a time scale"
    with pytest.raises(InvalidArgumentError, match="must have a time scale for a figure, got one like none"):
        white.figure()


def test_the_command_prints_draws_and_tells_by_its_exit_code(
    lorenz: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.csv"
    np.savetxt(path, lorenz, delimiter=",", header="x,y,z", comments="")
    assert main(["nearest", str(path), "--step", "0.01"]) == 0
    assert "like Lorenz" in capsys.readouterr().out
    (tmp_path / "wave.csv").write_text("x\n" + "\n".join(f"{value:.6f}" for value in np.sin(POINTS / 15.5)))
    assert main(["nearest", str(tmp_path / "wave.csv"), "--step", "1", "--json"]) == 1
    assert '"like_none": true' in capsys.readouterr().out
    assert main(["nearest", str(path), "--step", "0.01", "--figure", "near.gif"]) == 2


def test_gaps_and_lengths_are_named(lorenz: np.ndarray) -> None:
    holed = lorenz.copy()
    holed[5, 0] = np.nan
    with pytest.raises(InvalidArgumentError):
        dysts.nearest(holed)
    with pytest.raises(InvalidArgumentError, match="must have a component with a time scale"):
        dysts.nearest(lorenz[:300])


def test_a_missing_or_damaged_reference_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="reference of the atlas"):
        read_reference(tmp_path / "none.npz")
    whole = FILE.read_bytes()
    for name, content in (("bad", b"not a zip file"), ("cut", whole[: len(whole) // 2]), ("empty", b"")):
        (tmp_path / f"{name}.npz").write_bytes(content)
        with pytest.raises(StorageError, match="reference of the atlas"):
            read_reference(tmp_path / f"{name}.npz")
