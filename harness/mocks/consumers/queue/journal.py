"""The server's own log of its changes: in it when their answers go out, in their order, and by what they did.

A script is there as the changes that it made, a wait that ended as the move that it became, and what was refused or
changed nothing is not there at all.
"""

from __future__ import annotations

import os
from pathlib import Path

from harness.mocks.consumers.queue.resp import Command, Requests

READ_BYTES = 1 << 20

Change = tuple[Command, ...]
"""What was done at once: one request, or all of a transaction or script."""


class Journal:
    """Reads the append-only file behind its writer."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self.forget()

    def forget(self) -> None:
        """Begin anew with an empty file: its writer only ever appends."""
        os.ftruncate(self._descriptor, 0)
        self._at = 0
        self._requests = Requests()
        self._database = b"0"
        self._together: list[Command] | None = None
        self._kept: list[Change] = []

    def read(self) -> list[Change]:
        """What has been changed in the first database since it was asked last."""
        found, self._kept = self._kept, []
        while data := os.pread(self._descriptor, READ_BYTES, self._at):
            self._at += len(data)
            for command in self._requests.feed(data):
                self._take(command, found)
        return found

    def leave_out(self, name: bytes, key: bytes) -> None:
        """The next change by such a request is the mock's own, and told to nobody."""
        self._kept = self.read()
        for change in self._kept:
            if any(command.words[0] == name and key in command.words for command in change):
                self._kept.remove(change)
                return

    def close(self) -> None:
        """Leave it."""
        os.close(self._descriptor)

    def _take(self, command: Command, found: list[Change]) -> None:
        match command.name:
            case "SELECT":
                self._database = command.words[1]
            case "MULTI":
                self._together = []
            case "EXEC":
                found.append(tuple(self._together or ()))
                self._together = None
            case _ if self._database != b"0":
                pass
            case _ if self._together is not None:
                self._together.append(command)
            case _:
                found.append((command,))
