"""Windows of the trajectories of one or many systems as a PyTorch data set."""

import operator
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

import numpy as np
import torch

from dysts.checks import check_count
from dysts.errors import InvalidArgumentError


class Windows(torch.utils.data.Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """All windows of all trajectories, in order of system, trajectory and time.

    Parameters
    ----------
    series : mapping of str to array [trajectory, time, component]
        The trajectories of each system.
    context, horizon : int
        Points that a model sees, and points that follow.
    stride : int
        Points from one window to the next.
    univariate : bool
        Take each component for a trajectory of its own, with one component.

    Attributes
    ----------
    systems : tuple of str
        The names of the systems.

    Raises
    ------
    InvalidArgumentError
        If there is no series, or no window fits into the trajectories of a system.
    """

    def __init__(
        self,
        series: Mapping[str, np.ndarray],
        *,
        context: int,
        horizon: int,
        stride: int = 1,
        univariate: bool = False,
    ) -> None:
        self._context = check_count("context", context)
        self._length = self._context + check_count("horizon", horizon)
        self._stride = check_count("stride", stride)
        if not series:
            raise InvalidArgumentError("the collection must hold at least one system, got none")
        self.systems = tuple(series)
        self._series: list[torch.Tensor] = []
        for name, values in series.items():
            array = np.array(values, order="C")
            points = array.shape[1]
            if self._length > points:
                raise InvalidArgumentError(
                    f"a window must fit into the {points} points of a trajectory of {name}, got {self._length}"
                )
            if univariate:
                array = np.ascontiguousarray(array.transpose(0, 2, 1)).reshape(-1, points, 1)
            self._series.append(torch.from_numpy(array))
        self._ends = list(accumulate(len(array) * self._positions(array) for array in self._series))

    def __len__(self) -> int:
        return self._ends[-1]

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        number, system = self._located(index)
        series = self._series[system]
        trajectory, position = divmod(number, self._positions(series))
        begin = position * self._stride
        window = series[trajectory, begin : begin + self._length]
        return window[: self._context].clone(), window[self._context :].clone()

    def system_of(self, index: int) -> str:
        """Return the name of the system from which a window comes."""
        return self.systems[self._located(index)[1]]

    def _positions(self, series: torch.Tensor) -> int:
        return (series.shape[1] - self._length) // self._stride + 1

    def _located(self, index: int) -> tuple[int, int]:
        """Return the number of a window among those of its system, and the position of the system."""
        number = operator.index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"the index must be from {-len(self)} to {len(self) - 1}, got {number}")
        number %= len(self)
        system = bisect_right(self._ends, number)
        return number - (self._ends[system - 1] if system else 0), system
