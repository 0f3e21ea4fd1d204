"""Worker processes end with the process that started them, whenever it is killed, and tell it about long work."""

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dysts.progress import tell
from dysts.workers.processes import worker_pool

PARENT = """
import sys, time
from dysts.workers.processes import worker_pool
if __name__ == "__main__":
    with worker_pool(2) as pool:
        futures = [pool.submit(time.sleep, 0.0 if sys.argv[1] == "waiting" else 600.0) for _ in range(2)]
        if sys.argv[1] == "waiting":
            [future.result() for future in futures]
        print(*(worker.pid for worker in pool._processes.values()), flush=True)
        time.sleep(600.0)
"""


def ends(process: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        state = Path(f"/proc/{process}/stat")
        # Whoever takes over an orphan may leave it as a zombie.
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("moment", ["starting", "working", "waiting"])
def test_workers_of_a_killed_process_end(moment: str, tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    command = [sys.executable, str(program), "working" if moment == "starting" else moment]
    path = os.pathsep.join([os.getcwd(), *(entry for entry in sys.path if entry)])
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, text=True)
    assert parent.stdout is not None
    workers = [int(word) for word in parent.stdout.readline().split()]
    if moment == "working":
        time.sleep(2.0)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    left = [worker for worker in workers if not ends(worker, within=60.0)]
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert len(workers) == 2
    assert left == []


def test_a_worker_whose_parent_has_ended_before_it_began_ends_at_once() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    program = f"from dysts.workers.processes import end_with_parent; end_with_parent({gone.pid}); print('still here')"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")


def test_the_parent_tells_once_what_its_workers_tell(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="dysts")
    with worker_pool(2) as pool:
        list(pool.map(tell, ["compiling 1µs"] * 3 + ["two lines of work"]))
        pool.submit(tell, "3 of 4", passing=True).result()
    assert sorted(record.getMessage() for record in caplog.records) == ["compiling 1µs", "two lines of work"]


def test_a_program_that_reads_no_lines_gets_none(capfd: pytest.CaptureFixture[str]) -> None:
    with worker_pool(1) as pool:
        pool.submit(tell, "compiling").result()
    assert capfd.readouterr() == ("", "")
