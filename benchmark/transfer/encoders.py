"""Trained encoders, each a file with its recipe, which the cells of a run share."""

from pathlib import Path
from typing import Any

import numpy as np

from benchmark.transfer.autoencoder import build_autoencoder, read_encoder, train_autoencoder, write_encoder
from benchmark.transfer.surrogates import noise_series, surrogate_series, training_windows
from dysts.cache import replacing
from dysts.errors import unreadable
from dysts.systems.kinds import FLOW
from dysts.systems.registry import list_systems

VERSION = 3
"""Version of the protocol; cells and encoders of another version are made again."""


def trained_encoder(
    way: str, *, scale: int | None, seed: int, epochs: int, systems: int, store: Path | None = None
) -> Any:
    """Return the encoder of a recipe, from the store or trained anew.

    Parameters
    ----------
    way : str
        ``noise``, ``random`` or ``matched``.
    scale : int or None
        Points per period of the surrogates, where they have one for all.
    seed, epochs, systems : int
    store : Path, optional
        The folder in which encoders are kept.

    Raises
    ------
    StorageError
        If a file in the store holds something else.
    """
    recipe = {
        "version": VERSION,
        "way": way,
        "scale": scale,
        "seed": seed,
        "epochs": epochs,
        "systems": 0 if way == "noise" else systems,
    }
    path = None if store is None else store / f"{_name(recipe)}-{epochs}-epochs-seed-{seed}.npz"
    if path is not None and path.exists():
        encoder, known = read_encoder(path)
        if known == recipe:
            return encoder
    encoder, decoder = build_autoencoder(seed)
    series = noise_series(systems, seed=seed) if way == "noise" else _surrogates(scale, systems, seed, store)
    train_autoencoder(encoder, decoder, training_windows(series, seed=seed), epochs=epochs, seed=seed)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_encoder(path, encoder, recipe)
    return encoder


def _name(recipe: dict[str, Any]) -> str:
    if recipe["way"] == "noise":
        return "noise"
    scale = "random-scales" if recipe["scale"] is None else f"scale-{recipe['scale']}"
    return f"{scale}-{recipe['systems']}-systems"


def _surrogates(scale: int | None, systems: int, seed: int, store: Path | None) -> np.ndarray:
    """Return surrogate series; those of all systems at one scale are the same with every seed, and kept."""
    everything = systems >= len(list_systems(kind=FLOW))
    if store is None or scale is None or not everything:
        return surrogate_series(scale=scale, systems=None if everything else systems, seed=seed)
    path = store / f"series-of-version-{VERSION}-at-scale-{scale}.npy"
    if path.exists():
        try:
            kept: np.ndarray = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise unreadable(path, OSError(str(error)), what="the surrogate series") from error
        return kept
    series = surrogate_series(scale=scale, seed=seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part, part.open("wb") as file:
        np.save(file, series)
    return series
