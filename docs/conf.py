"""Settings of the documentation; `make docs` builds it with warnings as errors."""

from collections.abc import Callable
from typing import Any

import dysts

project = "dysts"
version = release = dysts.__version__
copyright = "the dysts contributors"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
]
exclude_patterns = ["*.template.md", "**/*.template.md", "data"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

templates_path = ["_templates"]
autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# Attributes and raised errors are described, not linked, in the docstrings.
nitpicky = False

html_theme = "pydata_sphinx_theme"
html_title = "dysts"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": True, "secondary_sidebar_items": ["page-toc"]}
# The pages open from disk and fetch nothing; browsers typeset MathML by themselves.
html_math_renderer = "mathml"
html_show_sourcelink = False
html_sidebars = {"index": [], "tour": []}


def _mathml(display: str, wrapped: str) -> Callable[[Any, Any], None]:
    # Imported here, as pytest reads this file where only the package itself is installed.
    from docutils.nodes import SkipNode
    from latex2mathml.converter import convert

    def visit(translator: Any, node: Any) -> None:
        translator.body.append(wrapped.format(convert(node.astext(), display=display)))
        raise SkipNode

    return visit


def _with_colours(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001
    """Give a page the colours of the report and the gallery."""
    from dysts.plotting.palette import documentation_css

    context["metatags"] = context.get("metatags", "") + f"<style>{documentation_css()}</style>"


def setup(app: Any) -> None:
    """Set colours; write mathematics as MathML, as Sphinx can only load a program that typesets it from elsewhere."""
    app.connect("html-page-context", _with_colours)
    inline, block = _mathml("inline", "{}"), _mathml("block", '<div class="math">{}</div>')
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
