"""One cell of the run on transfer: a set, a way to features and a seed, behind the protocol that workers run.

Its job holds the training series of the set, and its forecast is one number, the accuracy on the test series.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from benchmark.transfer.archive import LabelledSet, read_set
from benchmark.transfer.autoencoder import build_autoencoder, encode
from benchmark.transfer.encoders import trained_encoder
from benchmark.transfer.time_scale import main_period
from dysts.atlas.features import catch22_library
from dysts.errors import InvalidArgumentError, MissingPackageError
from dysts.systems.kinds import FLOW
from dysts.systems.registry import list_systems
from dysts.version import install_command

FACTORY = "benchmark.transfer.cell:factory"
"""What a worker imports to run a cell."""
WAYS = ("raw", "untrained", "noise", "random", "matched", "minirocket")
"""Features of the raw series; of codes of an untrained encoder, of one trained on white noise, on systems at random
time scales, on systems at the time scale of the set; and MiniRocket, today's baseline."""
RIDGES = tuple(np.logspace(-3, 3, 10).tolist())
"""Strengths of the ridge classifier, among which cross-validation chooses."""


def features_of_channels(codes: np.ndarray) -> np.ndarray:
    """Return the features of catch22, mean and standard deviation of each channel: float64 [series, feature].

    Parameters
    ----------
    codes : numpy.ndarray [series, channel, time]
    """
    library = catch22_library()
    rows = []
    for series in codes:
        row: list[float] = []
        for channel in series:
            row += [float(value) for value in library(channel.tolist())["values"]]
            row += [float(channel.mean()), float(channel.std())]
        rows.append(row)
    values = np.array(rows)
    return np.where(np.isfinite(values), values, 0.0)


def accuracy_of(train: np.ndarray, test: np.ndarray, found: LabelledSet) -> float:
    """Return the accuracy of a ridge classifier on features: the share of test series with the right label."""
    try:
        from sklearn.linear_model import RidgeClassifierCV
    except ImportError as error:
        raise MissingPackageError(f"transfer needs {error.name}: {install_command('atlas')}") from error
    centre, spread = train.mean(axis=0), train.std(axis=0)
    moving = spread > 1e-12
    scaled = [(part[:, moving] - centre[moving]) / spread[moving] for part in (train, test)]
    model = RidgeClassifierCV(alphas=RIDGES).fit(scaled[0], found.train_labels)
    return float((model.predict(scaled[1]) == found.test_labels).mean())


class TransferCell:
    """Learns an encoder if its way has one, and classifies the set by features.

    Parameters
    ----------
    folder : Path
        Of the set.
    way : str
        One of `WAYS`.
    seed : int
    epochs : int
        Passes of the autoencoder over its windows.
    systems : int, optional
        Number of systems behind the surrogates; by default all.
    store : Path, optional
        A folder for trained encoders and surrogate series, which cells share: what an encoder learns depends on the set
        by its time scale alone.
    """

    def __init__(
        self, *, folder: Path, way: str, seed: int, epochs: int, systems: int | None = None, store: Path | None = None
    ) -> None:
        if way not in WAYS:
            raise InvalidArgumentError(f"way must be one of {', '.join(WAYS)}, got {way!r}")
        self._folder, self._way, self._seed = folder, way, seed
        self._epochs, self._systems, self._store = epochs, systems, store
        self._accuracy = float("nan")

    def fit(self, series: np.ndarray) -> Self:  # noqa: ARG002 - the set is read with its labels
        """Classify the set, and keep the accuracy."""
        found = read_set(self._folder)
        if self._way == "minirocket":
            train, test = _minirocket(found, self._seed)
        elif self._way == "raw":
            train, test = (features_of_channels(part[:, None]) for part in (found.train, found.test))
        else:
            encoder = self._trained(found)
            train, test = (features_of_channels(encode(encoder, part)) for part in (found.train, found.test))
        self._accuracy = accuracy_of(train, test, found)
        return self

    def predict(self, horizon: int) -> np.ndarray:
        """Return the accuracy: float64 [1, 1]."""
        return np.full((horizon, 1), self._accuracy)

    def _trained(self, found: LabelledSet) -> Any:
        if self._way == "untrained":
            return build_autoencoder(self._seed)[0]
        scale = main_period(found.train) if self._way == "matched" else None
        return trained_encoder(
            self._way,
            scale=scale,
            seed=self._seed,
            epochs=self._epochs,
            systems=len(list_systems(kind=FLOW)) if self._systems is None else self._systems,
            store=self._store,
        )


def _minirocket(found: LabelledSet, seed: int) -> tuple[np.ndarray, np.ndarray]:
    if importlib.util.find_spec("aeon") is None:
        raise MissingPackageError(f"MiniRocket needs aeon: {install_command('transfer')}")
    from aeon.transformations.collection.convolution_based import MiniRocket

    transform = MiniRocket(random_state=seed, n_jobs=1).fit(found.train[:, None])
    train, test = (np.asarray(transform.transform(part[:, None])) for part in (found.train, found.test))
    return train, test


def factory(*, preset: str, season_length: int, seed: int, config: Mapping[str, Any]) -> TransferCell:
    """Return the cell that a job describes: ``preset`` is the way, ``season_length`` the number of epochs."""
    store = config.get("store")
    return TransferCell(
        folder=Path(str(config["folder"])),
        way=preset,
        seed=seed,
        epochs=season_length,
        systems=config.get("systems"),
        store=None if store is None else Path(str(store)),
    )
