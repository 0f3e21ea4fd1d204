"""Numbers end where their errors begin."""

import pytest

import dysts
from dysts.gallery.facts import system_facts
from dysts.systems.as_text import typographic, value_on_page, with_error


@pytest.mark.parametrize(
    ("value", "error", "told"),
    [
        (0.760677, 0.00099, "0.7607 +- 0.0010"),
        (0.00082443, 0.000534, "0.0008 +- 0.0005"),
        (2.0538459, 0.0922, "2.05 +- 0.09"),
        (-14.575111, 0.00142, "-14.5751 +- 0.0014"),
        (1.0, 0.0196, "1.00 +- 0.02"),
        (1.0, 0.0194, "1.000 +- 0.019"),
        (0.0, 0.3, "0.0 +- 0.3"),
        (1234.5, 67.8, "1230 +- 70"),
        (3e-7, 4e-9, "(3.00 +- 0.04)e-7"),
        (1.0, None, "1"),
        (1.0, float("nan"), "1"),
    ],
)
def test_a_number_ends_at_the_digit_where_its_error_begins(value: float, error: float | None, told: str) -> None:
    assert with_error(value, error) == told


def test_pages_have_true_signs() -> None:
    text = value_on_page(dysts.get_system("Lorenz").properties_entry("lyapunov_spectrum"))
    assert "+-" not in text
    assert "-" not in text
    assert text.count("\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}") == 3
    assert typographic("0-1 test, two-lobed, 1e-5") == "0-1 test, two-lobed, 1e\N{MINUS SIGN}5"


def test_a_long_spectrum_is_folded_and_sources_have_addresses() -> None:
    facts = system_facts(dysts.get_system("IkedaDelay"))
    spectrum = next(each for each in facts["properties"] if each.title.startswith("Lyapunov spectrum"))
    assert spectrum.text.count("±") == 6
    assert spectrum.rest.count("±") == spectrum.count > 6
    assert facts["sources"][0]["address"] == "https://doi.org/10.1016/0167-2789(87)90058-3"
    assert all("\n" not in each.text and "[" not in each.text for each in facts["properties"])
