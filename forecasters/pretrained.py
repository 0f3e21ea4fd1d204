"""Pretrained models of darts with weights from disk; the series is their context and trains nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from dysts.cache import cache_folder
from dysts.errors import InvalidArgumentError, NotSupportedError
from forecasters.base import BaseForecaster, Config
from forecasters.checks import checked_count
from forecasters.wrappers import DartsModel

FloatArray = NDArray[np.float64]

_FILES = ("config.json", "model.safetensors")


@dataclass(frozen=True, kw_only=True)
class PretrainedConfig(Config):
    """Settings of a pretrained forecaster.

    Parameters
    ----------
    weights : str, optional
        Folder with ``config.json`` and ``model.safetensors``; if None, a folder of the model's name under ``weights``
        in the cache folder of dysts.
    input_length, output_length : int
        Samples that the model sees (at most all but one of the series), and samples in each of its forecasts.
    """

    weights: str | None = None
    input_length: int = 512
    output_length: int = 64

    def check(self) -> None:
        """Raise `InvalidArgumentError` if a value is not allowed."""
        if self.weights is not None and not isinstance(self.weights, str):
            raise InvalidArgumentError(f"weights must be the path of a folder, got {self.weights!r}")
        for name in ("input_length", "output_length"):
            checked_count(name, getattr(self, name), least=1)


class _Pretrained(BaseForecaster[PretrainedConfig]):
    config_type = PretrainedConfig
    needs = ("darts", "torch")
    extra = "neural"
    source: ClassVar[str]
    darts_class: ClassVar[str]

    @property
    def minimum_length(self) -> int:
        """The least number of points of a series."""
        return self.config.output_length + 2

    def folder(self) -> Path:
        """Return where the weights are.

        Raises
        ------
        NotSupportedError
            If they are not there; the message says where to put them.
        """
        default = cache_folder() / "weights" / self.source.rpartition("/")[2]
        folder = default if self.config.weights is None else Path(self.config.weights)
        missing = [name for name in _FILES if not (folder / name).is_file()]
        if missing:
            raise NotSupportedError(
                f"{type(self).__name__} has no weights: put {' and '.join(missing)} of {self.source} "
                f"(huggingface.co) into {folder}"
            )
        return folder

    def _fit(self, series: FloatArray) -> None:
        config = self.config
        self._model = DartsModel(
            self.darts_class,
            {
                "input_chunk_length": min(config.input_length, len(series) - config.output_length),
                "output_chunk_length": config.output_length,
                "local_dir": str(self.folder()),
            },
            seed=self.seed,
        ).fit(series)

    def _predict(self, horizon: int) -> FloatArray:
        forecast = self._model.predict(horizon)
        self.diverged_at = self._model.diverged_at
        return forecast


class Chronos2(_Pretrained):
    """Chronos-2: an encoder of patches that forecasts quantiles of all components together; the median is used.

    References
    ----------
    A. F. Ansari et al., Chronos-2: from univariate to universal forecasting, arXiv:2510.15821 (2025).
    """

    source = "amazon/chronos-2"
    darts_class = "Chronos2Model"


class TimesFM(_Pretrained):
    """TimesFM 2.5: a decoder of patches that forecasts each component by itself.

    References
    ----------
    A. Das, W. Kong, R. Sen, Y. Zhou, A decoder-only foundation model for time-series forecasting, ICML 2024,
    arXiv:2310.10688.
    """

    source = "google/timesfm-2.5-200m-pytorch"
    darts_class = "TimesFM2p5Model"
