"""Chooses where a network is trained: on the CPU, or on the graphics card with the most free memory."""

from typing import Any

from dysts.errors import InvalidArgumentError

# The networks of this package need some ten MiB, a CUDA context half a GiB; on a card with less than this free,
# a fit that shares it with others would fail half-way.
_LEAST_FREE_BYTES = 2**30


def checked_device(value: object) -> str:
    """Return ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"cuda:N"``.

    Raises
    ------
    InvalidArgumentError
        If the value is none of them.
    """
    if isinstance(value, str):
        kind, colon, index = value.partition(":")
        if value in ("auto", "cpu", "cuda") or (kind == "cuda" and colon and index.isdecimal()):
            return value
    raise InvalidArgumentError(f"device must be 'auto', 'cpu', 'cuda' or 'cuda:N', got {value!r}")


def choose_device(device: str, cuda: Any) -> str:
    """Return the device to use: ``"cpu"`` or ``"cuda:N"``.

    ``"auto"`` takes the card with the most free memory, so that processes that start one after another spread
    over the cards and share them, and the CPU where no card has a GiB free. ``"cuda"`` insists on a card.

    Parameters
    ----------
    device : str
        As `checked_device` allows.
    cuda : module
        ``torch.cuda``, or anything with its ``is_available``, ``device_count`` and ``mem_get_info``.

    Raises
    ------
    InvalidArgumentError
        If a card is asked for that is not there.
    """
    if device == "cpu":
        return "cpu"
    count = cuda.device_count() if cuda.is_available() else 0
    if device.startswith("cuda:"):
        if int(device.removeprefix("cuda:")) >= count:
            raise InvalidArgumentError(f"device {device!r} is not there: torch sees {count} CUDA devices")
        return device
    free = [cuda.mem_get_info(index)[0] for index in range(count)]
    best = max(range(count), key=free.__getitem__, default=None)
    if device == "cuda":
        if best is None:
            raise InvalidArgumentError("device 'cuda' is not there: torch sees no CUDA device")
        return f"cuda:{best}"
    return "cpu" if best is None or free[best] < _LEAST_FREE_BYTES else f"cuda:{best}"
