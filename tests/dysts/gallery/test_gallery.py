"""The gallery is one folder that asks nothing of anybody: links lead somewhere, pictures exist, nothing is remote."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hostile_system import hostile_system

from dysts.cli import main
from dysts.errors import UnknownNameError
from dysts.gallery import write_gallery
from dysts.gallery.map_pictures import draw_points

SYSTEMS = ["Lorenz", "MackeyGlass", "BurkeShaw"]


class Links(HTMLParser):
    """Collects what a page refers to, its pictures' texts, and whether its tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.alternatives: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.targets += [value for key in ("href", "src") if (value := values.get(key))]
        if tag == "img":
            self.alternatives.append(values.get("alt") or "")
        if tag not in ("img", "meta", "link", "input", "wbr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    assert write_gallery(folder, systems=SYSTEMS) == {}
    return folder


def test_every_link_of_every_page_leads_to_a_file(gallery: Path) -> None:
    pages = [gallery / "index.html", *(gallery / "systems").iterdir()]
    assert len(pages) == 1 + len(SYSTEMS)
    for page in pages:
        links = Links()
        links.feed(page.read_text())
        assert links.open == []
        assert all(links.alternatives)
        for target in links.targets:
            if not target.startswith(("data:", "https://doi.org/", "#")):
                assert (page.parent / target).resolve().exists(), f"{page.name}: {target}"


def test_a_page_shows_equations_parameters_and_sources(gallery: Path) -> None:
    text = (gallery / "systems" / "Lorenz.html").read_text()
    parameter = "<math><mi>&#961;</mi></math> = 28"
    source = '<a href="https://doi.org/10.1175/1520-0469'
    for part in ("<math", "<mi>&#963;</mi>", parameter, "Deterministic nonperiodic flow", "1963", source, 'rel="next"'):
        assert part in text


def test_a_second_run_draws_nothing_again(gallery: Path) -> None:
    lines: list[str] = []
    before = {path: path.stat().st_mtime_ns for path in (gallery / "pictures").iterdir()}
    write_gallery(gallery, systems=SYSTEMS, poster=False, report=lines.append)
    assert lines == []
    assert {path: path.stat().st_mtime_ns for path in (gallery / "pictures").iterdir()} == before
    assert "poster" not in (gallery / "index.html").read_text()


def test_the_command_and_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gallery", "-o", str(tmp_path / "g"), "--systems", "Lorenz", "--no-poster", "--workers", "1"]) == 0
    assert "index.html: written, 0 failed" in capsys.readouterr().out
    with pytest.raises(UnknownNameError):
        write_gallery(tmp_path / "h", systems=["Lorentz"])
    assert not (tmp_path / "h").exists()
    (tmp_path / "file").write_text("")
    assert main(["gallery", "-o", str(tmp_path / "file"), "--systems", "Lorenz", "--workers", "1"]) == 2
    assert "cannot make the folder" in capsys.readouterr().err


def test_texts_of_a_stranger_are_texts_on_every_page(tmp_path: Path) -> None:
    assert write_gallery(tmp_path, systems=[hostile_system(), "Lorenz"], poster=False) == {}
    for path in (tmp_path / "index.html", tmp_path / "systems" / "Hostile.html"):
        page = Elements()
        page.feed(path.read_text())
        # The only scripts are ours, which load nothing; no attribute runs code and no address is one of a script.
        assert page.scripts <= {"index.html": 1}.get(path.name, 0)
        assert not {name for name in page.attributes if name.startswith("on")}
        assert not [target for target in page.targets if "script" in target or "//" in target[8:]]
        assert "<script>window.pwned = 1</script>" in page.texts
    assert sorted(path.name for path in (tmp_path / "systems").iterdir()) == ["Hostile.html", "Lorenz.html"]


class Elements(HTMLParser):
    """Collects scripts, attributes, addresses and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.attributes: set[str] = set()
        self.targets: list[str] = []
        self.texts = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.attributes |= {name for name, _ in attrs}
        self.targets += [value or "" for name, value in attrs if name in ("href", "src") and value != "data:,"]

    def handle_data(self, data: str) -> None:
        self.texts += data


def test_maps_are_drawn_as_points(tmp_path: Path) -> None:
    assert write_gallery(tmp_path, systems=["HenonMap", "LogisticMap"], poster=False) == {}
    page = (tmp_path / "systems" / "HenonMap.html").read_text()
    assert "20,000 iterates" in page
    assert "<mi>n</mi><mo>+</mo><mn>1</mn>" in page
    assert "15 periods" not in page
    assert len(list((tmp_path / "pictures").glob("*Map-*.webp"))) == 6
    index = (tmp_path / "index.html").read_text()
    assert "<h1>2 maps</h1>" in index
    assert "coloured by speed" not in index
    assert "<strong>Logistic<wbr>Map</strong>" in index


def test_few_points_are_large_dots() -> None:
    from matplotlib.figure import Figure

    angles = np.linspace(0.0, 2.0 * np.pi, 1001)[:-1]
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    axes = Figure().subplots()
    draw_points(axes, circle)
    draw_points(axes, np.tile(circle[::250], (250, 1)))
    many, few = (float(drawn.get_sizes()[0]) for drawn in axes.collections)
    assert few > 10.0 * many
