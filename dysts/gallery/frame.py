"""The frame of all pages: one style, one set of colours, and templates that read no value as code."""

from importlib import resources
from typing import Any

from dysts.errors import MissingPackageError
from dysts.plotting.palette import palette_css
from dysts.version import install_command


def page_environment(*packages: str, purpose: str) -> Any:
    """Return the Jinja environment for pages in the common frame.

    Templates extend ``frame.html``; ``style.css`` and the macros of ``facts.html`` are those of all pages.

    Parameters
    ----------
    *packages : str
        Packages with templates of their own, beside those of the gallery.
    purpose : str
        The subject of the sentence that says which package is missing.

    Raises
    ------
    MissingPackageError
        If Jinja is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingPackageError(f"{purpose} needs {error.name}: {install_command('plot')}") from error
    loaders = [jinja2.PackageLoader(package) for package in (*packages, "dysts.gallery")]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["palette"] = palette_css()
    return environment


def documentation_text_css() -> str:
    """Return the rules for headings, links, code and tables of all pages, for the articles of the documentation.

    Examples
    --------
    >>> documentation_text_css().splitlines()[0]
    'html .bd-article {'
    """
    rules = resources.files("dysts.gallery").joinpath("templates/text.css").read_text(encoding="utf-8")
    # The rules apply within the article; the theme's own have fewer classes.
    return f"html .bd-article {{\n{rules}}}\n"
