"""The desk, with the channel that the example's package adds: ntfy."""

import sys
from pathlib import Path

from harness.mocks.core.program import run
from harness.mocks.desk.__main__ import Desk

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "own_package"))
    __import__("pallets.ntfy_in_mocks")
    run(Desk)
