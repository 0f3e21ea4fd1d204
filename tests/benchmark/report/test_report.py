"""The report: complete, self-contained, and safe against what forecasters and systems are called."""

import dataclasses
import html.parser
import json
import math
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import benchmark_fakes as fakes
import numpy as np
import pandas as pd
import pytest

import benchmark
from benchmark.comparison.censored_times import survival_curve
from benchmark.report.colours import GREY, colour_number, leader_colours, series_numbers
from benchmark.report.explorer import explorer_data
from benchmark.report.figures import LABEL_GAP, _draw_box, spread_labels
from benchmark.report.folder import pages
from benchmark.report.front_page import BOXES_CAPTION, POINTS_CAPTION, _horizon_text
from benchmark.report.headline import headline
from benchmark.report.site import site_of
from benchmark.report.svg import new_figure
from benchmark.results.columns import FILE
from benchmark.results.reading import ROWS, Results
from dysts.errors import StorageError

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


def render(results: Results) -> str:
    return pages(results)["index.html"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return benchmark.run(
        fakes.suite("Seasonal", "Mean", "Raising"),
        open_dataset=fakes.open_dataset,
        output=tmp_path_factory.mktemp("run") / "results",
        scheduler=fakes.InProcess(),
        progress=False,
    )


@pytest.fixture(scope="module")
def front(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The front page of a whole report, which is drawn once for all tests that only read it."""
    return benchmark.write_report(results, tmp_path_factory.mktemp("reports") / "report")


@pytest.fixture(scope="module")
def page(front: Path) -> _Page:
    return _Page(front.read_text(encoding="utf-8"))


def _part(results: Results, *, systems: int, forecasters: int) -> Results:
    """The results of the first systems and forecasters alone, whose pages are drawn sooner."""
    table = results.table
    kept = table["system"].isin(table["system"].unique()[:systems])
    kept &= table["forecaster"].isin(table["forecaster"].unique()[:forecasters])
    return dataclasses.replace(results, table=table[kept])


def test_page_holds_every_forecaster_system_and_error(page: _Page) -> None:
    text = " ".join(page.text)
    for word in ("Seasonal", "Mean", "Raising", *fakes.SYSTEMS, "hash of Beta", "matrix is singular"):
        assert word in text
    assert "Seasonal forecasts remain valid longest: more than 1.80 Lyapunov times" in text
    assert POINTS_CAPTION in text
    assert BOXES_CAPTION not in text
    assert not page.open


def test_pages_refer_to_nothing_outside_the_report(results: Results, front: Path) -> None:
    written = sorted(front.parent.rglob("*.html"))
    assert len(written) == 1 + len(fakes.SYSTEMS) + len(set(results.table["forecaster"]))
    for path in written:
        text = path.read_text(encoding="utf-8")
        page = _Page(text)
        for _, attributes in page.tags:
            for name in ("src", "href", "xlink:href", "data", "action"):
                target = attributes.get(name)
                # Sources are links to their DOI, which a reader may follow; nothing is loaded from there.
                if target is not None and not target.startswith(("#", "data:", "https://doi.org/")):
                    place = (path.parent / target.partition("#")[0]).resolve()
                    assert place.is_file()
                    assert place.is_relative_to(front.parent)
        assert not re.search(r"url\((?!#)|@import|fetch\(|https?://(?!www\.w3\.org|doi\.org/10\.)", text)
        policy = next(meta for meta in page.named("meta") if meta.get("http-equiv") == "Content-Security-Policy")
        assert "default-src 'none'" in str(policy["content"])


def test_a_forecaster_page_begins_with_its_rank(front: Path) -> None:
    for place, name in enumerate(("Seasonal", "Mean"), start=1):
        assert f"Rank {place} of 3." in (front.parent / "forecasters" / f"{name}.html").read_text(encoding="utf-8")


def test_results_of_a_version_without_known_times_have_the_same_curves(
    results: Results, front: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(results.folder, older)
    (older / FILE).unlink(missing_ok=True)
    rows = [json.loads(line) for line in (older / ROWS).read_text(encoding="utf-8").splitlines()]
    for row in rows:
        assert row.pop("known_lyapunov") == row["horizon_lyapunov"]
        row.pop("censored_by")
    (older / ROWS).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    read = Results.load(older)
    pd.testing.assert_frame_equal(read.table, results.table)
    assert _curves(render(read)) == _curves(front.read_text(encoding="utf-8")) != []


def _curves(page: str) -> list[str]:
    return re.findall(r"<figcaption>(Median over cells of the error[^<]*)", page)


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
    assert len(figures) == 2 + 4 + 3 * 3
    assert all(figure.get("role") == "img" and figure.get("aria-label") for figure in figures)
    assert all(heading.get("scope") in ("col", "row") for heading in page.named("th"))
    assert all(button.get("type") == "button" for button in page.named("button"))


def test_colours_follow_the_mode_of_the_page(front: Path) -> None:
    text = front.read_text(encoding="utf-8")
    assert "var(--ink)" in text
    svg = "".join(re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL))
    assert not re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", svg)


def test_hostile_names_and_errors_stay_text(results: Results) -> None:
    # Without one cell, a note says how many all forecasters have, and names the forecasters.
    table = _part(results, systems=2, forecasters=3).table.iloc[1:].copy()
    for column in ("forecaster", "system", "error", "data_sha256", "config"):
        first = table[column] == table[column].max()
        table.loc[first, column] = HOSTILE + column
    manifest = {**results.manifest, "suite": HOSTILE, "versions": {HOSTILE: HOSTILE}}
    hostile = dataclasses.replace(results, table=table, manifest=manifest)
    written = pages(hostile)
    for address, each in written.items():
        assert "<script>alert" not in each
        assert re.fullmatch(r"index\.html|(systems|forecasters|figures)/[A-Za-z0-9_-]+\.(html|svg)", address)
    page = _Page(written["index.html"])
    assert [script.get("type") for script in page.named("script")] == ["application/json", None]
    text = " ".join(page.text)
    assert all(HOSTILE + column in text for column in ("system", "error", "data_sha256"))
    (note,) = (each for each in page.text if each.strip().startswith("Ranked on the 3 cells that all forecasters have"))
    assert HOSTILE + "forecaster" in note
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_hostile_components_stay_text(tmp_path: Path) -> None:
    results = benchmark.run(
        fakes.suite("Seasonal", systems=["Alpha"], trajectories=1),
        open_dataset=lambda _recipe, *, systems: {
            name: fakes.dataset(name).assign_coords(component=[HOSTILE, "y"]) for name in systems
        },
        output=tmp_path / "results",
        scheduler=fakes.InProcess(),
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
    some = _part(results, systems=1, forecasters=3)
    failed = some.table[some.table["status"] != "ok"]
    text = render(dataclasses.replace(results, table=failed))
    assert "No forecaster has a valid prediction time to rank by" in text


def test_results_without_chaos_still_make_a_page(tmp_path: Path) -> None:
    results = benchmark.run(
        fakes.suite("Seasonal", systems=["Alpha"], trajectories=1),
        open_dataset=lambda _recipe, *, systems: {name: fakes.dataset(name, exponent=0.0) for name in systems},
        output=tmp_path / "results",
        scheduler=fakes.InProcess(),
        progress=False,
    )
    text = render(results)
    assert "1.00 p" in text
    assert "not positive by 3 standard errors" in text


def test_lost_forecasts_cost_their_figures_alone(results: Results) -> None:
    some = _part(results, systems=1, forecasters=1)
    assert 'id="forecasts"' in render(some)
    text = render(dataclasses.replace(some, folder=results.folder / "elsewhere"))
    assert 'id="forecasts"' not in text
    assert "By system" in text


def test_report_replaces_an_older_one_and_nothing_else(results: Results, front: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    shutil.copytree(front.parent, folder)
    assert benchmark.write_report(_part(results, systems=1, forecasters=1), folder) == folder / "index.html"
    assert [path.name for path in (folder / "systems").iterdir()] == ["Alpha.html"]
    assert [path.name for path in (folder / "forecasters").iterdir()] == ["Seasonal.html"]
    assert sorted(entry.name for entry in folder.iterdir()) == [
        "data",
        "figures",
        "forecasters",
        "index.html",
        "systems",
    ]
    assert [entry.name for entry in tmp_path.iterdir()] == ["report"]
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StorageError, match=r"holds notes\.txt"):
        benchmark.write_report(results, folder)
    with pytest.raises(StorageError, match="name a folder such as report"):
        benchmark.write_report(results, folder / "notes.txt")
    with pytest.raises(StorageError, match="a folder of pages"):
        benchmark.write_report(results, tmp_path / "report.html")
    with pytest.raises(StorageError, match="is no folder"):
        benchmark.write_report(results, tmp_path / "not" / "there")


def test_downloads_hold_the_table_and_the_figures(results: Results, front: Path) -> None:
    folder = front.parent
    for table in (pd.read_csv(folder / "data" / "results.csv"), pd.read_parquet(folder / "data" / "results.parquet")):
        assert table["key"].tolist() == results.table["key"].tolist()
    drawn = sorted(path.stem for path in (folder / "figures").iterdir())
    assert drawn == ["bands", "cost", "growth", "heat-map", "mean-ranks", "valid-times"]
    for path in (folder / "figures").iterdir():
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "var(" not in path.read_text(encoding="utf-8")


def test_a_system_page_has_all_forecasters_and_a_known_system_its_equations(tmp_path: Path) -> None:
    results = benchmark.run(
        fakes.suite("Seasonal", "Mean", systems=["Lorenz", "Alpha"], trajectories=1),
        open_dataset=lambda _recipe, *, systems: {name: fakes.dataset(name) for name in systems},
        output=tmp_path / "results",
        scheduler=fakes.InProcess(),
        progress=False,
    )
    written = pages(results)
    known, own = _Page(written["systems/Lorenz.html"]), _Page(written["systems/Alpha.html"])
    assert [each.get("displaystyle") for each in known.named("math")].count("true") == 3
    assert str(known.named("img")[0]["src"]).startswith("data:image/webp;base64,")
    assert "nothing is known of its equations" in " ".join(own.text)
    assert not own.named("img")
    for page in (known, own):
        assert {"Seasonal", "Mean"} <= {text.strip() for text in page.text}
        best, worst = (str(figure["aria-label"]) for figure in page.named("svg"))
        assert best != worst
    series = re.search(r'id="series">(.*?)</script>', written["systems/Lorenz.html"], flags=re.DOTALL)
    assert series is not None
    numbers = json.loads(series[1])
    assert {each["name"] for each in numbers["forecasts"]} >= {"Seasonal", "Mean"}
    assert all(len(each["values"]) == len(numbers["truth"]) for each in numbers["forecasts"])


def test_the_explorer_has_the_numbers_of_the_leaderboard(results: Results) -> None:
    site = site_of(results)
    data = explorer_data(site)
    assert data is not None
    for index, row in site.board.iterrows():
        values = np.array(data["values"]["vpt"][index], dtype=np.float64)
        censored = np.array(data["censored"]["vpt"][index], dtype=bool)
        assert survival_curve(values, censored).quantile(0.5) == pytest.approx(row["vpt"], rel=1e-3)
        assert len(data["failed"][index]) == row["failed"]
    assert [system["field"] for system in data["systems"]] == ["own data"] * 3


def test_words_in_figures_have_the_colours_of_text(front: Path) -> None:
    # The colours of curves have a contrast of 3 to 1, which is too little for letters.
    texts = re.findall(r"<text[^>]*>|<g[^>]*>\s*(?:<!--.*?-->\s*)?<text[^>]*>", front.read_text(encoding="utf-8"))
    assert len(texts) > 20
    assert not [text for text in texts if "series-" in text]


def test_a_column_without_any_entry_is_left_out(results: Results, front: Path) -> None:
    page = front.parent / "forecasters"
    assert "Failures" in (page / "Raising.html").read_text(encoding="utf-8")
    assert "Failures" not in (page / "Mean.html").read_text(encoding="utf-8")
    assert "<small>of cells</small>" in front.read_text(encoding="utf-8")
    whole = dataclasses.replace(results, table=results.table[results.table["status"] == "ok"])
    assert "<small>of cells</small>" not in render(whole)


def test_leaders_have_colours_of_their_own_and_all_others_share_the_grey() -> None:
    names = ["Mine", "NVAR", "Other", "Late", "Oracle"]
    board = pd.DataFrame(
        {
            "forecaster": names,
            "reference": [False] * 4 + [True],
            "cells": 10,
            "failed": 0,
            "vpt": [1.0, 0.9, 0.9, 0.1, 2.0],
            "vpt_high": [1.1, 1.0, 1.2, 0.2, 3.0],
        }
    )
    numbers = series_numbers(board)
    assert {name: colour_number(number) for name, number in numbers.items()} == {
        "Mine": 1,
        "NVAR": 0,
        "Other": 2,
        "Late": GREY,
        "Oracle": GREY,
    }
    assert len(set(numbers.values())) == len(names)
    many = [f"F{k}" for k in range(9)]
    assert sorted(leader_colours(many).values()) == list(range(GREY))
    board["vpt"] = 0.0
    assert set(map(colour_number, series_numbers(board).values())) == {GREY}


def test_names_at_the_ends_of_curves_keep_their_order_and_do_not_touch() -> None:
    for heights in (np.zeros(5), np.ones(8), np.linspace(0.0, 0.1, 12), np.array([0.2]), np.linspace(0, 1, 40)):
        moved = spread_labels(heights)
        gap = min(LABEL_GAP, 1.0 / max(1, heights.size - 1))
        assert np.diff(moved).min(initial=np.inf) >= gap - 1e-9
        assert moved.min() >= -1e-9
        assert moved.max() <= 1.0 + 1e-9


def test_a_box_of_times_that_were_valid_to_the_end_is_that_of_the_leaderboard() -> None:
    # 60 of 100 forecasts end at 1 while they are valid; those that go on longer decide where the median lies.
    times = np.r_[np.linspace(0.1, 0.9, 20), np.ones(60), np.linspace(1.5, 3.0, 20)]
    censored = np.r_[np.zeros(20, bool), np.ones(60, bool), np.zeros(20, bool)]
    curve = survival_curve(times, censored)
    axes = new_figure(3.0, 2.0)[1]
    _draw_box(axes, 0, times, censored, "#000000")
    (box,) = axes.patches
    assert box.get_x() == pytest.approx(curve.quantile(0.25), rel=1e-4)
    assert box.get_x() + box.get_width() == pytest.approx(curve.quantile(0.75), rel=1e-4)
    assert box.get_x() < curve.quantile(0.5) < box.get_x() + box.get_width()


def test_the_headline_names_those_whose_interval_reaches_the_leader() -> None:
    board = pd.DataFrame(
        {
            "forecaster": ["First", "Near", "Far"],
            "reference": False,
            "cells": 10,
            "failed": 0,
            "vpt": [1.0, 0.9, 0.4],
            "vpt_high": [math.inf, 1.1, 0.6],
            "vpt_end": 2.0,
            "lower_bound": False,
        }
    )
    assert headline(board).startswith("First (1.00) and Near (0.900) forecast longest; their intervals")
    board["vpt_high"] = [1.2, 0.95, 0.6]
    assert headline(board) == "First forecasts remain valid longest: 1.00 Lyapunov times in the median"
    board["vpt"], board["lower_bound"] = [math.inf, 0.9, 0.4], [True, False, False]
    assert headline(board) == "First forecasts remain valid longest: more than 2.00 Lyapunov times in the median"


def test_the_front_page_says_in_which_unit_the_horizon_counts() -> None:
    said = _horizon_text
    assert said({"horizon": 200}) == "200 points"
    counted = {"horizon": 20, "horizon_clock": "lyapunov times", "most_points": 5000}
    assert said(counted) == "20 Lyapunov times, at most 5000 points"
