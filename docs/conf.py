"""Settings of the documentation; `make docs` builds it with warnings as errors."""

import dysts

project = "dysts"
version = release = dysts.__version__
copyright = "the dysts contributors"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
]
exclude_patterns = ["*.template.md", "data"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# Attributes and raised errors are described, not linked, in the docstrings.
nitpicky = False

html_theme = "pydata_sphinx_theme"
html_title = "dysts"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": True, "secondary_sidebar_items": ["page-toc"]}
# The pages open from disk; mathematics is the one thing that is fetched, and only where a page has some.
html_show_sourcelink = False
html_sidebars = {"index": [], "tour": []}
