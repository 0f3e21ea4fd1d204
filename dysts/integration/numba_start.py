"""The first use of numba in a process, without the libraries of linear algebra that no loop here calls."""

import functools
import importlib.util
import sys
from typing import Any


@functools.cache
def load_numba() -> None:
    """Load numba's rules for arrays, before a compiled loop does.

    Numba asks whether SciPy is installed by importing ``scipy.linalg``, which takes a fifth of the time of the first
    trajectory of a process. While its rules are loaded, the question is answered without the import. Functions of
    users that call ``numpy.dot`` or ``numpy.linalg`` import it when they are compiled, as before.
    """
    from numba.np import linalg

    ask: Any = getattr(linalg, "ensure_blas", None)
    if ask is None or "numba.np.arraymath" in sys.modules or "scipy.linalg" in sys.modules:
        return
    linalg.ensure_blas = _find_scipy
    try:
        from numba.np import arraymath

        arraymath.ensure_blas = ask
    finally:
        linalg.ensure_blas = ask


def _find_scipy() -> None:
    if importlib.util.find_spec("scipy") is None:
        raise ImportError("no module named scipy")
