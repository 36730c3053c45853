"""The consumers, with the kind that the example's package adds: a gate's terminal."""

import sys
from pathlib import Path

from harness.mocks.consumers.__main__ import Consumers
from harness.mocks.core.program import run

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "own_package"))
    __import__("pallets.dock_in_mocks")
    run(Consumers)
