"""Small stand-ins: a dataset in closed form, and forecasters that behave in every way but well."""

import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import xarray
from numpy.typing import NDArray

from benchmark import Suite
from benchmark.running.execution import run_job
from benchmark.running.job import CellOutcome, Job
from dysts.progress import tell

Array = NDArray[np.float64]
SYSTEMS = ("Alpha", "Beta", "Gamma")
MEASURED_COLUMNS = ("fit_seconds", "predict_seconds", "cell_seconds", "peak_memory_mb", "finished")
"""Columns that differ between two runs of the same cell."""


def dataset(system: str, *, exponent: float = 0.9, trajectories: int = 2) -> xarray.Dataset:
    """Two sines per trajectory, 120 points, 20 per period."""
    # No phase puts a value at zero, where a rounding error would count as 200 in smape.
    phase = 0.1 + sum(map(ord, system)) % 7 + np.arange(trajectories)[:, None]
    angle = 2 * np.pi * np.arange(120) / 20 + phase
    series = np.stack([np.sin(angle), 3.0 + np.cos(angle)], axis=-1)
    return xarray.Dataset(
        {"series": (("trajectory", "time", "component"), series)},
        coords={"time": np.arange(120) * 0.1, "component": ["x", "y"]},
        attrs={
            "system": system,
            "period": 2.0,
            "points_per_period": 20,
            "lyapunov_exponent": exponent,
            "lyapunov_exponent_error": 0.01,
            "sha256": f"hash of {system}",
        },
    )


def open_dataset(recipe: str, *, systems: Sequence[str]) -> Mapping[str, xarray.Dataset]:
    """Stand in for dysts.open_dataset."""
    del recipe, systems
    return {system: dataset(system) for system in SYSTEMS}


def suite(*forecasters: str, systems: Sequence[str] = SYSTEMS, trajectories: int = 2) -> Suite:
    """A suite over the stand-ins."""
    return Suite(
        name="fake",
        systems=tuple(systems),
        forecasters=tuple(f"benchmark_fakes:{name}" for name in forecasters),
        references=(),
        trajectories=trajectories,
        train_length=100,
        horizon=20,
    )


