"""What SMTP says to a client that speaks it badly, or that is gone, and what of it the desk records."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.calibration import patience_s
from tests.mocks.desk.conftest import Desk

SENDER = b"MAIL FROM:<batch@night.example>\r\n"
TO = b"RCPT TO:<data-ops@night.example>\r\n"
MAIL = b"Subject: retrieve failed\r\n\r\nexit 3\r\n.\r\n"


class Line:
    """A connection, byte by byte."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience_s())
        self._file = self.socket.makefile("rb")
        assert self.code() == 220
        self.say(b"EHLO batch01\r\n")
        assert self.code() == 250

    def say(self, raw: bytes) -> None:
        self.socket.sendall(raw)

    def code(self) -> int:
        """Of the next whole answer."""
        while (line := self._file.readline())[3:4] == b"-":
            pass
        return int(line[:3])

    def codes(self, number: int) -> list[int]:
        return [self.code() for _ in range(number)]

    def hang_up(self) -> None:
        """Say no more, until the desk has noticed it."""
        self.socket.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while self.socket.recv(4096):
                pass

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@pytest.fixture
def line(desk: Desk) -> Iterator[Line]:
    made = Line(desk.played.endpoints["smtp"])
    yield made
    made.close()


def test_commands_out_of_order_are_refused_and_the_dialogue_goes_on(desk: Desk, line: Line) -> None:
    for said, code in (
        (b"DATA\r\n", 503),
        (TO, 503),
        (b"MAIL TO:<x>\r\n", 501),
        (SENDER, 250),
        (SENDER, 503),
        (b"DATA\r\n", 503),
        (b"RCPT data-ops\r\n", 501),
        (b"BDAT 5 LAST\r\n", 500),
        (b"XYZZY\r\n", 500),
        (TO, 250),
        (b"DATA now\r\n", 501),
        (b"DATA\r\n", 354),
        (MAIL, 250),
        (b"QUIT\r\n", 221),
    ):
        line.say(said)
        assert line.code() == code, said
    assert len(desk.told()) == 1
    assert {field for field, _ in desk.lost()} <= {"command", "parameters"}


def test_a_command_that_is_too_long_is_refused_and_a_line_of_a_mail_is_taken(desk: Desk, line: Line) -> None:
    """As Postfix does: a log in one line is what it is."""
    line.say(b"NOOP " + b"x" * 5_000 + b"\r\n")
    assert line.code() == 500
    line.say(SENDER + TO + b"DATA\r\n")
    assert line.codes(3) == [250, 250, 354]
    line.say(b"Subject: retrieve failed\r\n\r\n" + b"x" * 500_000 + b"\r\n.\r\n")
    assert line.code() == 250
    assert "characters, of which" in desk.told()[0]["text"]


def test_a_whole_dialogue_at_once_is_answered_in_its_order(desk: Desk, line: Line) -> None:
    line.say(SENDER + TO + b"DATA\r\n" + MAIL + SENDER + TO + b"DATA\r\n" + MAIL + b"QUIT\r\n")
    assert line.codes(9) == [250, 250, 354, 250, 250, 250, 354, 250, 221]
    assert len(desk.told()) == 2


def test_eight_bits_are_taken_as_they_are(desk: Desk, line: Line) -> None:
    line.say(SENDER.replace(b"\r\n", b" BODY=8BITMIME\r\n") + TO + b"DATA\r\n")
    assert line.codes(3) == [250, 250, 354]
    line.say("Subject: für\r\n\r\nCause: größer\r\n.\r\n".encode())
    assert line.code() == 250
    assert [page["cause"] for page in desk.told()] == ["größer"]


def test_a_mail_that_is_cut_tells_nobody_and_is_recorded(desk: Desk, line: Line) -> None:
    line.say(SENDER + TO + b"DATA\r\n")
    assert line.codes(3) == [250, 250, 354]
    line.say(b"Subject: retrieve failed\r\n\r\nhalf of")
    line.hang_up()
    with smtplib.SMTP("127.0.0.1", desk.played.endpoints["smtp"], timeout=patience_s()) as client:
        client.sendmail("batch@night.example", ["data-ops@night.example"], b"Subject: another\r\n\r\nx")
    assert [page["cause"] for page in desk.told()] == ["another"]
    assert desk.lost() == [("connection", "its sender hung up before all of it was here")]


def test_who_asks_and_hangs_up_has_lost_no_page(desk: Desk, line: Line) -> None:
    line.say(SENDER + TO)
    assert line.codes(2) == [250, 250]
    line.hang_up()
    with smtplib.SMTP("127.0.0.1", desk.played.endpoints["smtp"], timeout=patience_s()) as client:
        client.noop()
    assert desk.lost() == []


def test_a_mail_of_the_last_night_is_not_recorded_in_the_next(desk: Desk, line: Line) -> None:
    line.say(SENDER + TO + b"DATA\r\n")
    assert line.codes(3) == [250, 250, 354]
    desk.played.done("POST", "reset", desk.night.plan)
    assert line.socket.recv(1) == b""
    assert desk.lost() == []
