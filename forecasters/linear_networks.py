"""Linear maps of a window, trained like the networks of darts that they are compared with."""

from dataclasses import dataclass
from typing import Any

from forecasters.libraries.network import WindowNetwork
from forecasters.libraries.training import FAST, INPUT_GRID, NetworkConfig


@dataclass(frozen=True, kw_only=True)
class DLinearConfig(NetworkConfig):
    """Settings of `DLinear`, beside those of `NetworkConfig`.

    Parameters
    ----------
    kernel : int
        Samples of the moving average that separates trend and rest.
    """

    kernel: int = 25

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        self.check_counts("kernel")


class DLinear(WindowNetwork[DLinearConfig]):
    """Two linear maps, of the moving average of the window and of the rest.

    References
    ----------
    A. Zeng et al., Are transformers effective for time series forecasting?, AAAI 2023, arXiv:2205.13504.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> DLinear(DLinearConfig(epochs=2, input_length=8)).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = DLinearConfig
    presets = {"fast": FAST, "paper": {}}  # noqa: RUF012 - class data, annotated in the base class
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.dlinear import DLinearModel

        return DLinearModel(output_chunk_length=1, kernel_size=self.config.kernel, **common)


class NLinear(WindowNetwork[NetworkConfig]):
    """One linear map of the window, relative to its last sample.

    References
    ----------
    A. Zeng et al., Are transformers effective for time series forecasting?, AAAI 2023, arXiv:2205.13504.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> NLinear(NetworkConfig(epochs=2, input_length=8)).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = NetworkConfig
    presets = {"fast": FAST, "paper": {}}  # noqa: RUF012 - class data, annotated in the base class
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.nlinear import NLinearModel

        return NLinearModel(output_chunk_length=1, **common)
