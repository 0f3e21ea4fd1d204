"""A network as a recording of its operations, which a rollout repeats without Python around each of them."""

import warnings
from collections.abc import Callable
from typing import Any

WORTHWHILE = 500
"""Steps of a rollout from which a recording pays: it takes as long as some hundred steps of the network."""


def recorded(module: Any, step: Callable[..., Any], *examples: Any) -> Callable[..., Any]:
    """Record the operations of one step and return a function that repeats them with the same bits.

    The operations of a small network take less time than Python between them: a recording makes rollouts of N-BEATS,
    N-HiTS and the neural ODE two to three times as fast.

    Parameters
    ----------
    module : torch.nn.Module
        The network, fitted.
    step : callable
        Called with the tensors of the examples, or others of the same shapes; it may not choose by their values.
    *examples : torch.Tensor
        One input of the step.

    Returns
    -------
    callable
        `step` itself where torch has no recordings any more.
    """
    import torch

    # torch calls them deprecated and names torch.compile instead, which needs a compiler of C++ on the user's machine.
    if not hasattr(torch.jit, "trace"):
        return step

    class Step(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.module = module

        def forward(self, *tensors: Any) -> Any:
            return step(*tensors)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(Step().eval(), examples, check_trace=False)
        # Numerical optimisations would change the bits of forecasts.
        frozen: Callable[..., Any] = torch.jit.freeze(traced.eval(), optimize_numerics=False)
    return frozen
