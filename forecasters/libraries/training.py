"""Trains a network of darts on the windows of a series."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dysts.errors import InvalidArgumentError
from forecasters.base import Config
from forecasters.checks import checked_count, checked_number
from forecasters.libraries.devices import checked_device

if TYPE_CHECKING:
    import torch

INPUT_GRID = {"input_length": (5, 10, 25, 50, 100)}
"""Lengths of the input window that the paper tried."""

FAST = {"epochs": 50, "batch_size": 128, "learning_rate": 3e-3, "one_cycle": True, "gradient_clip": 1.0}
"""Settings common to the ``fast`` presets of networks: fewer and larger steps than darts takes, on a schedule."""


@dataclass(frozen=True, kw_only=True)
class NetworkConfig(Config):
    """Settings that all networks share; the defaults are darts'.

    Parameters
    ----------
    input_length : int
        Samples that the network sees; it predicts the next one.
    epochs, batch_size : int
        Passes over all windows of the series, and windows per step.
    most_steps : int, optional
        Number of optimisation steps at which training ends where the epochs have more; None for no limit. It bounds the
        time of a long series, and unlike a limit in seconds it gives the same network on every machine.
    learning_rate : float
        Learning rate of Adam, or its peak where a schedule changes it.
    one_cycle : bool
        Whether the learning rate rises to its peak and falls to zero (one-cycle schedule) or is constant.
    gradient_clip : float, optional
        Largest norm of a gradient; None does not clip.
    device : str
        ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"cuda:N"``; see `forecasters.libraries.devices`.
    """

    input_length: int = 25
    epochs: int = 100
    batch_size: int = 32
    most_steps: int | None = None
    learning_rate: float = 1e-3
    one_cycle: bool = False
    gradient_clip: float | None = None
    device: str = "auto"

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        for name in ("input_length", "epochs", "batch_size"):
            checked_count(name, getattr(self, name), least=1)
        checked_number("learning_rate", self.learning_rate, above=0.0)
        if self.most_steps is not None:
            checked_count("most_steps", self.most_steps, least=1)
        if self.gradient_clip is not None:
            checked_number("gradient_clip", self.gradient_clip, above=0.0)
        if not isinstance(self.one_cycle, bool):
            raise InvalidArgumentError(f"one_cycle must be a boolean, got {self.one_cycle!r}")
        checked_device(self.device)

    def check_counts(self, *names: str) -> None:
        """Raise `InvalidArgumentError` unless the fields are positive integers."""
        for name in names:
            checked_count(name, getattr(self, name), least=1)

    def check_dropout(self, value: object) -> None:
        """Raise `InvalidArgumentError` unless the value is 0 or a share up to 0.9."""
        if value != 0 or isinstance(value, bool):
            checked_number("dropout", value, above=0.0, most=0.9)


def train(
    module: Any, inputs: "torch.Tensor", targets: "torch.Tensor", config: NetworkConfig
) -> tuple[tuple[int, float], ...]:
    """Minimise the mean squared error by Adam on shuffled batches, as darts does through Lightning.

    Lightning would spend most of the time around the steps: with it, a small network takes three times as long.

    Parameters
    ----------
    module : darts.models.forecasting.pl_forecasting_module.PLForecastingModule
        On the device of the data; in evaluation mode afterwards.
    inputs, targets : tensor [window, time, component]
        The windows, and the samples to predict from them.
    config : NetworkConfig
        Epochs, batch size, optimiser.

    Returns
    -------
    tuple of (int, float)
        The learning curve: after each epoch, the number of steps so far and the mean loss of the epoch's batches.
    """
    import torch
    from darts.utils.data.torch_datasets.utils import ModuleStage, PLModuleInput

    parameters = list(module.parameters())
    optimizer = torch.optim.Adam(parameters, lr=config.learning_rate, fused=True)
    count = len(inputs)
    steps = config.epochs * -(-count // config.batch_size)
    if config.most_steps is not None:
        steps = min(steps, config.most_steps)
    schedule = (
        torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=config.learning_rate, total_steps=steps)
        if config.one_cycle
        else None
    )
    module.train()
    curve, done = [], 0
    while done < steps:
        # On the CPU, so that a card sees the same batches.
        order = torch.randperm(count).to(inputs.device)
        batches = order.split(config.batch_size)[: steps - done]
        losses = torch.empty(len(batches), device=inputs.device)
        for place, batch in enumerate(batches):
            seen, wanted = inputs[batch], targets[batch]
            # The transformer's decoder reads what it is to put out, shifted by one.
            sample = PLModuleInput(past_target=seen, future_target=wanted, stage=ModuleStage.TRAIN)
            loss = torch.nn.functional.mse_loss(module(sample).prediction.squeeze(-1), wanted)
            losses[place] = loss.detach()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if config.gradient_clip is not None:
                torch.nn.utils.clip_grad_norm_(parameters, config.gradient_clip)
            optimizer.step()
            if schedule is not None:
                schedule.step()
        done += len(batches)
        curve.append((done, float(losses.mean())))
    module.eval()
    return tuple(curve)
