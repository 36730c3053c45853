"""SFTP, fuzzed twice: the bytes before anybody is logged in, and the packets of a client that is."""

from __future__ import annotations

import itertools
import struct
from random import Random

import paramiko

from harness.contract.endpoints import SFTP
from tests.calibration import patience_s
from tests.mocks.fuzzing.requests import GARBAGE, TEXTS, spoiled

HELLO = b"SSH-2.0-fuzz\r\n"
INIT, OPEN, READ, WRITE, REALPATH = 1, 3, 5, 6, 16
WITH_A_PATH = (7, 9, 11, 13, 14, 15, 16, 17, 18, 19, 20)
WITH_A_HANDLE = (4, 5, 6, 8, 10, 12)
EXTENSIONS = (b"posix-rename@openssh.com", b"statvfs@openssh.com", b"fsync@openssh.com", b"limits@openssh.com", b"x")


def greeting(seed: int) -> bytes:
    """What a client says that may not even speak SSH."""
    random = Random(seed)
    match random.randrange(4):
        case 0:
            return random.choice(GARBAGE)
        case 1:
            return (
                HELLO
                + struct.pack(">IB", random.choice((0, 1, 12, 35_000, 2**31, 2**32 - 1)), 4)
                + random.randbytes(64)
            )
        case 2:
            exchange = bytes([20]) + random.randbytes(16) + struct.pack(">I", 2**31) + random.randbytes(40)
            return HELLO + struct.pack(">IB", len(exchange) + 9, 8) + exchange + bytes(8)
        case _:
            return spoiled(random, HELLO + b"\x00\x00\x00\x0c\x0a\x14" + bytes(10)) + b"x" * random.choice((0, 300_000))


def _text(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _path(random: Random) -> bytes:
    chosen = (b"/inbox/forecast.csv", b"/inbox", b"/", b"..", b"/" + b"a/" * 3_000, b"/inbox/up.csv", b"\xff\xfe\x00")
    return random.choice((*chosen, random.choice(TEXTS).encode("utf-8", "surrogatepass")))


def _number(random: Random) -> int:
    return random.choice((0, 1, 5, 2**31, 2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1))


def _attributes(random: Random) -> bytes:
    return random.choice((
        bytes(4), struct.pack(">IQ", 1, _number(random)), struct.pack(">II", 4, random.getrandbits(32)),
        struct.pack(">III", 8, random.getrandbits(32), random.getrandbits(32)), b"\xff\xff\xff\xff",
        struct.pack(">III", 0x80000000, 2**31, 5), b"",
    ))  # fmt: skip


def packet(random: Random, handles: list[bytes]) -> bytes:
    """One packet, mostly of SFTP's own form, behind its length."""
    kind = random.choice((OPEN, OPEN, WRITE, READ, 200, random.randrange(256), *WITH_A_PATH, *WITH_A_HANDLE))
    body = struct.pack(">I", random.choice((7, 2**32 - 1)))
    if kind in WITH_A_HANDLE:
        body += _text(random.choice([*handles, b"", b"none", b"\x00" * 300]))
        more = {READ: struct.pack(">QI", _number(random), random.choice((0, 9, 2**31, 2**32 - 1)))}
        more |= {WRITE: struct.pack(">Q", _number(random)) + _text(b"hello"), 10: _attributes(random)}
        body += more.get(kind, b"")
    elif kind == 200:
        body += _text(random.choice(EXTENSIONS)) + _text(_path(random)) + _text(_path(random))
    else:
        body += _text(_path(random))
        body += struct.pack(">I", random.choice((1, 2, 26, 0x3A, 6, 2**32 - 1))) if kind == OPEN else b""
        body += _text(_path(random)) if kind in (18, 20) else _attributes(random)
    whole = bytes([kind]) + body
    if random.random() < 0.15:
        whole = spoiled(random, whole)
    length = random.choice((0, 1, 2**24, 2**32 - 1)) if random.random() < 0.05 else len(whole)
    return struct.pack(">I", length) + whole


class Session:
    """A client that is logged in, and says what it likes."""

    def __init__(self, port: int) -> None:
        self._ssh = paramiko.Transport(("127.0.0.1", port))
        self._ssh.connect(username=SFTP["user"], password=SFTP["password"])
        self._channel = self._ssh.open_session(timeout=patience_s())
        self._channel.settimeout(patience_s())
        self._channel.invoke_subsystem("sftp")
        self._channel.sendall(struct.pack(">IBI", 5, INIT, 3))
        self._ids = itertools.count(1_000)
        self._answer()
        self.handles = [self._opened(b"/inbox/forecast.csv", 1), self._opened(b"/inbox/written.csv", 0x1A)]

    def close(self) -> None:
        self._ssh.close()

    def goes_on_after(self, raw: bytes) -> bool:
        """Send it, then a good request; whether that is answered. It need not be: a server may hang up."""
        try:
            self._channel.sendall(raw)
            return self._asked(REALPATH, _text(b".")) is not None
        except (OSError, EOFError):
            return False

    def _opened(self, path: bytes, flags: int) -> bytes:
        answer = self._asked(OPEN, _text(path) + struct.pack(">II", flags, 0))
        assert answer, "a good open was not answered"
        return answer[9:]

    def _asked(self, kind: int, body: bytes) -> bytes | None:
        number = next(self._ids)
        self._channel.sendall(struct.pack(">IBI", len(body) + 5, kind, number) + body)
        while (answer := self._answer())[1:5] != struct.pack(">I", number):
            pass  # to what was sent before
        return answer

    def _answer(self) -> bytes:
        return self._exactly(struct.unpack(">I", self._exactly(4))[0])

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            if not (piece := self._channel.recv(count - len(got))):
                raise EOFError
            got += piece
        return got
