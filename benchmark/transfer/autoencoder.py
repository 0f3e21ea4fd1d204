"""The causal convolutional autoencoder of the protocol, and its encoder as a small file."""

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.running.job import one_line
from dysts.cache import replacing
from dysts.errors import MissingPackageError, StorageError
from dysts.version import install_command

WINDOW = 100
"""Points of a training window."""
CHANNELS = 8
"""Number of channels of the code."""
BATCH = 64
RATE = 1e-3


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingPackageError(f"transfer needs {error.name}: {install_command('neural')}") from error
    return torch


def build_autoencoder(seed: int) -> tuple[Any, Any]:
    """Return an untrained encoder and decoder.

    The encoder has a dilated convolution (kernel 3, dilation 2) to 16 channels that sees the past alone, and one with
    stride 3 to 8 channels; the decoder has three transposed convolutions.

    Parameters
    ----------
    seed : int
        Of the weights.

    Raises
    ------
    MissingPackageError
        If torch is not installed.
    """
    torch = _torch()
    nn = torch.nn
    torch.manual_seed(seed)
    encoder = nn.Sequential(
        nn.ConstantPad1d((4, 0), 0.0),
        nn.Conv1d(1, 16, 3, dilation=2),
        nn.ELU(),
        nn.Conv1d(16, CHANNELS, 3, stride=3),
    )
    decoder = nn.Sequential(
        nn.ConvTranspose1d(CHANNELS, 16, 3, stride=3),
        nn.ELU(),
        nn.ConvTranspose1d(16, 8, 3, padding=1),
        nn.ELU(),
        nn.ConvTranspose1d(8, 1, 3, padding=1),
    )
    return encoder, decoder


def train_autoencoder(encoder: Any, decoder: Any, windows: np.ndarray, *, epochs: int, seed: int) -> float:
    """Train on windows, and return the last mean squared error.

    Parameters
    ----------
    encoder, decoder
        As from `build_autoencoder`.
    windows : numpy.ndarray [window, time]
    epochs, seed : int
        Passes over the windows, and the seed of their order.
    """
    torch = _torch()
    generator = np.random.default_rng(seed)
    weights = [*encoder.parameters(), *decoder.parameters()]
    optimiser = torch.optim.Adam(weights, lr=RATE)
    data = torch.as_tensor(windows, dtype=torch.float32)[:, None]
    whole = WINDOW // 3 * 3
    loss = torch.zeros(())
    for _ in range(epochs):
        order = torch.as_tensor(generator.permutation(len(windows)))
        for begin in range(0, len(windows), BATCH):
            batch = data[order[begin : begin + BATCH]]
            optimiser.zero_grad()
            # A stride of three leaves out the last point of a hundred.
            loss = ((decoder(encoder(batch))[..., :whole] - batch[..., :whole]) ** 2).mean()
            loss.backward()
            optimiser.step()
    return float(loss.detach())


def encode(encoder: Any, series: np.ndarray) -> np.ndarray:
    """Return the codes of series: float64 [series, channel, time]."""
    torch = _torch()
    with torch.no_grad():
        codes = encoder(torch.as_tensor(series, dtype=torch.float32)[:, None])
    found: np.ndarray = codes.numpy().astype(np.float64)
    return found


def write_encoder(path: Path, encoder: Any, recipe: Mapping[str, Any]) -> None:
    """Write the weights of an encoder with the recipe that made it, as plain arrays.

    Raises
    ------
    StorageError
    """
    arrays = {name: value.numpy() for name, value in encoder.state_dict().items()}
    with replacing(path) as part, part.open("wb") as file:
        np.savez_compressed(file, recipe=np.array(json.dumps(dict(recipe), sort_keys=True)), **arrays)


def read_encoder(path: Path) -> tuple[Any, dict[str, Any]]:
    """Return an encoder and its recipe; nothing in the file can run.

    Raises
    ------
    StorageError
        If the file holds something else.
    """
    torch = _torch()
    encoder, _ = build_autoencoder(0)
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("not a file of several arrays")
        with np.load(path, allow_pickle=False) as archive:
            recipe: dict[str, Any] = json.loads(str(archive["recipe"]))
            weights = {name: torch.as_tensor(archive[name]) for name in archive.files if name != "recipe"}
        if not isinstance(recipe, dict):
            raise TypeError("its recipe is no mapping")
        encoder.load_state_dict(weights)
    except (OSError, EOFError, KeyError, TypeError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise StorageError(f"{path} holds no encoder: {one_line(error)}") from error
    return encoder, recipe
