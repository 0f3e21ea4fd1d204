"""The sources of systems and of methods as BibTeX."""

import json
import re
import unicodedata
from collections.abc import Mapping
from importlib import resources
from typing import Any

from dysts.errors import unknown_name
from dysts.systems.registry import as_system
from dysts.systems.system import System

_SPECIAL = {
    **{character: f"\\{character}" for character in "&%$#_"},
    # BibTeX counts braces whether or not a backslash stands before them.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
"""The LaTeX of characters that are commands in LaTeX."""


def list_methods() -> list[str]:
    """Return the names of the methods whose sources are known.

    Examples
    --------
    >>> "lyapunov_spectrum" in list_methods()
    True
    """
    return list(_methods())


def cite_system(system: System | str) -> str:
    """Return the sources of a system as BibTeX.

    Parameters
    ----------
    system : System or str

    Returns
    -------
    str
        One entry for each citation, the keys starting with the name of the system. What was not looked up says so
        in its note. Empty for a system without citations.

    Raises
    ------
    UnknownNameError

    Examples
    --------
    >>> print(cite_system("Rossler").splitlines()[0])
    @article{Rossler:Rossler1976,
    """
    system = as_system(system)
    return "\n".join(_entry(citation, system.name) for citation in system.citations)


def cite_method(method: str) -> str:
    """Return the source of a method or of this software as BibTeX.

    Parameters
    ----------
    method : str
        One of `list_methods`.

    Raises
    ------
    UnknownNameError

    Examples
    --------
    >>> "Benettin" in cite_method("lyapunov_spectrum")
    True
    """
    known = _methods()
    if method not in known:
        raise unknown_name("method", method, known)
    return _entry(known[method], method)


def _methods() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(resources.files("dysts").joinpath("methods.json").read_text(encoding="utf-8"))
    return known


def _entry(citation: Mapping[str, Any], owner: str) -> str:
    authors = [name.strip() for name in str(citation["authors"]).split(";")]
    container = str(citation.get("container", ""))
    book = container.endswith("(book)")
    kind = "book" if book else "article" if citation.get("volume") else "misc"
    fields = {
        "author": " and ".join(map(_escaped, authors)),
        "title": "{" + _escaped(str(citation["title"])) + "}",
        ("publisher" if book else "journal" if kind == "article" else "howpublished"): _escaped(
            container.removesuffix("(book)").strip()
        ),
        "year": _verbatim(str(citation.get("year", ""))),
        # A DOI goes into a command that takes it as it is.
        "doi": _verbatim(str(citation.get("doi", ""))),
        "note": _escaped(_note(citation)),
    }
    volume = re.fullmatch(r"([^()]*)\(([^()]*)\)", str(citation.get("volume", "")))
    if volume:
        fields |= {"volume": _escaped(volume[1]), "number": _escaped(volume[2])}
    else:
        fields["volume"] = _escaped(str(citation.get("volume", "")))
    fields["pages"] = _escaped(str(citation.get("pages", "")).replace("-", "--"))
    plain = unicodedata.normalize("NFKD", authors[0].partition(",")[0])
    stem = re.sub(r"[^A-Za-z]", "", plain) or "anonymous"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{owner}:{stem}{re.sub(r'[^0-9A-Za-z]', '', fields['year'])},", *lines, "}"])


def _note(citation: Mapping[str, Any]) -> str:
    parts = [str(citation["note"])] if citation.get("note") else []
    if citation.get("checked") is False:
        parts.append("not looked up")
    return "; ".join(parts)


def _escaped(text: str) -> str:
    """Return a text with the command characters of LaTeX escaped."""
    return "".join(_SPECIAL.get(character, character) for character in " ".join(text.split()))


def _verbatim(text: str) -> str:
    """Return a text for a verbatim field, without the characters that could end the field."""
    return re.sub(r"[{}\\\s]", "", text)
