"""Pictures of the documentation are small, have no paper, and are there for light and for dark pages."""

import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SMALL = 60_000
"""Bytes of a picture on the start pages."""


def pictures(page: str) -> list[Path]:
    """Return the local pictures that a page of Markdown shows."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [*re.findall(r"!\[[^]]*]\(([^)]+)\)", text), *re.findall(r'(?:src|srcset)="([^"]+)"', text)]
    return [(ROOT / page).parent / each for each in found if "://" not in each]


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_start_pages_show_an_attractor_and_a_leaderboard(page: str) -> None:
    shown = pictures(page)
    assert {path.name.partition("-")[0] for path in shown} == {"attractor", "leaderboard"}
    for path in shown:
        for mode in ("light", "dark"):
            picture = path.with_name(re.sub(r"-(light|dark)\.", f"-{mode}.", path.name))
            assert picture.stat().st_size <= SMALL
            assert Image.open(picture).convert("RGBA").getpixel((1, 1))[3] == 0


def test_every_picture_of_the_documentation_has_a_twin_for_dark_pages() -> None:
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for path in pictures(str(page.relative_to(ROOT))):
            assert path.stem.endswith("-light"), f"{page.name}: {path.name}"
