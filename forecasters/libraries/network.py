"""Base classes of the networks: darts builds them, and they are trained and iterated here."""

from abc import abstractmethod
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasters.closed_loop import ClosedLoopForecaster, LaggedForecaster
from forecasters.isolation import imports_for, isolated
from forecasters.libraries.devices import choose_device
from forecasters.libraries.recording import WORTHWHILE, recorded
from forecasters.libraries.training import NetworkConfig, train
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]
NetworkConfigT = TypeVar("NetworkConfigT", bound=NetworkConfig)

# A network is not fitted to fewer windows than this.
_FEWEST_WINDOWS = 10
_SILENT_TRAINER = {
    "accelerator": "cpu",
    "logger": False,
    "enable_checkpointing": False,
    "enable_progress_bar": False,
    "enable_model_summary": False,
}


class NetworkForecaster(ClosedLoopForecaster[NetworkConfigT], Generic[NetworkConfigT]):
    """A network of darts in single precision that maps a window of the series to the next sample.

    darts builds the network. It is trained and rolled out here: the same optimisation as darts' ``fit`` (shuffled
    batches, Adam, mean squared error), without the cost of Lightning around each step, and a rollout that is
    held in a box around the training range (see `diverged_at`). darts' own rollout has no bound.

    Attributes
    ----------
    learning_curve : tuple of (int, float)
        Of the last fit: after each epoch, the number of steps so far and the mean loss, in squares of standard
        deviations.

    References
    ----------
    J. Herzen et al., Darts: user-friendly modern machine learning for time series,
    J. Mach. Learn. Res. 23(124), 1-6 (2022).
    """

    needs = ("darts", "torch")
    extra = "neural"
    _recurrent = False
    learning_curve: tuple[tuple[int, float], ...] = ()

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return self.config.input_length + _FEWEST_WINDOWS

    @abstractmethod
    def _build(self, **common: Any) -> Any:
        """Return an unfitted darts model; `common` are arguments that all of them take."""

    def _fit(self, series: FloatArray) -> None:
        name = type(self).__name__
        # Before the isolation, which sets torch's threads and seed only where torch is there.
        with imports_for(name, extra=self.extra):
            import torch
            from darts import TimeSeries
        device = choose_device(self.config.device, torch.cuda)
        single = series.astype(np.float32)
        with imports_for(name, extra=self.extra), isolated(name, seed=self.seed):
            model = self._build(
                input_chunk_length=self.config.input_length,
                # No epoch: darts initialises the network and stops.
                n_epochs=0,
                random_state=self.seed % 2**32,
                pl_trainer_kwargs=_SILENT_TRAINER,
            )
            self._model: Any = model.fit(TimeSeries.from_values(single))
            self._module = self._model.model.to(device)
            points = torch.from_numpy(single).to(device)
            windows = points.unfold(0, self.config.input_length + 1, 1).transpose(1, 2)
            targets = windows[:, 1:] if self._recurrent else windows[:, -1:]
            self.learning_curve = train(self._module, windows[:, :-1], targets, self.config)
        self._device = device
        self._history = single[-self.config.input_length :].astype(np.float64)
        # Walls that single precision can hold, so that a point on one is recognised.
        self._box = Box.around(series).rounded(np.float32)

    def _tensor(self, values: FloatArray) -> Any:
        import torch

        return torch.from_numpy(values.astype(np.float32)).to(self._device)

    def _roll_out(self, horizon: int) -> FloatArray:
        import torch

        with isolated(type(self).__name__, seed=self.seed), torch.inference_mode():
            return self._loop(horizon).cpu().numpy().astype(np.float64)

    @abstractmethod
    def _loop(self, horizon: int) -> Any:
        """Return the rollout as a tensor [time, component]."""


