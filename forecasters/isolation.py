"""Runs libraries so that they neither change the global state of the process nor depend on it."""

import logging
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

from dysts.errors import DystsError, ForecastError, NotSupportedError
from dysts.version import install_command


@contextmanager
def imports_for(who: str, *, extra: str) -> Iterator[None]:
    """Import the libraries of a forecaster; a missing one becomes an error that says how to install the extra."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ImportError as error:
        raise NotSupportedError(
            f"{who} needs a package that is not installed ({error}); install it with: {install_command(extra)}"
        ) from error


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed the global generators of Python, numpy and torch on the CPU, and restore the caller's state at the end.

    The libraries draw from these generators and do not accept others. Torch is seeded where it is imported already.
    """
    torch = sys.modules.get("torch")
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    torch_state = torch.get_rng_state() if torch is not None else None
    try:
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        if torch is not None:
            torch.default_generator.manual_seed(seed)
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
        if torch is not None:
            torch.set_rng_state(torch_state)


@contextmanager
def isolated(who: str, *, seed: int) -> Iterator[None]:
    """Run the code of a library seeded, on one thread and silently, and restore the caller's state after it.

    Random generators (Python's, numpy's, torch's on the CPU), thread settings, warning filters, logging and
    numpy's error handling are those of the caller again at the end, whatever happened. An exception that is not
    one of this project becomes a `ForecastError`, except that memory ran out or a package is missing.

    Parameters
    ----------
    who : str
        Name of the forecaster, for the message.
    seed : int
        Seed of the global random generators while the code runs.

    Notes
    -----
    One thread, because the last digits of a sum depend on how many there are, the models are small, and a
    benchmark runs one process for every core.
    """
    silenced = logging.root.manager.disable
    torch = sys.modules.get("torch")
    torch_threads = torch.get_num_threads() if torch is not None else 1
    try:
        if torch is not None:
            torch.set_num_threads(1)
        logging.disable(logging.CRITICAL)
        with seeded(seed), warnings.catch_warnings(), np.errstate(all="ignore"), threadpool_limits(limits=1):
            warnings.simplefilter("ignore")
            yield
    except (DystsError, MemoryError, ImportError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise ForecastError(f"{who} failed: {type(error).__name__}: {reason}") from error
    finally:
        logging.disable(silenced)
        if torch is not None:
            torch.set_num_threads(torch_threads)
