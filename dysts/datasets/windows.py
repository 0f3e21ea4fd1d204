"""Windows of trajectories as a PyTorch data set."""

import operator

import numpy as np
import torch

from dysts.checks import check_count
from dysts.errors import InvalidArgumentError


class Windows(torch.utils.data.Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """All windows of all trajectories, in order of trajectory and time.

    Parameters
    ----------
    series : array [trajectory, time, component]
    context, horizon : int
        Points that a model sees, and points that follow.
    stride : int
        Points from one window to the next.

    Raises
    ------
    InvalidArgumentError
        If no window fits into a trajectory.
    """

    def __init__(self, series: np.ndarray, *, context: int, horizon: int, stride: int = 1) -> None:
        self._series = torch.from_numpy(np.array(series, order="C"))
        self._context = check_count("context", context)
        self._length = self._context + check_count("horizon", horizon)
        self._stride = check_count("stride", stride)
        points = self._series.shape[1]
        self._positions = (points - self._length) // self._stride + 1
        if self._length > points:
            raise InvalidArgumentError(
                f"a window must fit into the {points} points of a trajectory, got {self._length}"
            )

    def __len__(self) -> int:
        return len(self._series) * self._positions

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        number = operator.index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"the index must be from {-len(self)} to {len(self) - 1}, got {number}")
        trajectory, position = divmod(number % len(self), self._positions)
        begin = position * self._stride
        window = self._series[trajectory, begin : begin + self._length]
        return window[: self._context].clone(), window[self._context :].clone()
