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
html_theme_options = {
    "logo": {"text": f"dysts {version}"},
    "show_toc_level": 2,
    "navigation_with_keys": True,
    "secondary_sidebar_items": ["page-toc"],
}
# The pages open from disk and fetch nothing; browsers typeset MathML by themselves.
html_math_renderer = "mathml"
html_show_sourcelink = False
html_sidebars = {"index": [], "tour": [], "results": []}
html_static_path = ["_static"]
html_css_files = ["frame.css"]


def _mathml(display: str, wrapped: str) -> Callable[[Any, Any], None]:
    # Imported here, as pytest reads this file where only the package itself is installed.
    from docutils.nodes import SkipNode
    from latex2mathml.converter import convert

    def visit(translator: Any, node: Any) -> None:
        translator.body.append(wrapped.format(convert(node.astext(), display=display)))
        raise SkipNode

    return visit


def _with_style(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:  # noqa: ARG001
    """Give a page the colours, the fonts and the style of the report and the gallery."""
    from dysts.gallery.frame import documentation_text_css
    from dysts.plotting.palette import documentation_css

    style = f"{documentation_css()}\n{documentation_text_css()}"
    context["metatags"] = context.get("metatags", "") + f"<style>{style}</style>"


def _with_dark_pictures(app: Any, doctree: Any) -> None:  # noqa: ARG001
    """Put the picture for dark pages beside each one whose name ends in ``-light``; each page shows one of them."""
    from docutils import nodes

    for light in list(doctree.findall(nodes.image)):
        stem, mark, ending = light["uri"].rpartition("-light.")
        if mark:
            dark = light.deepcopy()
            dark["uri"] = f"{stem}-dark.{ending}"
            light["classes"].append("only-light")
            dark["classes"].append("only-dark")
            light.parent.insert(light.parent.index(light) + 1, dark)


def setup(app: Any) -> None:
    """Set the style; write mathematics as MathML, as Sphinx can only load a program that typesets it from elsewhere."""
    app.connect("html-page-context", _with_style)
    # Before Sphinx collects the files of the pictures, which it does with the priority 500.
    app.connect("doctree-read", _with_dark_pictures, priority=400)
    inline, block = _mathml("inline", "{}"), _mathml("block", '<div class="math">{}</div>')
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
