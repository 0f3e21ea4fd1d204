"""Recurrent networks of darts: RNN encodes each window anew, LSTM keeps its state through the forecast."""

from dataclasses import dataclass
from typing import Any

from forecasters.libraries.network import RecurrentNetwork, WindowNetwork
from forecasters.libraries.training import FAST, INPUT_GRID, NetworkConfig


@dataclass(frozen=True, kw_only=True)
class RNNConfig(NetworkConfig):
    """Settings of `RNN` and `LSTM`, beside those of `NetworkConfig`.

    Parameters
    ----------
    hidden, layers : int
        Units of each recurrent layer, and number of layers.
    """

    hidden: int = 25
    layers: int = 1

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        self.check_counts("hidden", "layers")


class RNN(WindowNetwork[RNNConfig]):
    """Plain recurrent network that encodes the window anew for every sample (darts' ``BlockRNNModel``).

    References
    ----------
    J. L. Elman, Finding structure in time, Cogn. Sci. 14, 179-211 (1990), doi:10.1207/s15516709cog1402_1.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> RNN(RNNConfig(epochs=2, input_length=8, hidden=4)).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = RNNConfig
    presets = {"fast": {**FAST, "epochs": 100, "hidden": 64}, "paper": {}}  # noqa: RUF012 - class data, annotated in the base class
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.block_rnn_model import BlockRNNModel

        return BlockRNNModel(
            output_chunk_length=1,
            model="RNN",
            hidden_dim=self.config.hidden,
            n_rnn_layers=self.config.layers,
            **common,
        )


class LSTM(RecurrentNetwork[RNNConfig]):
    """A long short-term memory whose state is carried through the forecast (darts' ``RNNModel``).

    It is trained to predict every next sample of the window. darts trains on windows of 24 samples by default,
    whatever the input; here they are as long as the input, so that training and forecast begin alike.

    References
    ----------
    S. Hochreiter, J. Schmidhuber, Long short-term memory, Neural Comput. 9, 1735-1780 (1997),
    doi:10.1162/neco.1997.9.8.1735.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> LSTM(RNNConfig(epochs=2, input_length=8, hidden=4)).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = RNNConfig
    presets = {  # noqa: RUF012 - class data, annotated in the base class
        "fast": {**FAST, "epochs": 100, "hidden": 64},
        "paper": {"layers": 2, "epochs": 200},
    }
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.rnn_model import RNNModel

        return RNNModel(
            model="LSTM",
            hidden_dim=self.config.hidden,
            n_rnn_layers=self.config.layers,
            training_length=self.config.input_length,
            **common,
        )
