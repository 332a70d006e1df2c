"""`python -m model COMMAND`, and `gatescope COMMAND` where it is installed."""

from __future__ import annotations

import sys

from model.command_line import main

if __name__ == "__main__":
    sys.exit(main())
