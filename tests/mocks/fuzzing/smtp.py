"""Mail, fuzzed: what a client says line by line, some of it wrong, and the mail itself."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

from tests.calibration import patience_s
from tests.mocks.fuzzing.requests import GARBAGE, TEXTS, spoiled

OWNER = "data-ops@night.example"
MAILS = (
    b"Subject: failed\r\n\r\nJob: retrieve\r\nCause: exit 3\r\n",
    b"Subject: =?utf-8?b?cmV0cmlldmU=?=\r\nContent-Type: text/html; charset=latin-1\r\n\r\n<p>Job: <b>x</b></p>\r\n",
    b"\r\n".join(
        [
            b"Content-Type: multipart/mixed; boundary=b",
            b"",
            b"--b",
            b"",
            b"text",
            b"--b",
            b"Content-Disposition: attachment; filename=a.bin",
            b"Content-Transfer-Encoding: base64",
            b"",
            b"/wA=",
            b"--b--",
            b"",
        ]
    ),
    b"Content-Type: text/plain; charset=none\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=ff=\r\n",
    b"Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 30,
    b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1_500)),
    b"Content-Disposition: attachment; filename*0*=''; filename*=x'\r\nContent-Type: text/plain"
    + b"(" * 3_000
    + b"\r\n",
    b"Content-Type: text/html\r\n\r\n" + b"<!--" * 50_000 + b"\r\n",
    b"",
)
COMMANDS = (
    "AUTH",
    "BDAT",
    "DATA",
    "EHLO",
    "EXPN",
    "HELO",
    "HELP",
    "MAIL",
    "NOOP",
    "QUIT",
    "RCPT",
    "RSET",
    "STARTTLS",
    "VRFY",
)


def dialogue(seed: int) -> bytes:
    """All that one client says, without waiting for an answer."""
    random = Random(seed)
    if random.random() < 0.1:
        return random.choice(GARBAGE)
    lines = [
        b"EHLO batch01", b"MAIL FROM:<a@night.example> SIZE=100", b"RCPT TO:<%s>" % OWNER.encode(),
        b"RCPT TO:<nobody@night.example>", b"DATA", random.choice(MAILS) + b".", b"QUIT",
    ]  # fmt: skip
    for _ in range(random.randint(0, 3)):
        at = random.randrange(len(lines))
        match random.randrange(5):
            case 0:
                lines[at] = spoiled(random, lines[at])
            case 1:
                del lines[at]
            case 2:
                lines.insert(at, _odd(random))
            case 3:
                lines[at] = lines[at].partition(b":")[0] + b":" + random.choice(TEXTS).encode("utf-8", "surrogatepass")
            case _:
                lines.insert(at, lines[random.randrange(len(lines))])
    return b"\r\n".join(lines) + random.choice((b"\r\n", b"", b"\n"))


@contextmanager
def saying(port: int, raw: bytes) -> Iterator[None]:
    """Say it all, the end of a mail and of the talk too; nobody listens to the answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience_s()) as line:
        with suppress(OSError):  # it may hang up
            line.sendall(raw + b"\r\n.\r\nQUIT\r\n")
        yield


def is_sound(port: int) -> bool:
    """Whether a good mail is taken."""
    with smtplib.SMTP("127.0.0.1", port, timeout=patience_s()) as client:
        return not client.sendmail("a@night.example", [OWNER], MAILS[0])


def _odd(random: Random) -> bytes:
    text = random.choice(TEXTS).encode("utf-8", "surrogatepass")
    plain = (b"AUTH PLAIN ", b"AUTH LOGIN ", b"AUTH CRAM-MD5 ", b"MAIL FROM:<> ", b"RCPT TO:", b"EHLO ", b"STARTTLS ")
    return random.choice([*(one + text for one in plain), random.choice(COMMANDS).encode(), b"x" * 2_000, text])
