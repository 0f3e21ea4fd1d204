"""The report in a browser: sorting, questions, pages of systems and forecasters, keyboard, phone width, dark mode."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import pytest
from hostile_system import hostile_system
from links import internal_links
from PIL import Image

import benchmark
from dysts.plotting.palette import DARK
from forecasters import list_forecasters


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Path:  # noqa: ARG001 - skips before the run
    folder = tmp_path_factory.mktemp("report")
    results = benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising", systems=["Lorenz", "HastingsPowell", "Alpha"]),
        open_dataset=lambda _recipe, *, systems: {name: fakes.dataset(name) for name in systems},
        output=folder / "results",
        workers=1,
        progress=False,
    )
    return benchmark.write_report(results, folder / "report")


def _column(page: Any, table: str, number: int) -> list[str]:
    cells = page.locator(f"{table} tbody tr > :nth-child({number})").all_inner_texts()
    return [text.strip() for text in cells]


def test_a_heading_sorts_both_ways(report: Path, page: Any) -> None:
    page.goto(report.as_uri())
    heading = page.locator("#leaderboard th button", has_text="Forecaster")
    heading.click()
    rising = _column(page, "#leaderboard", 2)
    heading.click()
    assert _column(page, "#leaderboard", 2) == rising[::-1]
    assert sorted(rising, key=str.lower) == rising
    assert page.locator("#leaderboard th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_another_question_gives_another_ranking(report: Path, page: Any) -> None:
    page.goto(report.as_uri())
    ranked = _column(page, "#leaderboard", 2)
    assert not page.locator("#explored-table").is_visible()
    page.locator("select[name=field]").select_option("ecology")
    page.locator("select[name=field]").select_option("All")
    assert page.locator("#explored-table").is_visible()
    assert _column(page, "#exploring", 2) == ranked
    medians = _column(page, "#exploring", 3)
    assert medians == [text.removeprefix("≥").strip() for text in _column(page, "#leaderboard", 3)]
    page.locator("select[name=field]").select_option("ecology")
    assert page.locator("#explored-count").inner_text().startswith("1 of 3 systems")
    assert _column(page, "#exploring", 4) == ["2"] * len(ranked)
    page.locator("select[name=field]").select_option("All")
    page.locator("select[name=score]").select_option("sMAPE, 0 to 200")
    page.locator("select[name=horizon]").select_option("the first 0.5 Lyapunov times")
    values = [float(text.replace("\N{MINUS SIGN}", "-")) for text in _column(page, "#exploring", 3)]
    assert values == sorted(values)
    assert values[-1] == 200


def test_any_forecaster_can_be_laid_over_the_truth(report: Path, page: Any) -> None:
    page.goto((report.parent / "systems" / "Lorenz.html").as_uri())
    chosen = page.locator("#chosen svg")
    page.get_by_label("Another forecaster").select_option("Mean")
    assert chosen.get_attribute("aria-label").startswith("Mean: valid")
    page.get_by_label("Another forecaster").select_option("Raising")
    assert chosen.get_attribute("aria-label") == "Raising: no forecast (failed)"
    assert page.locator(".equations math").count() == 3


def test_every_link_leads_somewhere_without_a_complaint(report: Path, page: Any) -> None:
    seen: set[Path] = set()
    waiting = [report]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        assert path.is_file()
        if path.suffix != ".html":
            continue
        page.goto(path.as_uri())
        broken = "images => images.filter(image => !image.complete || !image.naturalWidth).length"
        assert page.eval_on_selector_all("img", broken) == 0
        waiting += internal_links(page)
    assert {path.name for path in seen} >= {"Lorenz.html", "Alpha.html", "results.csv", "results.parquet", "growth.svg"}
    assert seen == {path for path in report.parent.rglob("*") if path.is_file()}


def test_the_keyboard_sorts_and_opens(report: Path, page: Any) -> None:
    page.goto(report.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the leaderboard"
    page.locator("#leaderboard th button", has_text="smape").focus()
    page.keyboard.press("Enter")
    assert page.locator("#leaderboard th[aria-sort=ascending]").inner_text().startswith("sMAPE")
    page.locator("#leaderboard tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/forecasters/*.html")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(report: Path, page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 740})
    for name in ("index.html", "systems/Lorenz.html", "forecasters/Seasonal.html"):
        page.goto((report.parent / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 22, 26)"}[scheme]


def test_no_table_is_cut_at_the_width_of_a_laptop(report: Path, page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    cut = "tables => tables.filter(each => each.scrollWidth > each.clientWidth).map(each => each.innerText)"
    # The widest content that results of all forecasters have.
    widen = """longest => {
        for (const name of document.querySelectorAll("tbody th a")) name.textContent = longest;
        for (const cell of document.querySelectorAll("#leaderboard td.number:not(.aside)")) cell.textContent = "1351.8";
        for (const cell of document.querySelectorAll("#leaderboard .ends")) cell.textContent = "0.417 - 0.718";
    }"""
    for name in ("index.html", "systems/Lorenz.html", "forecasters/Raising.html"):
        page.goto((report.parent / name).as_uri())
        page.evaluate(widen, max(list_forecasters(), key=len))
        assert page.eval_on_selector_all(".scroll:not(details .scroll)", cut) == []


def test_a_phone_shows_names_and_valid_times_without_scrolling(report: Path, page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 840})
    for name, table in (
        ("index.html", "#leaderboard"),
        ("systems/Lorenz.html", "#scores"),
        ("forecasters/Raising.html", "#systems"),
    ):
        page.goto((report.parent / name).as_uri())
        frame = page.locator(f"{table} .scroll").bounding_box()
        for cell in page.locator(f"{table} tbody th, {table} tbody .strong").all():
            box = cell.bounding_box()
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_a_picture_has_no_white_paper_on_a_dark_page(report: Path, page: Any) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto((report.parent / "systems" / "Lorenz.html").as_uri())
    box = page.locator("img.attractor").bounding_box()
    shot = page.screenshot(clip={"x": box["x"] + 12, "y": box["y"] + 12, "width": 4, "height": 4})
    paper = Image.open(io.BytesIO(shot)).convert("RGB").getpixel((1, 1))
    surface = tuple(int(DARK["surface"][k : k + 2], 16) for k in (1, 3, 5))
    assert max(abs(one - other) for one, other in zip(paper, surface, strict=True)) <= 6


def test_the_focus_can_be_seen(report: Path, page: Any) -> None:
    page.goto(report.as_uri())
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.locator("#leaderboard .scroll").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_one_forecaster_has_one_colour_on_all_pages(report: Path, page: Any) -> None:
    found: dict[str, set[str]] = {}
    for path in sorted(report.parent.rglob("*.html")):
        page.goto(path.as_uri())
        pairs = page.eval_on_selector_all(
            ".swatch", "all => all.map(each => [each.nextElementSibling.textContent, each.style.background])"
        )
        for name, colour in pairs:
            found.setdefault(name, set()).add(colour)
    assert found == {"Seasonal": {"var(--series-0)"}}


def test_print_shows_the_tables_whole(report: Path, page: Any) -> None:
    page.goto(report.as_uri())
    page.emulate_media(media="print")
    assert not page.locator("header nav").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


def test_nothing_of_a_stranger_runs_and_nothing_is_asked_for(tmp_path: Path, page: Any) -> None:
    attack = "<script>window.pwned = 1</script>"
    names = [attack, '"><img src=x onerror="window.pwned = 1">', "=cmd|' /C calc'!A0"]
    data = fakes.dataset("Hostile").assign_coords(component=names[:2])
    results = benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising", systems=["Hostile"]),
        open_dataset=lambda _recipe, **_: {"Hostile": data},
        registry={"Hostile": hostile_system()},
        output=tmp_path / "results",
        scheduler=fakes.InProcess(),
        progress=False,
    )
    table = results.table.copy()
    for old, new in zip(table["forecaster"].unique(), names, strict=True):
        table.loc[table["forecaster"] == old, "forecaster"] = f"module:{new}"
    table.loc[table["status"] == "failed", "error"] = f"{names[2]} {attack}"
    table["config"] = names[1]
    manifest = {**results.manifest, "suite": attack, "versions": {attack: names[1]}}
    index = benchmark.write_report(replace(results, table=table, manifest=manifest), tmp_path / "report")
    shown = ""
    for path in sorted(index.parent.rglob("*.html")):
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        for element in page.locator("a, img, option, th button, svg").all()[:40]:
            element.dispatch_event("mouseover")
        assert page.evaluate("window.pwned === undefined")
        shown += page.inner_text("body")
        addresses = page.eval_on_selector_all("a", "links => links.map(a => a.href)")
        assert not [each for each in addresses if not each.startswith(("file:", "data:", "https://doi.org/"))]
    assert attack in shown
    for path in sorted(index.parent.rglob("*.svg")):
        page.goto(path.as_uri())
        assert page.evaluate("window.pwned === undefined")
    lines = (index.parent / "data" / "results.csv").read_text()
    assert "'=cmd" in lines
    assert not [cell for row in csv.reader(lines.splitlines()) for cell in row if cell.startswith(("=", "@"))]
