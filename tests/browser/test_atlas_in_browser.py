"""The map of all systems in a browser: colours, search, keyboard, phone width, values of a stranger."""

from pathlib import Path
from typing import Any

import pytest

from dysts.atlas import read_atlas
from dysts.errors import InvalidArgumentError
from dysts.gallery.atlas_page import KEYS, write_atlas_page

HOSTILE = "</script><script>window.pwned = 1</script>"


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Path:  # noqa: ARG001 - skips before writing
    path = tmp_path_factory.mktemp("atlas") / "atlas.html"
    values = {"score": {"Lorenz": 2.5, "Rossler": 0.5, "Chua": float("nan")}, HOSTILE: {"Lorenz": 1.0}}
    write_atlas_page(path, values=values, pages={"Lorenz": "systems/Lorenz.html"}, back=("index.html", "All"))
    return path


def colour_of(page: Any, system: str) -> str:
    return str(page.locator(f'#plane button[aria-label="{system}"]').evaluate("b => getComputedStyle(b).color"))


def test_every_system_has_an_outline_and_the_legend_counts_them(atlas: Path, page: Any) -> None:
    page.goto(atlas.as_uri())
    assert page.locator("#plane button").count() == len(read_atlas().places)
    legend = page.locator("#legend li").all_inner_texts()
    assert legend == [f"{category.name} ({category.size})" for category in read_atlas().categories]
    page.select_option("#colour", "regime")
    assert page.locator("#legend li").first.inner_text().startswith("chaotic (")


def test_numbers_colour_from_low_to_high_and_unknown_ones_are_grey(atlas: Path, page: Any) -> None:
    page.goto(atlas.as_uri())
    page.select_option("#colour", "score")
    assert page.locator("#legend").inner_text().split() == ["0.5", "2.5"]
    grey = colour_of(page, "Chua")
    assert colour_of(page, "Thomas") == grey
    assert len({grey, colour_of(page, "Lorenz"), colour_of(page, "Rossler")}) == 3
    page.locator('#plane button[aria-label="Lorenz"]').hover()
    assert page.locator("#plane output").inner_text() == "Lorenz: 2.5"
    assert "fluid dynamics" in page.locator("#about").inner_text()


def test_search_dims_the_others_and_keeps_them_from_the_keyboard(atlas: Path, page: Any) -> None:
    page.goto(atlas.as_uri())
    page.get_by_label("Search").fill("rossl")
    shown = page.locator("#plane button:not(.faint)")
    names = shown.evaluate_all("all => all.map(b => b.getAttribute('aria-label'))")
    assert sorted(names) == ["HyperRossler", "Rossler"]
    assert page.locator("#count").inner_text() == "2 shown"
    assert page.locator('#plane button[tabindex="0"]').count() == 2


def test_arrow_keys_go_to_the_next_system_and_enter_opens_its_page(atlas: Path, page: Any) -> None:
    page.goto(atlas.as_uri())
    places = read_atlas().places
    left = min(places, key=lambda name: places[name].x)
    page.locator(f'#plane button[aria-label="{left}"]').focus()
    seen = [left]
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    positions = [places[name].x for name in seen]
    assert positions == sorted(positions)
    assert len(set(seen)) == 6
    page.locator('#plane button[aria-label="Lorenz"]').focus()
    assert page.locator("#about a").get_attribute("href") == "systems/Lorenz.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_fits_a_phone_and_follows_its_mode(atlas: Path, page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(atlas.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("#plane").bounding_box()
    for button in page.locator("#plane button").all()[::20]:
        own = button.bounding_box()
        assert box["x"] <= own["x"] + 4
        assert own["x"] + own["width"] <= box["x"] + box["width"] + 4
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 22, 26)"}[scheme]


def test_nothing_of_a_stranger_runs(atlas: Path, page: Any) -> None:
    page.goto(atlas.as_uri())
    page.select_option("#colour", HOSTILE)
    page.locator('#plane button[aria-label="Lorenz"]').hover()
    assert page.evaluate("window.pwned === undefined")
    assert HOSTILE in page.locator("#about").inner_text()


def test_a_name_that_the_page_has_already_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="values must have names beside category"):
        write_atlas_page(tmp_path / "atlas.html", values={KEYS[0]: {}})