class InProcess:
    """Scheduler without processes, which remembers its jobs."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def prepare(self, forecasters: Sequence[str]) -> None:
        """Everything can be built in this process."""

    def run(self, jobs: Iterable[Job]) -> Iterator[CellOutcome]:
        for job in jobs:
            self.jobs.append(job)
            yield replace(run_job(job), seconds=0.5)


class _Base:
    def __init__(self, *, preset: str, season_length: int, seed: int) -> None:
        self.preset, self.season_length, self.seed = preset, season_length, seed

    def fit(self, series: Array) -> Self:
        self.series = series
        return self

    def predict(self, horizon: int) -> Any:
        raise NotImplementedError


class Mean(_Base):
    """Repeats the mean; notes each fit in the file that FAKE_LOG names."""

    def fit(self, series: Array) -> Self:
        if "FAKE_LOG" in os.environ:
            with Path(os.environ["FAKE_LOG"]).open("a", encoding="utf-8") as file:
                file.write(f"{series[0, 0]:.12f}\n")
        return super().fit(series)

    def predict(self, horizon: int) -> Array:
        return np.tile(self.series.mean(axis=0), (horizon, 1))


class Diverging(Mean):
    """Says that its rollout had to be held from the fourth point on, from that many points."""

    def predict(self, horizon: int) -> Array:
        self.diverged_at = 3 if horizon > 3 else None
        return super().predict(horizon)


class Seasonal(_Base):
    """Repeats the last season, which is exact on the stand-in data."""

    def predict(self, horizon: int) -> Array:
        season = self.series[-self.season_length :]
        return season[np.arange(horizon) % self.season_length]


class Lagged(_Base):
    """Repeats what came `lag` points before; the right lag is the season, which it is not told."""

    grid: Mapping[str, Sequence[int]] = {"lag": (7, 20, 33)}

    def __init__(self, *, preset: str, season_length: int, seed: int, config: Mapping[str, Any] | None = None) -> None:
        super().__init__(preset=preset, season_length=season_length, seed=seed)
        self.config = {"lag": 5, **(config or {})}

    def predict(self, horizon: int) -> Array:
        lag = self.config["lag"]
        return self.series[-lag:][np.arange(horizon) % lag]


class Untunable(Lagged):
    """Fails with every configuration."""

    def fit(self, series: Array) -> Self:  # noqa: ARG002
        raise ValueError("cannot be fitted")


class SlowMean(Mean):
    """Takes a moment, so that a run can be stopped in its middle."""

    def predict(self, horizon: int) -> Array:
        time.sleep(0.25)
        return super().predict(horizon)


class Noise(_Base):
    """Draws from the global generator, as a careless library would."""

    def predict(self, horizon: int) -> Array:
        return np.random.normal(size=(horizon, 2))  # noqa: NPY002


class Hanging(_Base):
    """Never ends, and is deaf to polite requests; notes that it has begun."""

    def fit(self, series: Array) -> Self:  # noqa: ARG002
        if "FAKE_LOG" in os.environ:
            Path(os.environ["FAKE_LOG"]).write_text("begun", encoding="utf-8")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)


class Raising(_Base):
    def fit(self, series: Array) -> Self:  # noqa: ARG002
        raise ValueError("matrix is singular\nin two lines <b>bold</b>")


class Exiting(_Base):
    def fit(self, series: Array) -> Self:  # noqa: ARG002
        sys.exit("had enough")


class NotANumber(Mean):
    def predict(self, horizon: int) -> Array:
        forecast = super().predict(horizon)
        forecast[3, 1] = np.nan
        return forecast


class WrongShape(Mean):
    def predict(self, horizon: int) -> Array:
        return super().predict(horizon)[:-1]


class Words(_Base):
    def predict(self, horizon: int) -> Any:
        return [["a", "b"]] * horizon


class Masked(Mean):
    """Masks one component, with numbers under the mask."""

    def predict(self, horizon: int) -> Any:
        return np.ma.array(super().predict(horizon), mask=[[True, False]] * horizon)


class Unspeakable(_Base):
    """Raises an exception whose text cannot be written."""

    def fit(self, series: Array) -> Self:  # noqa: ARG002
        class Unspeakable(Exception):
            def __str__(self) -> str:
                return str(1 / 0)

        raise Unspeakable


class Baseless(_Base):
    def fit(self, series: Array) -> Self:  # noqa: ARG002
        raise BaseException("from below")


class Detaching(Mean):
    """Starts a process in a session of its own, whose parent ends, and forecasts."""

    def predict(self, horizon: int) -> Array:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                note = Path(os.environ["FAKE_LOG"]).with_suffix(".pid")
                note.with_suffix(".part").write_text(str(os.getpid()), encoding="utf-8")
                note.with_suffix(".part").replace(note)
                while True:
                    time.sleep(1)
            os._exit(0)
        while not Path(os.environ["FAKE_LOG"]).with_suffix(".pid").exists():
            time.sleep(0.01)
        return super().predict(horizon)


class HeavyChild(Mean):
    """Starts a process with an array of 500 MB beside its own of 350 MB, each within a limit of 900 MB, and waits."""

    def fit(self, series: Array) -> Self:  # noqa: ARG002
        megabytes = 500 if os.fork() == 0 else 350
        self.held = np.ones(megabytes * 2**17)
        while True:
            time.sleep(1)


class Vandal(Mean):
    """Changes what it can in its process, and complains if somebody has been there before."""

    def predict(self, horizon: int) -> Array:
        if "VANDALISED" in os.environ or np.geterr()["over"] == "raise" or getattr(np, "vandalised", False):
            raise RuntimeError("somebody was here")
        os.environ["VANDALISED"] = "1"
        np.seterr(all="raise")
        np.vandalised = True
        return super().predict(horizon)


class Segfault(_Base):
    def fit(self, series: Array) -> Self:  # noqa: ARG002
        os.write(2, b"about to fall over\n")
        os.kill(os.getpid(), signal.SIGSEGV)
        return self


class Killed(_Base):
    def predict(self, horizon: int) -> Any:  # noqa: ARG002
        os.kill(os.getpid(), signal.SIGKILL)


class Vanishing(_Base):
    def predict(self, horizon: int) -> Any:  # noqa: ARG002
        os._exit(0)


class Talkative(Mean):
    """Prints 20 MB, through Python and past it."""

    def predict(self, horizon: int) -> Array:
        for _ in range(10):
            print("x" * 10**6)
            os.write(1, b"y" * 10**6)
        return super().predict(horizon)


class Telling(Mean):
    """Logs a sentence, as loops do that are compiled, and a count that the next one outdates."""

    def fit(self, series: Array) -> Self:
        tell("compiling the loops of Telling")
        tell("1 of 2", passing=True)
        return super().fit(series)


class Greedy(_Base):
    """Takes 40 GB, a piece at a time."""

    def predict(self, horizon: int) -> Any:  # noqa: ARG002
        return [np.ones(5_000_000) for _ in range(1000)]


class Multiplying(_Base):
    """Starts a process that would outlive it, and hangs."""

    def fit(self, series: Array) -> Self:  # noqa: ARG002
        child = os.fork()
        if child == 0:
            while True:
                time.sleep(1)
        # In one step, as the test reads the file as soon as it holds something.
        note = Path(os.environ["FAKE_LOG"])
        note.with_suffix(".part").write_text(str(child), encoding="utf-8")
        note.with_suffix(".part").replace(note)
        while True:
            time.sleep(1)
