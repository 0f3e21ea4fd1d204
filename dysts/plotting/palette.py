"""The colours and fonts of all pages: report, gallery and documentation, in light and in dark mode."""

from collections.abc import Mapping

SERIES_COLOURS = 6
"""Number of colours for curves, which the best forecasters have; all others and the references are grey, the colour of
the next number, and differ by their dashes."""
LIGHT = {
    "page": "#fbfaf8",
    "surface": "#ffffff",
    "ink": "#1a1c20",
    "muted": "#5c626c",
    "line": "#dedbd5",
    "accent": "#0b62a4",
    "warn": "#a83200",
    # Okabe and Ito's colours, which colour-blind readers can tell apart, darkened for white.
    "series-0": "#0072b2",
    "series-1": "#d55e00",
    "series-2": "#008a64",
    "series-3": "#b3568b",
    "series-4": "#a87800",
    "series-5": "#2f93cf",
    "series-6": "#868c96",
}
"""Colours on a light page."""
DARK = {
    "page": "#14161a",
    "surface": "#1c1f25",
    "ink": "#eceae6",
    "muted": "#a2a8b3",
    "line": "#363b45",
    "accent": "#6cb8f0",
    "warn": "#ff9b6b",
    "series-0": "#4ba3e0",
    "series-1": "#f0803c",
    "series-2": "#2cc195",
    "series-3": "#dd8fbb",
    "series-4": "#e6b434",
    "series-5": "#8fd0f5",
    "series-6": "#7b828e",
}
"""The same on a dark page."""
FONTS = {
    "text-font": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
    "code-font": 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
}
"""Fonts of text and of code: those of the reader's system, so that pages fetch nothing."""


def palette_css() -> str:
    """Return the rules that define colours and fonts as variables of CSS, for pages that follow the mode of the reader.

    Examples
    --------
    >>> palette_css().splitlines()[0]
    ':root { color-scheme: light dark; --page: #fbfaf8; --surface: #ffffff; --ink: #1a1c20; --muted: #5c626c;'
    """
    light, dark = (_variables(table) for table in (LIGHT, DARK))
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f":root {{ {_variables(FONTS)} }}\n"
        # Paper is white, whatever the mode of the screen.
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    ).replace(" --line", "\n  --line")


def documentation_css() -> str:
    """Return the rules that give the theme of the documentation the same colours, in both of its modes, and fonts."""
    names = {
        "primary": "accent",
        "inline-code": "ink",
        "inline-code-links": "accent",
        "table-row-zebra-low-bg": "surface",
        "table-row-zebra-high-bg": "surface",
        "link": "accent",
        "background": "page",
        "surface": "surface",
        "on-background": "surface",
        "text-base": "ink",
        "text-muted": "muted",
        "border": "line",
    }
    fonts = {"base": "text-font", "heading": "text-font", "monospace": "code-font"}
    rules = [
        f'html[data-theme="{mode}"]:root {{ {_variables(table)} '
        + _variables({f"pst-color-{name}": table[colour] for name, colour in names.items()})
        + " }"
        for mode, table in (("light", LIGHT), ("dark", DARK))
    ]
    themes = _variables({f"pst-font-family-{name}": FONTS[font] for name, font in fonts.items()})
    return "\n".join([f"html:root {{ {_variables(FONTS)} {themes} }}", *rules])


def _variables(values: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
