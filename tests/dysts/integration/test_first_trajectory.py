"""The first trajectory of a process imports no more than it needs."""

import subprocess
import sys

SCRIPT = """
import sys, dysts
dysts.prepare("Lorenz", 10)()
print([name for name in ("dask", "pandas", "scipy.linalg", "sympy", "xarray", "zarr") if name in sys.modules])
dysts.integrate("Lorenz", 10)
print([name for name in ("dask", "scipy.linalg", "sympy", "zarr") if name in sys.modules])
from numba.np import arraymath, linalg
print(arraymath._HAVE_BLAS, arraymath.ensure_blas is linalg.ensure_blas, linalg.ensure_blas.__module__)
"""


def test_heavy_packages_wait_until_they_are_needed() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True).stdout
    # Users' own numba functions find the linear algebra of numba as it always is.
    assert told.splitlines() == ["[]", "[]", "True True numba.np.linalg"]
