"""The messages to and from a worker process: a job, and the outcome of its cell."""

import math
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dysts.errors import DystsError

_LONGEST_MESSAGE = 500
"""Characters of an error message that a row keeps."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A cell as its worker gets it; the truth is not in it.

    Attributes
    ----------
    key : str
        Key of the cell.
    label : str
        Text for people.
    forecaster, preset : str
        What to build.
    config : mapping
        Fields of the configuration that replace those of the preset, as JSON values; empty where nothing was tuned.
    seed, season_length, horizon : int
        Seed, points per period, and points to predict.
    train : ndarray, float64 [time, component]
        What to fit on; where `tuning` is given, what to tune on.
    known : mapping
        What a reference knows beside the series; empty for a forecaster.
    tuning : mapping
        ``candidates``, ``train_length`` and ``seconds`` where a configuration is to be chosen; else empty.
    samples : int
        Number of members of an ensemble forecast, beside the forecast; 0 for none.
    """

    key: str
    label: str
    forecaster: str
    preset: str
    config: Mapping[str, Any]
    seed: int
    season_length: int
    horizon: int
    train: NDArray[np.float64]
    known: Mapping[str, Any] = field(default_factory=dict)
    tuning: Mapping[str, Any] = field(default_factory=dict)
    samples: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class CellOutcome:
    """The result of a job: a forecast, or a status and an error.

    Attributes
    ----------
    key : str
        Key of the cell.
    status : str
        One of `benchmark.schema.STATUSES`.
    error : str
        One line saying what went wrong. With the status ``"ok"`` it is empty, or the remark of an oracle that could not
        assimilate its series.
    forecast : ndarray, float64 [time, component], or None
        The forecast if the status is ``"ok"``.
    fit_seconds, predict_seconds : float
        Wall-clock seconds; NaN if it did not come so far.
    seconds : float
        Wall-clock seconds of the whole cell as its scheduler saw it.
    peak_memory_mb : float
        Largest resident memory of the worker during the cell, in MiB.
    diverged_at : float
        The first point of the forecast that the forecaster held at its bounds, as its rollout left them; NaN if there
        was none, or if it does not tell.
    learning_curve : sequence of (int, float)
        Numbers of optimisation steps and losses of training, thinned, where the forecaster keeps them; else empty.
    tuned : mapping
        What `benchmark.tasks.tuning.choose` found, if that was the job; else empty.
    members : ndarray, float64 [member, time, component], or None
        The members of an ensemble forecast that are finite, if some were asked for.
    denoised : ndarray, float64 [time, component], or None
        The end of the training series without its noise, if the forecaster gives it.
    """

    key: str
    status: str
    error: str = ""
    forecast: NDArray[np.float64] | None = None
    fit_seconds: float = math.nan
    predict_seconds: float = math.nan
    seconds: float = math.nan
    peak_memory_mb: float = math.nan
    diverged_at: float = math.nan
    learning_curve: Sequence[Sequence[float]] = ()
    tuned: Mapping[str, Any] = field(default_factory=dict)
    members: NDArray[np.float64] | None = None
    denoised: NDArray[np.float64] | None = None


def one_line(problem: BaseException | str) -> str:
    """Return an error as one line of bounded length, with its type and place unless it is one of ours.

    Examples
    --------
    >>> one_line(ValueError("first\\nsecond"))
    'ValueError: first second'
    """
    text = _text(problem)
    if isinstance(problem, BaseException) and not isinstance(problem, DystsError):
        text = f"{type(problem).__name__}: {text}" if text else type(problem).__name__
        frames = traceback.extract_tb(problem.__traceback__)
        if frames:
            text += f" (at {Path(frames[-1].filename).name}:{frames[-1].lineno})"
    text = " ".join(text.split())
    printable = "".join(letter if letter.isprintable() else "?" for letter in text)
    return printable if len(printable) <= _LONGEST_MESSAGE else printable[: _LONGEST_MESSAGE - 1] + "…"


def _text(problem: BaseException | str) -> str:
    try:
        return str(problem)
    except Exception as second:  # noqa: BLE001 - the text of an exception is code of whoever defined it
        return f"its message cannot be written, which raises {type(second).__name__}"
