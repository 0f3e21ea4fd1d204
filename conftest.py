"""Found before anything is imported, also for doctests: the cache folder of the tests lies in the checkout."""

import os
from pathlib import Path

os.environ.setdefault("DYSTS_CACHE", str(Path(__file__).parent / "build" / "test-cache"))

# Programs for people, one of which runs inside another environment.
collect_ignore = ["tests/performance"]
