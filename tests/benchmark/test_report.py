"""The page: complete, self-contained, and safe against what forecasters and systems are called."""

import dataclasses
import html.parser
import re
from pathlib import Path

import benchmark_fakes as fakes
import pytest

import benchmark
from benchmark.report.page import render
from benchmark.results import Results

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = "<script>alert(1)</script>\"'&$x_$"


class _Page(html.parser.HTMLParser):
    """Collects what the tests ask about, and checks that the elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising"),
        open_dataset=fakes.open_dataset,
        output=tmp_path_factory.mktemp("report") / "results",
        workers=2,
        progress=False,
    )


@pytest.fixture(scope="module")
def page(results: Results) -> _Page:
    return _Page(render(results))


def test_page_holds_every_forecaster_system_and_error(page: _Page) -> None:
    text = " ".join(page.text)
    for word in ("Seasonal", "Mean", "Raising", *fakes.SYSTEMS, "hash of Beta", "matrix is singular"):
        assert word in text
    assert "Seasonal forecasts remain valid longest: at least 1.80 Lyapunov times" in text
    assert not page.open


def test_page_refers_to_nothing_outside_itself(results: Results) -> None:
    text = render(results)
    page = _Page(text)
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href", "data", "action"):
            target = attributes.get(name)
            assert target is None or target.startswith(("#", "data:"))
    assert not re.search(r"url\((?!#)|@import|fetch\(|https?://(?!www\.w3\.org)", text)
    policy = next(meta for meta in page.named("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in str(policy["content"])


def test_ids_are_unique_and_every_reference_has_its_target(page: _Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    references = [
        str(attributes[name])
        for _, attributes in page.tags
        for name in ("href", "xlink:href")
        if str(attributes.get(name)).startswith("#")
    ]
    clips = [match for _, attributes in page.tags for match in re.findall(r"url\((#.*?)\)", str(attributes.values()))]
    assert references
    assert clips
    assert {reference[1:] for reference in [*references, *clips]} <= set(ids)


def test_figures_and_tables_can_be_read_without_seeing_them(page: _Page) -> None:
    figures = page.named("svg")
    assert len(figures) == 2 + 3 * 3
    assert all(figure.get("role") == "img" and figure.get("aria-label") for figure in figures)
    assert all(heading.get("scope") in ("col", "row") for heading in page.named("th"))
    assert all(button.get("type") == "button" for button in page.named("button"))


def test_colours_follow_the_mode_of_the_page(results: Results) -> None:
    text = render(results)
    assert "var(--ink)" in text
    svg = "".join(re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL))
    assert not re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", svg)


def test_hostile_names_and_errors_stay_text(results: Results) -> None:
    table = results.table.copy()
    for column in ("forecaster", "system", "error", "data_sha256", "config"):
        first = table[column] == table[column].max()
        table.loc[first, column] = HOSTILE + column
    manifest = {**results.manifest, "suite": HOSTILE, "versions": {HOSTILE: HOSTILE}}
    text = render(dataclasses.replace(results, table=table, manifest=manifest))
    page = _Page(text)
    assert len(page.named("script")) == 1
    assert "<script>alert" not in text
    for column in ("system", "error", "data_sha256"):
        assert HOSTILE + column in " ".join(page.text)
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_hostile_components_stay_text(tmp_path: Path) -> None:
    results = benchmark.run(
        fakes.suite("Seasonal", systems=["Alpha"], trajectories=1),
        open_dataset=lambda _recipe, *, systems: {
            name: fakes.dataset(name).assign_coords(component=[HOSTILE, "y"]) for name in systems
        },
        output=tmp_path / "results",
        workers=1,
        progress=False,
    )
    text = render(results)
    assert "<script>alert" not in text
    assert HOSTILE in " ".join(_Page(text).text)


def test_results_without_rows_still_make_a_page(results: Results) -> None:
    text = render(dataclasses.replace(results, table=results.table.iloc[:0]))
    assert "No cell has finished yet" in text
    assert "18 of 18 cells have not been run yet" in text


def test_results_of_failures_only_still_make_a_page(results: Results) -> None:
    failed = results.table[results.table["status"] != "ok"]
    text = render(dataclasses.replace(results, table=failed))
    assert "No forecaster has a valid prediction time to rank by" in text


def test_results_without_chaos_still_make_a_page(tmp_path: Path) -> None:
    results = benchmark.run(
        fakes.suite("Seasonal", systems=["Alpha"], trajectories=1),
        open_dataset=lambda _recipe, *, systems: {name: fakes.dataset(name, exponent=0.0) for name in systems},
        output=tmp_path / "results",
        workers=1,
        progress=False,
    )
    text = render(results)
    assert "1.00 p" in text
    assert "not positive by 3 standard errors" in text


def test_lost_forecasts_cost_their_figures_alone(results: Results) -> None:
    text = render(dataclasses.replace(results, folder=results.folder / "elsewhere"))
    assert 'id="forecasts"' not in text
    assert "By system" in text


def test_report_is_written_in_one_step_and_replaced(results: Results, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old", encoding="utf-8")
    assert benchmark.write_report(results, path) == path
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]
