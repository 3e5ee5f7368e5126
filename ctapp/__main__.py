"""`python -m ctapp`: the same commands as `ctapp`. Nothing else lives here."""

import sys

from ctapp.cli import main

if __name__ == "__main__":
    sys.exit(main())
