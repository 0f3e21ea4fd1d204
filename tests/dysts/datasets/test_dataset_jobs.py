"""Builds are the same on any number of processes, go on after being killed, and do not stop for one failure."""

import dataclasses
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from dataset_helpers import SMALL

import dysts
from dysts.datasets import Recipe
from dysts.datasets.build import Series, build
from dysts.datasets.jobs import Job, build_jobs
from dysts.datasets.opening import dataset_folder
from dysts.datasets.plain_attributes import plain_attributes
from dysts.datasets.store import open_group
from dysts.datasets.streaming import write_series
from dysts.datasets.verification import verify_group
from dysts.errors import DystsError, NotSupportedError

NAMES = ("Lorenz", "Rossler", "Thomas")


def jobs(folder: Path, recipe: Recipe = SMALL, names: tuple[str, ...] = NAMES) -> list[Job]:
    return [Job(recipe, dysts.get_system(name), folder / name) for name in names]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_progress_has_an_estimate(tmp_path: Path) -> None:
    lines: list[str] = []
    done = build_jobs(jobs(tmp_path), report=lines.append)
    assert not done.failures
    assert set(done.seconds) == {("small", name) for name in NAMES}
    assert re.match(r"1/3 Lorenz: \d+\.\d s, about \d+ s left", lines[0])
    assert re.fullmatch(r"3/3 Thomas: \d+\.\d s", lines[2])


def test_numbers_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = dataclasses.replace(SMALL, dynamical_noise=0.02)
    expected = {name: build(recipe, dysts.get_system(name)).attrs["sha256"] for name in ("Lorenz", "MackeyGlass")}
    monkeypatch.setattr("dysts.workers.threads.processors", lambda: 7)
    for name, sha256 in expected.items():
        assert build(recipe, dysts.get_system(name)).attrs["sha256"] == sha256


def test_a_failed_system_is_reported_and_the_rest_is_built(tmp_path: Path) -> None:
    lorenz = dysts.get_system("Lorenz")
    # Without damping and with growth in every direction the orbit leaves every bound.
    broken = dataclasses.replace(
        lorenz.with_parameters(sigma=-10.0, beta=-3.0), name="Broken", properties=lorenz.properties
    )
    done = build_jobs([Job(SMALL, broken, tmp_path / "Broken"), *jobs(tmp_path)])
    assert set(done.failures) == {("small", "Broken")}
    assert "Broken" in done.failures["small", "Broken"]
    assert set(done.seconds) == {("small", name) for name in NAMES}
    assert not (tmp_path / "Broken").exists()


