"""Where the links of an open page lead."""

from pathlib import Path
from typing import Any


def internal_links(page: Any) -> list[Path]:
    """Return the files that the links of the open page lead to."""
    targets = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [Path(target.removeprefix("file://").partition("#")[0]) for target in targets if target.startswith("file:")]
