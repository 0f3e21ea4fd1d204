"""Notebooks show systems, ensembles and data sets as HTML that holds what is known and runs nothing."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import dysts
from dysts.datasets.collection import Collection
from dysts.datasets.recipe import Recipe


def _parsed(html: str) -> ET.Element:
    # Entities of HTML that XML does not have.
    return ET.fromstring(html.replace("&minus;", "-").replace("&InvisibleTimes;", "").replace("&it;", ""))


def test_a_system_shows_equations_parameters_and_what_is_computed() -> None:
    system = dysts.get_system("Rossler")
    html = system._repr_html_()
    page = _parsed(html)
    assert len(page.findall(".//math")) == 3
    text = "".join(page.itertext())
    assert "a = 0.2, b = 0.2, c = 5.7" in text
    assert f"period: {str(system.period)[:5]}" in text
    assert "±" in text


def test_a_large_system_says_how_many_equations_it_has() -> None:
    html = dysts.System.from_equations(
        "Ring", {f"x{k}": f"-x{k}" for k in range(40)}, initial_conditions=[1.0] * 40
    )._repr_html_()
    assert "40 equations" in html
    assert "<math" not in html


def test_sources_are_links_and_what_was_not_looked_up_says_so() -> None:
    page = _parsed(dysts.get_system("Lorenz")._repr_html_())
    addresses = [link.attrib["href"] for link in page.iter("a")]
    assert addresses == ["https://doi.org/10.1175/1520-0469(1963)020%3C0130%3ADNF%3E2.0.CO%3B2"]
    assert [link.text for link in page.iter("a")] == addresses


def test_an_ensemble_shows_its_equations_once_and_the_values_that_vary() -> None:
    ensemble = dysts.get_system("Lorenz").with_parameters(rho=[20.0 + k for k in range(30)])
    page = _parsed(ensemble._repr_html_())
    assert len(page.findall(".//math")) == 3
    text = "".join(page.itertext())
    assert "30 systems that differ in rho" in text
    assert "and 22 more" in text
    assert [cell.text for cell in page.iter("td")] == [str(20 + k) for k in range(8)]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "</div><img src=x onerror=alert(1)>"])
def test_texts_of_a_stranger_are_escaped(text: str) -> None:
    system = dysts.System.from_equations("Mine", {"x": "-x"}, initial_conditions=[1.0], description=text)
    assert text not in system._repr_html_()
    assert len(list(_parsed(system._repr_html_()).iter("script"))) == 0


def test_a_data_set_shows_its_recipe_and_opens_nothing() -> None:
    collection = Collection(
        Recipe(name="small", points_per_period=20, periods=3), dysts.list_systems(), folder=Path("nowhere")
    )
    text = "".join(_parsed(collection._repr_html_()).itertext())
    assert text.startswith("small: 135 systems")
    assert "and 123 more" in text
    assert "points_per_period = 20" in text
