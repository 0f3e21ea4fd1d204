"""The memory that a thread keeps between trajectories with switches carries nothing from one to the next."""

import threading

import numpy as np
import pytest

import dysts
from dysts.integration import handover


def _arrays(memory):
    for part in memory:
        yield from _arrays(part) if isinstance(part, tuple) else (part,)


@pytest.mark.parametrize("name", ["Chua", "StickSlipOscillator"])
def test_what_the_last_trajectory_left_is_not_read(name):
    flow = dysts.prepare(name, 200)
    before = flow()
    memory = handover._kept.memory
    for array in _arrays(memory):
        # The places behind the last component of a series stay zero; nothing here is steep, so nothing reads them.
        array[:] = np.nan
    assert np.array_equal(flow(), before)
    assert handover._kept.memory is memory


def test_other_sizes_and_other_threads_have_memory_of_their_own():
    flow = dysts.prepare("Chua", 50)
    expected = flow()
    memory = handover._kept.memory
    dysts.prepare("StickSlipOscillator", 50)()
    assert handover._kept.memory is not memory
    found = []
    thread = threading.Thread(target=lambda: found.extend([flow(), handover._kept.memory]))
    thread.start()
    thread.join()
    assert np.array_equal(found[0], expected)
    assert found[1] is not handover._kept.memory
