"""The consumers' mock on a machine that has no Valkey."""

from harness.mocks.consumers.__main__ import Consumers
from harness.mocks.consumers.queue import programs, server
from harness.mocks.core.program import run


def find() -> programs.Program:
    """Look where nothing is."""
    return programs.find(packages={}, path="/nowhere")


if __name__ == "__main__":
    server.find = find
    run(Consumers)
