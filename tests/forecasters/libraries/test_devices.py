"""Which device a network goes to, without one."""

from dataclasses import dataclass

import numpy as np
import pytest
from small_forecasters import build, lorenz, usual

from dysts.errors import InvalidArgumentError
from forecasters.libraries.devices import checked_device, choose_device

GIB = 2**30


@dataclass
class Cards:
    """Stands in for torch.cuda: free bytes of each card."""

    free: tuple[int, ...]

    def is_available(self) -> bool:
        return bool(self.free)

    def device_count(self) -> int:
        return len(self.free)

    def mem_get_info(self, index: int) -> tuple[int, int]:
        return self.free[index], 80 * GIB


@pytest.mark.parametrize(
    ("wanted", "free", "chosen"),
    [
        ("auto", (), "cpu"),
        ("auto", (4 * GIB,), "cuda:0"),
        ("auto", (4 * GIB, 9 * GIB, 2 * GIB), "cuda:1"),
        ("auto", (GIB // 2,), "cpu"),
        ("cuda", (GIB // 2,), "cuda:0"),
        ("cuda", (4 * GIB, 9 * GIB), "cuda:1"),
        ("cuda:0", (4 * GIB, 9 * GIB), "cuda:0"),
        ("cpu", (4 * GIB,), "cpu"),
    ],
)
def test_the_card_with_the_most_room_or_the_one_asked_for(wanted: str, free: tuple[int, ...], chosen: str) -> None:
    assert choose_device(wanted, Cards(free)) == chosen


@pytest.mark.parametrize(("wanted", "free"), [("cuda", ()), ("cuda:0", ()), ("cuda:1", (4 * GIB,))])
def test_a_card_that_is_not_there(wanted: str, free: tuple[int, ...]) -> None:
    with pytest.raises(InvalidArgumentError, match="is not there"):
        choose_device(wanted, Cards(free))


@pytest.mark.parametrize("value", ["gpu", "cuda:", "cuda:x", "cuda:-1", None, 0, "CPU"])
def test_what_is_no_device(value: object) -> None:
    with pytest.raises(InvalidArgumentError, match="device must be"):
        checked_device(value)


@pytest.mark.parametrize("name", ["NLinear", "LSTM", "NeuralODE"])
def test_auto_is_the_cpu_where_there_is_no_card(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    np.testing.assert_array_equal(build(name, device="cpu").fit(lorenz()).predict(60), usual(name))


@pytest.mark.parametrize("name", ["NLinear", "NeuralODE"])
def test_a_card_that_is_asked_for_and_missing_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InvalidArgumentError, match="torch sees no CUDA device"):
        build(name, device="cuda").fit(lorenz())
