"""BibTeX of systems and methods: complete, balanced, with keys of their own."""

import dataclasses
import json
import re

import numpy as np
import pytest

import dysts
from dysts.citations import cite_method, cite_system, list_methods
from dysts.cli import main
from dysts.errors import UnknownNameError
from dysts.systems.frozen import FrozenMapping
from dysts.systems.system import System

ENTRY = re.compile(r"@(article|book|misc)\{([^,\s]+),\n((?:  [a-z]+ = \{.*\},\n)+)\}")


def test_every_system_and_method_has_well_formed_entries() -> None:
    texts = [cite_system(name) for name in dysts.list_systems(variants=True)] + list(map(cite_method, list_methods()))
    keys = []
    for text in texts:
        found = list(ENTRY.finditer(text))
        assert "\n".join(entry[0] for entry in found) == text
        keys += [entry[2] for entry in found]
        assert text.count("{") == text.count("}")
    assert len(set(keys)) == len(keys) > 150


def test_an_entry_says_what_the_registry_says() -> None:
    text = cite_system("HenonHeiles")
    for part in ("author = {Hénon, M. and Heiles, C.}", "volume = {69}", "pages = {73--79}", "doi = {10.1086/109234}"):
        assert part in text


def test_special_characters_are_escaped_and_doubts_are_told() -> None:
    entry = dysts.get_system("Rossler").to_entry()
    entry["definition"]["citations"] = [
        {"authors": "A_B, C. & D", "title": "100 % of {chaos}", "year": 2026, "role": "source", "checked": False}
    ]
    text = cite_system(System.from_entry("Mine", entry))
    assert r"A\_B, C. \& D" in text
    assert r"100 \% of \textbraceleft{}chaos\textbraceright{}" in text
    assert "note = {not looked up}" in text


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", "Lorenz", "--method", "radau"]) == 0
    shown = capsys.readouterr().out
    assert "Lorenz1963" in shown
    assert "Hairer" in shown
    assert main(["cite"]) == 2
    assert "name systems, --all, or --method" in capsys.readouterr().err
    with pytest.raises(UnknownNameError, match="did you mean 'radau'"):
        cite_method("rado")


def test_what_the_citation_file_names_is_what_the_command_names() -> None:
    names = json.dumps([cite_method("dysts"), cite_method("benchmark")])
    for line in (dysts.systems.registry.systems_file().parent / "CITATION.cff").read_text().splitlines():
        if line.startswith("    title: "):
            assert line.removeprefix("    title: ") in names


def test_no_citation_leaves_its_entry() -> None:
    rossler = dysts.get_system("Rossler")
    hostile = {
        "authors": r"\input{/etc/passwd}; A ~ B",
        "title": "x},\n note={injected}}\n@misc{evil,title={y",
        "container": r"\write18{touch x}",
        "volume": r"1}(2\x})",
        "year": "1963}, note={a",
        "doi": "10.1/x},\n note={injected}}\n@misc{evil,title={y",
        "note": "^^4d",
    }
    system = dataclasses.replace(rossler, citations=(FrozenMapping(hostile),))
    text = cite_system(system)
    assert text.count("\n@") == 0
    depths = np.cumsum([{"{": 1, "}": -1}.get(character, 0) for character in text])
    assert depths[-1] == 0
    assert (depths[text.index("{") : -1] > 0).all()
    commands = set(re.findall(r"\\([A-Za-z]+)", text))
    assert commands == {"textbackslash", "textasciitilde", "textasciicircum", "textbraceleft", "textbraceright"}
    assert ENTRY.fullmatch(text)
