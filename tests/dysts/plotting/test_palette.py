"""Text and curves stand out from every background of the pages, in both modes (WCAG 2.2, level AA)."""

import itertools
import re
from pathlib import Path

import pytest

from dysts.gallery.frame import documentation_text_css
from dysts.plotting.palette import DARK, LIGHT, SERIES_COLOURS, documentation_css, palette_css

TEXT, GRAPHICS = 4.5, 3.0
"""Least contrasts of WCAG 2.2 for text (1.4.3) and for graphical objects (1.4.11)."""
BACKGROUNDS = ("page", "surface")
HEAT = {"light": (LIGHT, (0, 114, 178)), "dark": (DARK, (86, 180, 233))}
"""Colour of the largest cell of a heat map, of which the page shows 0.42."""


def channels(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))


def luminance(colour: tuple[float, ...]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: tuple[float, ...], second: tuple[float, ...]) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == 21.0
    assert contrast(channels("#767676"), channels("#ffffff")) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("table", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_curves_have_the_contrast_of_level_aa(table: dict[str, str]) -> None:
    curves = [f"series-{index}" for index in range(SERIES_COLOURS + 1)]
    needed = {**dict.fromkeys(("ink", "muted", "accent", "warn"), TEXT), **dict.fromkeys(curves, GRAPHICS)}
    poor = {
        (name, behind): round(contrast(channels(table[name]), channels(table[behind])), 2)
        for (name, least), behind in itertools.product(needed.items(), BACKGROUNDS)
        if contrast(channels(table[name]), channels(table[behind])) < least
    }
    assert not poor


@pytest.mark.parametrize("mode", HEAT)
def test_numbers_can_be_read_in_the_darkest_cell_of_a_heat_map(mode: str) -> None:
    table, heat = HEAT[mode]
    cell = tuple(0.42 * over + 0.58 * under for over, under in zip(heat, channels(table["surface"]), strict=True))
    assert contrast(channels(table["ink"]), cell) >= TEXT


def test_both_modes_define_the_same_colours_and_no_two_curves_share_one() -> None:
    assert LIGHT.keys() == DARK.keys()
    for table in (LIGHT, DARK):
        curves = [colour for name, colour in table.items() if name.startswith("series-")]
        assert len(set(curves)) == len(curves) == SERIES_COLOURS + 1
        assert all(colour in palette_css() for colour in table.values())
        assert table["accent"] in documentation_css()


def test_the_documentation_has_every_variable_of_the_other_pages_in_both_modes_and_their_fonts() -> None:
    pages, docs = _variables(palette_css()), _variables(documentation_css())
    assert pages["page"] == [LIGHT["page"], DARK["page"]]
    assert {name: docs[name] for name in pages} == pages
    assert docs["pst-font-family-base"] == docs["text-font"]
    assert docs["pst-font-family-monospace"] == docs["code-font"]


def test_the_style_of_text_and_the_frame_of_the_documentation_use_defined_variables() -> None:
    known = _variables(documentation_css()).keys()
    frame = Path(__file__).parents[3] / "docs" / "_static" / "frame.css"
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", documentation_text_css() + frame.read_text(encoding="utf-8")))
    assert "code-font" in used
    assert used <= known


def _variables(css: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"--([a-z0-9-]+): ([^;]+);", css):
        found.setdefault(name, []).append(value)
    return found
