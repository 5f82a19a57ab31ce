"""`python -m meterhouse` is the command line."""

import sys

from meterhouse.cli import main

if __name__ == "__main__":
    sys.exit(main())