class WindowNetwork(NetworkForecaster[NetworkConfigT], LaggedForecaster[NetworkConfigT], Generic[NetworkConfigT]):
    """A network whose only input is the window of the last samples."""

    def _forward(self, window: Any) -> Any:
        from darts.utils.data.torch_datasets.utils import PLModuleInput

        return self._module(PLModuleInput(past_target=window[None])).prediction[0, 0, :, 0]

    def _next(self, window: FloatArray) -> FloatArray:
        import torch

        with isolated(type(self).__name__, seed=self.seed), torch.inference_mode():
            following: FloatArray = self._forward(self._tensor(window)).cpu().numpy().astype(np.float64)
        return following

    def _loop(self, horizon: int) -> Any:
        import torch

        low, high = self._tensor(self._box.low), self._tensor(self._box.high)
        lags, components = self._history.shape
        path = torch.empty((lags + horizon, components), device=self._device)
        path[:lags] = self._tensor(self._history)
        forward = self._forward if horizon < WORTHWHILE else recorded(self._module, self._forward, path[:lags].clone())
        for now in range(lags, lags + horizon):
            # NaN compares with nothing and becomes the upper wall, as in the box.
            path[now] = torch.fmax(torch.fmin(forward(path[now - lags : now]), high), low)
        return path[lags:]


class RecurrentNetwork(NetworkForecaster[NetworkConfigT], Generic[NetworkConfigT]):
    """A recurrent network, which reads the last window once and then only its own forecasts.

    The state of the loop is the newest point and the hidden state before it.
    """

    _recurrent = True

    def _forward(self, points: Any, memory: Any) -> tuple[Any, Any]:
        from darts.utils.data.torch_datasets.utils import PLModuleInput

        output = self._module(PLModuleInput(past_target=points[None], state=memory))
        return output.prediction[0, -1, :, 0], output.state

    def _bounded(self, point: Any) -> Any:
        import torch

        return torch.fmax(torch.fmin(point, self._tensor(self._box.high)), self._tensor(self._box.low))

    def _initial(self) -> FloatArray:
        import torch

        with isolated(type(self).__name__, seed=self.seed), torch.inference_mode():
            tensor = self._tensor(self._history)
            _, memory = self._forward(tensor[:-1], None) if len(tensor) > 1 else (None, self._empty_memory())
            parts = [self._history[-1]] + [part.cpu().numpy().ravel().astype(np.float64) for part in memory]
        return np.concatenate(parts)

    def _empty_memory(self) -> Any:
        import torch

        rnn = self._module.rnn
        return tuple(torch.zeros((rnn.num_layers, 1, rnn.hidden_size), device=self._device) for _ in range(2))

    def _advance(self, state: FloatArray) -> tuple[FloatArray, FloatArray]:
        import torch

        rnn, components = self._module.rnn, len(self._box.low)
        with isolated(type(self).__name__, seed=self.seed), torch.inference_mode():
            halves = np.split(state[components:], 2)
            memory = tuple(self._tensor(half.reshape(rnn.num_layers, 1, rnn.hidden_size)) for half in halves)
            point, memory = self._forward(self._tensor(state[None, :components]), memory)
            newest = self._bounded(point).cpu().numpy().astype(np.float64)
            parts = [newest] + [part.cpu().numpy().ravel().astype(np.float64) for part in memory]
        return np.concatenate(parts), newest

    def _loop(self, horizon: int) -> Any:
        import torch

        path = torch.empty((horizon, len(self._box.low)), device=self._device)
        point, memory = self._forward(self._tensor(self._history), None)
        path[0] = self._bounded(point)
        forward = self._with_parts
        if horizon >= WORTHWHILE:
            forward = recorded(self._module, self._with_parts, path[:1].clone(), *memory)
        low, high = self._tensor(self._box.low), self._tensor(self._box.high)
        for now in range(1, horizon):
            point, memory = forward(path[now - 1 : now], *memory)
            path[now] = torch.fmax(torch.fmin(point, high), low)
        return path

    def _with_parts(self, points: Any, *memory: Any) -> tuple[Any, Any]:
        return self._forward(points, memory)
