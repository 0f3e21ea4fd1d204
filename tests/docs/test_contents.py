"""Every page of the documentation is found from its start page."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def _reached(page: Path, seen: set[Path]) -> set[Path]:
    if page not in seen:
        seen.add(page)
        for block in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(), flags=re.DOTALL):
            for line in block.splitlines():
                entry = line.partition("<")[2].rstrip("> ") or line.strip()
                below = (page.parent / f"{entry}.md").resolve()
                if not entry.startswith(":") and below.exists():
                    _reached(below, seen)
    return seen


def test_every_page_is_in_a_table_of_contents():
    pages = {
        page.resolve()
        for page in DOCS.rglob("*.md")
        if not page.name.endswith(".template.md") and "orphan: true" not in page.read_text()[:60]
    }
    missing = pages - _reached((DOCS / "index.md").resolve(), set())
    assert len(pages) > 30
    assert sorted(str(page.relative_to(DOCS.resolve())) for page in missing) == []
