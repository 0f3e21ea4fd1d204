"""A time limit that is given is the one of the cells, also where it is that of other runs."""

import pytest

import benchmark.discovery.command as track
from benchmark.cli import main


class Stopped(Exception):
    """Ends the run once its limit is known."""


@pytest.mark.parametrize(("given", "limit"), [([], 60.0), (["--time-limit", "300"], 300.0)])
def test_the_track_on_equations_takes_the_limit_that_is_given(
    given: list[str], limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []

    def run_track(*, time_limit: float, **_: object) -> None:
        limits.append(time_limit)
        raise Stopped

    monkeypatch.setattr(track, "run_track", run_track)
    with pytest.raises(Stopped):
        main(["run", "discovery", *given])
    assert limits == [limit]
