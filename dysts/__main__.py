"""``python -m dysts`` is the command ``dysts``."""

import sys

from dysts.cli import main

if __name__ == "__main__":
    sys.exit(main())
