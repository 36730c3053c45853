"""A mock under fuzzing: what is sent to it, and what must hold after each request."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.calibration import patience_s
from tests.mocks.fuzzing.requests import GARBAGE, Request, mutated, spoiled

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


@dataclass
class Target:
    """One port of one mock. ``sound`` is a valid request of those in ``valid``, asked after each bad one.

    ``finish`` signs a request where its protocol wants that: with what is wrong in it, or it would not get far.
    """

    port: int
    pid: int
    history: Path
    valid: Sequence[Request]
    sound: Request
    finish: Callable[[Request, str], Request] = lambda request, _: request
    _seen: int = 0
    _kept: socket.socket | None = None
    statuses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to measure its memory: what another test made of it is over."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def made(self, seed: int) -> bytes:
        """What is sent for a seed."""
        random = Random(seed)
        if random.random() < 0.04:
            return random.choice(GARBAGE)
        bad = mutated(random, random.choice(self.valid))
        raw = (self.finish(bad, self.host) if random.random() < 0.9 else bad).bytes(self.host)
        return spoiled(random, raw) if random.random() < 0.1 else raw

    def complaint(self, raw: bytes) -> str | None:
        """What is wrong with the mock after these bytes; None when it goes on as before."""
        with self._connected() as line:
            line.settimeout(patience_s())
            self.is_sound()  # the connection is accepted by then
            with suppress(OSError):  # it may be refused before all of it was sent
                line.sendall(raw)
            wrong = self.is_sound() or self.is_sound()  # twice, so that the mock has had the turn for the bad one
            line.setblocking(False)
            try:
                got = line.recv(65536)
            except OSError:
                got = b""
        if (status := _STATUS.match(got)) is not None:
            self.statuses.append(int(status[1]))
            if status[1] == b"500":
                wrong = wrong or f"a 500: {got[:2000]!r}"
        return self.bugs() or wrong

    def bugs(self) -> str | None:
        """The bug events that were written since the last look."""
        with self.history.open("rb") as file:
            file.seek(self._seen)
            new = file.read()
        self._seen += len(new)
        bugs = [line.decode() for line in new.splitlines() if b'"action": "bug"' in line]
        return "\n".join(bugs) or None

    def memory_mb(self) -> int:
        """The most that the mock's process has held at once."""
        found = _PEAK.search(Path(f"/proc/{self.pid}/status").read_text())
        assert found, self.pid
        return int(found[1]) >> 10

    def close(self) -> None:
        """Let go of the connection that is kept."""
        if self._kept is not None:
            self._kept.close()

    def _connected(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=patience_s())

    def is_sound(self) -> str | None:
        """Ask the valid request over a connection of its own, which is used as long as it goes on."""
        raw = self.finish(self.sound, self.host).bytes(self.host)
        for _ in range(2):
            kept, self._kept = self._kept or self._connected(), None
            kept.settimeout(patience_s())
            try:
                kept.sendall(raw)
                got, _ = answer(kept)
            except (OSError, EOFError):
                got = b""
            if _STATUS.match(got):
                self._kept = kept
                return None if got[9:10] == b"2" else f"a valid request was answered {got[:300]!r}"
            kept.close()
        return "a valid request had no answer"


def answer(line: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one whole answer, whose length is stated."""
    got = b""
    while b"\r\n\r\n" not in got:
        if not (piece := line.recv(65536)):
            raise EOFError
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    while length and len(body) < int(length[1]):
        if not (piece := line.recv(65536)):
            raise EOFError
        body += piece
    return head, body