def test_processes_give_the_same_bytes_and_one_that_is_killed_does_not_stop_the_rest(tmp_path: Path) -> None:
    # The worker that is asked for Rossler ends as one that the kernel kills for want of memory.
    program = (
        "import os, signal, sys, dysts\n"
        "from pathlib import Path\n"
        "from dysts.datasets import Recipe, jobs\n"
        "real = jobs.build_system\n"
        "def build_system(name, entry, wanted):\n"
        "    if name == 'Rossler':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(name, entry, wanted)\n"
        "jobs.build_system = build_system\n"
        "if __name__ == '__main__':\n"
        "    r = Recipe(name='small', points_per_period=20, periods=6, trajectories=3)\n"
        "    names = ('Lorenz', 'Rossler', 'Thomas')\n"
        "    wanted = [jobs.Job(r, dysts.get_system(n), Path(sys.argv[1]) / n) for n in names]\n"
        "    done = jobs.build_jobs(wanted, workers=2)\n"
        "    print(sorted(n for _, n in done.seconds), done.failures)\n"
    )
    script = tmp_path / "program.py"
    script.write_text(program)
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "two")], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("['Lorenz', 'Thomas'] {('small', 'Rossler'): 'the process that built it was killed")
    build_jobs(jobs(tmp_path / "one", names=("Lorenz", "Thomas")))
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_killed_build_goes_on_and_every_visible_group_is_complete(tmp_path: Path) -> None:
    program = (
        "import dysts, dysts.datasets.opening as c, logging, pathlib, sys\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "c.cache_folder = lambda: pathlib.Path(sys.argv[1])\n"
        "from dysts.datasets import Recipe\n"
        "r = Recipe(name='small', points_per_period=20, periods=6, trajectories=3)\n"
        "dysts.open_dataset(r, systems=dysts.list_systems()[:4])\n"
    )
    folder = tmp_path / "datasets" / dataset_folder(SMALL).name
    for wait_for in (1, 3):
        process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300.0
        while time.monotonic() < deadline and process.poll() is None:
            if folder.is_dir() and sum(not path.name.startswith(".") for path in folder.iterdir()) >= wait_for:
                break
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        visible = [path for path in folder.iterdir() if not path.name.startswith(".")]
        assert len(visible) >= wait_for
        for path in visible:
            verify_group(path)
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    assert 1 <= done.stderr.count(" s\n") + done.stderr.count(" s, ") <= 4 - 3
    for name in dysts.list_systems()[:4]:
        assert open_group(folder / name).attrs["sha256"] == build(SMALL, dysts.get_system(name)).attrs["sha256"]


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """A recipe of five blocks, as if memory were small."""
    monkeypatch.setattr("dysts.datasets.build.BLOCK_BYTES", 4 * 120 * 3 * 8)
    monkeypatch.setattr("dysts.datasets.streaming.CHUNK_BYTES", 2 * 120 * 3 * 8)
    return dataclasses.replace(SMALL, name="blocks", trajectories=18, signal_to_noise_db=30.0)


def test_shards_hold_what_is_computed_in_one_piece(tmp_path: Path, blocks: Recipe) -> None:
    lorenz = dysts.get_system("Lorenz")
    write_series(Series(blocks, lorenz), tmp_path / "Lorenz")
    assert len(list((tmp_path / "Lorenz" / "series" / "c").iterdir())) == 5
    verify_group(tmp_path / "Lorenz")
    stored, built = open_group(tmp_path / "Lorenz"), build(blocks, lorenz)
    np.testing.assert_array_equal(stored["series"].values, built["series"].values)
    assert stored.attrs == plain_attributes(built.attrs)
    assert sorted(path.name for path in tmp_path.iterdir()) in (["Lorenz"], [".Lorenz.lock", "Lorenz"])
    shard = tmp_path / "Lorenz" / "series" / "c" / "2" / "0" / "0"
    content = bytearray(shard.read_bytes())
    content[len(content) // 3] ^= 1
    shard.write_bytes(content)
    with pytest.raises(DystsError, match="damaged"):
        verify_group(tmp_path / "Lorenz")


def test_an_interrupted_series_goes_on_with_the_block_that_is_missing(tmp_path: Path, blocks: Recipe) -> None:
    lorenz = dysts.get_system("Lorenz")

    def stop(done: int, _all: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_series(Series(blocks, lorenz), tmp_path / "Lorenz", report=stop)
    assert not (tmp_path / "Lorenz").exists()
    series = Series(blocks, lorenz)
    computed: list[int] = []
    real = series.compute
    series.compute = lambda first, last: (computed.append(first), real(first, last))[1]  # type: ignore[method-assign]
    write_series(series, tmp_path / "Lorenz")
    assert computed == [8, 12, 16]
    verify_group(tmp_path / "Lorenz")
    assert open_group(tmp_path / "Lorenz").attrs["sha256"] == build(blocks, lorenz).attrs["sha256"]


def test_a_dask_cluster_builds_the_same_bytes(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
    ) as cluster:
        done = build_jobs(jobs(tmp_path / "cluster"), scheduler=cluster.scheduler_address)
    assert not done.failures
    build_jobs(jobs(tmp_path / "here"))
    assert files(tmp_path / "cluster") == files(tmp_path / "here")


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("dysts.datasets.jobs.ANSWER_WITHIN", 0.2)
    with pytest.raises(NotSupportedError, match="no dask scheduler answers"):
        build_jobs(jobs(tmp_path), scheduler="tcp://127.0.0.1:9")
