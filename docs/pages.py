"""Shares what the programs have in common that write pages of the documentation from data."""

import argparse
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from dysts.cache import write_atomically

DOCS = Path(__file__).parent
WIDTH = 120
"""Columns of a page's text."""
_WHOLE = ("|", "<!--", "#", "![")
"""Beginnings of lines that stay whole: rows of tables, comments, headings, pictures."""
_FENCE = "```"
"""Beginning of the first and last line of code, which stays as it is."""
_ITEM = re.compile(r"(- |\d+\. )")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table.

    Examples
    --------
    >>> print(table(("system", "period"), [("Lorenz", "0.75"), ("Rossler", "5.9")]))
    | system | period |
    | ---|--- |
    | Lorenz | 0.75 |
    | Rossler | 5.9 |
    """
    lines = [" | ".join(header), "|".join("---" for _ in header), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def reflowed(text: str) -> str:
    r"""Return Markdown whose paragraphs and list items are filled to lines of at most 120 columns.

    Examples
    --------
    >>> print(reflowed("One\nparagraph.\n\n- an item\n  of two lines\n- another"))
    One paragraph.
    <BLANKLINE>
    - an item of two lines
    - another
    >>> print(reflowed("```\ncode\nmore code\n```\nA\nparagraph."))
    ```
    code
    more code
    ```
    A paragraph.
    """
    paragraphs: list[str] = []
    fenced = False
    for line in text.split("\n"):
        last = paragraphs[-1] if paragraphs else ""
        fence = line.startswith(_FENCE)
        starts = fenced or fence or not line.strip() or line.startswith(_WHOLE) or _ITEM.match(line)
        fenced ^= fence
        if starts or not last.strip() or last.startswith((*_WHOLE, _FENCE)):
            paragraphs.append(line)
        else:
            paragraphs[-1] = f"{last} {line.strip()}"
    return "\n".join(_filled(paragraph) for paragraph in paragraphs)


def _filled(paragraph: str) -> str:
    if len(paragraph) <= WIDTH or paragraph.startswith(_WHOLE):
        return paragraph
    marker = _ITEM.match(paragraph)
    indent = " " * len(marker.group()) if marker else ""
    lines = textwrap.wrap(paragraph, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def write_or_check(pages: Callable[[], Mapping[str, str]], *, source: str | Path, target: str) -> int:
    """Write pages of the documentation, or compare them with the files where ``--check`` is given.

    A source that is a path may be missing, as long as its run is not published: a check then passes, and writing fails.

    Parameters
    ----------
    pages : callable
        Returns the text of each page by its path within ``docs/``. It is called once the command line is read.
    source : str or Path
        The data behind the pages: in words, for the help, or the file.
    target : str
        The target of the Makefile that writes the pages, for the message about pages that are out of date.

    Returns
    -------
    int
        The exit status: 1 if a page is out of date or missing, otherwise 0.
    """
    parser = argparse.ArgumentParser(description=f"Write pages of docs/ from {source}.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is out of date")
    check = parser.parse_args().check
    if isinstance(source, Path) and not source.exists():
        print(f"{source} is missing; {'nothing to check' if check else 'its pages cannot be written'}", file=sys.stderr)
        return int(not check)
    outdated = []
    for name, text in pages().items():
        path = DOCS / name
        if not check:
            write_atomically(path, text.encode())
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            outdated.append(f"docs/{name}")
    if outdated:
        print(f"out of date: {', '.join(outdated)}; run make {target}", file=sys.stderr)
    return int(bool(outdated))
