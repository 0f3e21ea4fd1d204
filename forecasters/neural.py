"""Deep networks of darts on a window of the series: N-BEATS, N-HiTS, transformer, temporal convolutions."""

from dataclasses import dataclass
from typing import Any

from dysts.errors import InvalidArgumentError
from forecasters.libraries.network import WindowNetwork
from forecasters.libraries.training import FAST, INPUT_GRID, NetworkConfig


@dataclass(frozen=True, kw_only=True)
class NBEATSConfig(NetworkConfig):
    """Settings of `NBEATS`, beside those of `NetworkConfig`.

    Parameters
    ----------
    stacks, layers, width : int
        Number of stacks of one block, and fully connected layers and units of each block.
    """

    stacks: int = 30
    layers: int = 4
    width: int = 256

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        self.check_counts("stacks", "layers", "width")


class NBEATS(WindowNetwork[NBEATSConfig]):
    """Neural basis expansion: stacks that each explain a part of the window and of the next sample.

    darts sees several components as one long flattened window.

    References
    ----------
    B. N. Oreshkin et al., N-BEATS: neural basis expansion analysis for interpretable time series forecasting,
    ICLR 2020, arXiv:1905.10437.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(300))[:, None]
    >>> config = NBEATSConfig(epochs=20, stacks=2, layers=2, width=16, learning_rate=1e-2)
    >>> forecast = NBEATS(config).fit(series).predict(10)
    >>> bool(np.abs(forecast[:, 0] - np.sin(0.1 * np.arange(300, 310))).max() < 0.2)
    True
    """

    config_type = NBEATSConfig
    presets = {"fast": {**FAST, "epochs": 120, "stacks": 6, "layers": 2, "width": 64}, "paper": {}}  # noqa: RUF012
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.nbeats import NBEATSModel

        return NBEATSModel(
            output_chunk_length=1,
            num_stacks=self.config.stacks,
            num_layers=self.config.layers,
            layer_widths=self.config.width,
            **common,
        )


@dataclass(frozen=True, kw_only=True)
class NHiTSConfig(NetworkConfig):
    """Settings of `NHiTS`, beside those of `NetworkConfig`.

    Parameters
    ----------
    stacks, layers, width : int
        Number of stacks of one block, and fully connected layers and units of each block.
    dropout : float
        Share of units left out while training.
    """

    stacks: int = 3
    layers: int = 2
    width: int = 512
    dropout: float = 0.1

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        self.check_counts("stacks", "layers", "width")
        self.check_dropout(self.dropout)


class NHiTS(WindowNetwork[NHiTSConfig]):
    """Neural hierarchical interpolation: N-BEATS whose stacks see the window at several resolutions.

    References
    ----------
    C. Challu et al., N-HiTS: neural hierarchical interpolation for time series forecasting, AAAI 2023,
    arXiv:2201.12886.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> NHiTS(NHiTSConfig(epochs=2, input_length=8, width=8)).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = NHiTSConfig
    presets = {"fast": {**FAST, "epochs": 100, "width": 128, "dropout": 0.0}, "paper": {}}  # noqa: RUF012
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.nhits import NHiTSModel

        return NHiTSModel(
            output_chunk_length=1,
            num_stacks=self.config.stacks,
            num_layers=self.config.layers,
            layer_widths=self.config.width,
            dropout=self.config.dropout,
            **common,
        )


@dataclass(frozen=True, kw_only=True)
class TransformerConfig(NetworkConfig):
    """Settings of `Transformer`, beside those of `NetworkConfig`.

    Parameters
    ----------
    width, heads, layers, feedforward : int
        Size of the tokens (divisible by the number of heads), attention heads, layers of encoder and of decoder,
        and units of the fully connected part.
    dropout : float
        Share of units left out while training.
    """

    width: int = 64
    heads: int = 4
    layers: int = 3
    feedforward: int = 512
    dropout: float = 0.1

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        self.check_counts("width", "heads", "layers", "feedforward")
        self.check_dropout(self.dropout)
        if self.width % self.heads or self.width % 2:
            raise InvalidArgumentError(
                f"width must be even and a multiple of heads, got width={self.width}, heads={self.heads}"
            )


class Transformer(WindowNetwork[TransformerConfig]):
    """Encoder-decoder transformer whose tokens are the samples of the window.

    References
    ----------
    A. Vaswani et al., Attention is all you need, NeurIPS 2017, arXiv:1706.03762.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> config = TransformerConfig(epochs=2, input_length=8, width=4, heads=2, layers=1, feedforward=8)
    >>> Transformer(config).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = TransformerConfig
    presets = {  # noqa: RUF012 - class data, annotated in the base class
        "fast": {**FAST, "width": 32, "layers": 1, "feedforward": 64, "dropout": 0.0},
        "paper": {},
    }
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.transformer_model import TransformerModel

        return TransformerModel(
            output_chunk_length=1,
            d_model=self.config.width,
            nhead=self.config.heads,
            num_encoder_layers=self.config.layers,
            num_decoder_layers=self.config.layers,
            dim_feedforward=self.config.feedforward,
            dropout=self.config.dropout,
            **common,
        )


@dataclass(frozen=True, kw_only=True)
class TCNConfig(NetworkConfig):
    """Settings of `TCN`, beside those of `NetworkConfig`.

    Parameters
    ----------
    kernel, filters : int
        Samples under each convolution (fewer than the window has), and convolutions in each layer.
    dropout : float
        Share of units left out while training.
    """

    kernel: int = 3
    filters: int = 3
    dropout: float = 0.2

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        super().check()
        self.check_counts("kernel", "filters")
        self.check_dropout(self.dropout)
        if self.kernel >= self.input_length:
            raise InvalidArgumentError(
                f"kernel must be smaller than input_length, got {self.kernel} and {self.input_length}"
            )


class TCN(WindowNetwork[TCNConfig]):
    """Temporal convolutional network: dilated causal convolutions over the window.

    References
    ----------
    S. Bai, J. Z. Kolter, V. Koltun, An empirical evaluation of generic convolutional and recurrent networks for
    sequence modeling, arXiv:1803.01271 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> series = np.sin(0.1 * np.arange(200))[:, None]
    >>> TCN(TCNConfig(epochs=2, input_length=8, filters=2)).fit(series).predict(3).shape
    (3, 1)
    """

    config_type = TCNConfig
    presets = {"fast": {**FAST, "filters": 16, "dropout": 0.0}, "paper": {}}  # noqa: RUF012
    grid = INPUT_GRID

    def _build(self, **common: Any) -> Any:
        from darts.models.forecasting.tcn_model import TCNModel

        return TCNModel(
            output_chunk_length=1,
            kernel_size=self.config.kernel,
            num_filters=self.config.filters,
            dropout=self.config.dropout,
            **common,
        )
