"""The report in a browser: sorting, questions, pages of systems and forecasters, keyboard, phone width, dark mode."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import benchmark_fakes as fakes
import pytest
from hostile_system import hostile_system
from links import internal_links

import benchmark


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
    page.get_by_label("Systems of").select_option("ecology")
    page.get_by_label("Systems of").select_option("all")
    assert page.locator("#explored-table").is_visible()
    assert _column(page, "#exploring", 2) == ranked
    medians = _column(page, "#exploring", 3)
    assert medians == [text.removeprefix("≥").strip() for text in _column(page, "#leaderboard", 3)]
    page.get_by_label("Systems of").select_option("ecology")
    assert page.locator("#explored-count").inner_text().startswith("1 of 3 systems")
    assert _column(page, "#exploring", 4) == ["2"] * len(ranked)
    page.get_by_label("Systems of").select_option("all")
    page.locator("select[name=score]").select_option("smape, 0 to 200")
    page.get_by_label("Over the").select_option("first 0.5 Lyapunov times")
    values = [float(text) for text in _column(page, "#exploring", 3)]
    assert values == sorted(values)
    assert values[-1] == 200


def test_any_forecaster_can_be_laid_over_the_truth(report: Path, page: Any) -> None:
    page.goto((report.parent / "systems" / "Lorenz.html").as_uri())
    chosen = page.locator("#chosen svg")
    page.get_by_label("Another forecaster").select_option("Mean")
    assert chosen.get_attribute("aria-label").startswith("Mean: valid")
    page.get_by_label("Another forecaster").select_option("Raising")
    assert chosen.get_attribute("aria-label") == "Raising: no forecast (failed)"
    assert page.locator("math").count() == 3


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
    assert page.locator("#leaderboard th[aria-sort=ascending]").inner_text().startswith("smape")
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
        assert not [address for address in addresses if not address.startswith(("file:", "data:"))]
    assert attack in shown
    for path in sorted(index.parent.rglob("*.svg")):
        page.goto(path.as_uri())
        assert page.evaluate("window.pwned === undefined")
    lines = (index.parent / "data" / "results.csv").read_text()
    assert "'=cmd" in lines
    assert not [cell for row in csv.reader(lines.splitlines()) for cell in row if cell.startswith(("=", "@"))]
