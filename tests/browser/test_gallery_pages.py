"""The gallery in a browser: filters, pages, keyboard, phone width, dark mode."""

from pathlib import Path
from typing import Any

import pytest
from hostile_system import hostile_system
from links import internal_links

from dysts.gallery import write_gallery

SYSTEMS = ["Lorenz", "Rossler", "IkedaDelay"]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Path:  # noqa: ARG001 - skips before drawing
    folder = tmp_path_factory.mktemp("gallery")
    assert write_gallery(folder, systems=SYSTEMS, poster=False) == {}
    return folder


def test_filters_show_what_fits(gallery: Path, page: Any) -> None:
    page.goto((gallery / "index.html").as_uri())
    cards = page.locator("#grid > li:visible")
    assert cards.count() == 3
    page.get_by_label("Name").fill("rossl")
    assert cards.count() == 1
    assert page.locator("#count").inner_text() == "1 shown"
    page.get_by_label("Name").fill("")
    page.get_by_label("Field").select_option("optics")
    assert cards.all_inner_texts()[0].startswith("IkedaDelay")
    page.get_by_label("Name").fill("no such thing")
    assert cards.count() == 0


def test_every_link_opens_a_page_that_is_there(gallery: Path, page: Any) -> None:
    seen: set[Path] = set()
    waiting = [gallery / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        assert path.is_file()
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        broken = page.eval_on_selector_all(
            "img:not([loading=lazy])", "images => images.filter(image => !image.naturalWidth).length"
        )
        assert broken == 0
        waiting += internal_links(page)
    assert len(seen) == 1 + len(SYSTEMS)


def test_the_keyboard_reaches_a_system_page(gallery: Path, page: Any) -> None:
    page.goto((gallery / "index.html").as_uri())
    page.get_by_label("Regime").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/systems/Lorenz.html")
    assert page.locator(".equations math").count() == 3
    assert page.title() == "Lorenz"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(gallery: Path, page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    paper = set()
    for name in ("index.html", "systems/Lorenz.html", "systems/IkedaDelay.html"):
        page.goto((gallery / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        paper.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert paper == {{"light": "rgb(251, 250, 248)", "dark": "rgb(20, 22, 26)"}[scheme]}


def test_nothing_of_a_stranger_runs_and_nothing_is_asked_for(tmp_path: Path, page: Any) -> None:
    assert write_gallery(tmp_path, systems=[hostile_system(), "Lorenz"], poster=False) == {}
    for path in (tmp_path / "index.html", tmp_path / "systems" / "Hostile.html"):
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        for link in page.locator("a, img, option").all()[:40]:
            link.dispatch_event("mouseover")
        assert page.evaluate("window.pwned === undefined")
        assert "<script>window.pwned = 1</script>" in page.inner_text("body")
        assert not [
            target
            for target in page.eval_on_selector_all("a", "links => links.map(a => a.href)")
            if "javascript:" in target
        ]
