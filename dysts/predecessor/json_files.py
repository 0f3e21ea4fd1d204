"""JSON files, gzipped or not."""

import gzip
import json
from pathlib import Path
from typing import Any

from dysts.errors import RegistryError, StorageError, unreadable


def read_json(path: Any) -> Any:
    """Return what a JSON file holds, gzipped or not."""
    try:
        content = Path(path).read_bytes()
        return json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    except (EOFError, gzip.BadGzipFile) as error:
        raise StorageError(f"{path} must be a whole gzip file, got a damaged one ({error})") from None
    except OSError as error:
        raise unreadable(Path(path), error) from None
    except ValueError as error:
        raise RegistryError(f"{path} must be JSON, got another text ({error})") from None
