"""Check before any work that the packages of the ``benchmark`` extra are installed."""

import importlib.util

from dysts.errors import RunError

_PACKAGES = ("darts", "jinja2", "matplotlib", "pandas", "pyarrow", "sklearn")


def check_installed(packages: tuple[str, ...] = _PACKAGES) -> None:
    """Raise `RunError` if a package that runs and reports need is not installed.

    Examples
    --------
    >>> check_installed(("json",))
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise RunError(f"{', '.join(missing)} not installed; the benchmark needs: pip install 'dysts[benchmark]'")
