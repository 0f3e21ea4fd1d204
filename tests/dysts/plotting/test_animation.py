"""Films show the trajectories that they are given, in the form that the name of the file says."""

from pathlib import Path

import numpy as np
import pytest
import xarray
from PIL import Image, ImageSequence

import dysts
from dysts.errors import InvalidArgumentError, MissingPackageError

TURN = 2 * np.pi * np.arange(101) / 100
CIRCLE = xarray.DataArray(
    np.column_stack([np.cos(TURN), np.sin(TURN)]),
    dims=("time", "component"),
    coords={"time": TURN, "component": ["x", "y"]},
)


def _frames(path: Path) -> list[np.ndarray]:
    with Image.open(path) as film:
        return [np.asarray(frame.convert("RGB"), dtype=int) for frame in ImageSequence.Iterator(film)]


def _head(frame: np.ndarray) -> np.ndarray:
    """Return where the head is: the mean place of pixels of its colour that are far from grey."""
    rows, columns = np.nonzero(np.ptp(frame, axis=2) > 60)
    return np.array([columns.mean(), -rows.mean()])


def test_the_point_moves_as_the_trajectory_does(tmp_path: Path) -> None:
    film = dysts.animate(CIRCLE, tmp_path / "circle.gif", seconds=0.5, frames_per_second=10)
    frames = _frames(film)
    assert len(frames) == 5
    right, top, left, bottom = (_head(frame) for frame in frames[:4])
    assert right[0] > top[0] > left[0]
    assert top[1] > right[1] > bottom[1] - 5


def test_many_trajectories_have_a_colour_each(tmp_path: Path) -> None:
    both = xarray.concat([CIRCLE, -CIRCLE], dim="trajectory")
    film = dysts.animate(both, tmp_path / "both.gif", seconds=0.2, frames_per_second=10)
    first = _frames(film)[0]
    colourful = first[np.ptp(first, axis=2) > 100]
    assert len(np.unique(colourful.argmax(axis=1))) == 2


def test_a_folder_gets_a_picture_for_each_frame(tmp_path: Path) -> None:
    folder = dysts.animate(CIRCLE, tmp_path / "frames", seconds=0.3, frames_per_second=10)
    assert sorted(path.name for path in folder.iterdir()) == ["0000.png", "0001.png", "0002.png"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "film.avi"}, "must be .*gif, .*mp4 or a folder without an ending, got 'film.avi'"),
        ({"seconds": 1e4}, "at most 5000 frames, got 250000"),
        ({"seconds": float("nan")}, "seconds"),
        ({"given": []}, "1 to 100 trajectories, got 0"),
        ({"given": CIRCLE[:, :1]}, "two components, got x"),
        ({"given": ["Lorenz", CIRCLE]}, "same components"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_left(changes: dict[str, object], message: str, tmp_path: Path) -> None:
    given = {"given": CIRCLE, "path": "film.gif", "seconds": 0.2, **changes}
    path = tmp_path / str(given.pop("path"))
    with pytest.raises(InvalidArgumentError, match=message):
        dysts.animate(given.pop("given"), path, **given)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_without_ffmpeg_one_sentence_says_what_else_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import animation

    monkeypatch.setattr(animation.writers, "is_available", lambda _: False)
    with pytest.raises(MissingPackageError, match=r"needs the program ffmpeg; write .*gif, or a folder of frames"):
        dysts.animate(CIRCLE, tmp_path / "film.mp4", seconds=0.2)
    assert not list(tmp_path.iterdir())
