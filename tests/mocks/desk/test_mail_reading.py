"""Mails as they must not be: each is read in the end, and soon, whatever its sender meant by it."""

from __future__ import annotations

import time

import pytest

from harness.mocks.desk.channels.mail_reading import LONGEST_HEADER, message_in
from harness.mocks.desk.message import MOST_FIELDS, fields_of_text

HEAD = b"Subject: retrieve failed\r\n"
AT_MOST_S = 20.0
"""Of CPU time, on a machine that does much else; what it was before took minutes and more."""


def nested(levels: int) -> bytes:
    parts = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(levels)
    )
    return HEAD + b"".join(parts) + b"\r\nJob: retrieve\r\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(nested(3_000), id="parts inside each other"),
        pytest.param(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"hi", id="mails inside each other"),
        pytest.param(HEAD + b"Content-Type: text/plain" + b"(" * 5_000 + b"\r\n\r\nhi", id="comments inside others"),
        pytest.param(HEAD + b"Content-Disposition: " + b"(" * 5_000 + b"\r\n\r\nhi", id="of a disposition"),
        pytest.param(
            HEAD + b"Content-Disposition: attachment; filename*0*=''; filename*1=x; filename*=u'\r\n\r\nhi",
            id="a name in pieces and whole",
        ),
        pytest.param(HEAD + b'Content-Type: text/plain; charset="a\0b"\r\n\r\nhi', id="a character set with a zero"),
        pytest.param(HEAD + b"Content-Type: text/plain; charset*=x'y'%ff%zz\r\n\r\nhi", id="one in another encoding"),
    ],
)
def test_what_its_parts_are_broken_by_is_no_bug(content: bytes) -> None:
    message = message_in(content)
    assert message.title == "retrieve failed"
    assert message.text


@pytest.mark.parametrize(
    "mark", [b"<", b"<!", b"<!--", b"</", b"<a ", b"<a b='", b"<![CDATA[", b"<?", b"&#", b"<script>"]
)
def test_marks_that_never_end_are_read_soon(mark: bytes) -> None:
    began_s = time.process_time()
    message_in(HEAD + b"Content-Type: text/html\r\n\r\n" + mark * (400_000 // len(mark)))
    assert time.process_time() - began_s < AT_MOST_S


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"".join(b"X-H%d: 1\r\n" % n for n in range(40_000)) + b"\r\nhi", id="many headers"),
        pytest.param(b"Subject: " + b"=?utf-8?q?a?= " * 60_000 + b"\r\n\r\nhi", id="many encoded words"),
        pytest.param(b"Content-Type: text/plain; " + b"a=b; " * 100_000 + b"\r\n\r\nhi", id="many parameters"),
        pytest.param(HEAD + b"\r\n" + b"\r\n" * 65_000, id="blank lines"),
    ],
)
def test_there_is_never_too_much_of_it(content: bytes) -> None:
    began_s = time.process_time()
    message = message_in(content)
    assert time.process_time() - began_s < AT_MOST_S
    assert len(message.title) <= LONGEST_HEADER
    assert len(message.fields) <= 2 * MOST_FIELDS


def test_stars_and_blank_lines_are_fields_as_soon_as_others() -> None:
    began_s = time.process_time()
    assert fields_of_text("\n" * 65_000 + "Job: x") == {"job": "x"}
    assert fields_of_text("a:x" + "*" * 65_000 + "x")["a"].startswith("x")
    assert time.process_time() - began_s < AT_MOST_S


def test_a_heading_names_the_next_line_unless_that_has_a_name_of_its_own() -> None:
    assert fields_of_text("Cause:\n\n  exit 3\nJob: x") == {"cause": "exit 3", "job": "x"}
    assert fields_of_text("Log:\nJob: retrieve\nCause: exit 3") == {"job": "retrieve", "cause": "exit 3"}


def test_html_is_read_as_a_person_does() -> None:
    head = b"Subject: =?utf-8?q?f=C3=BCr?=\r\nContent-Type: text/html\r\n\r\n"
    unseen = b"<style>p {a: b}</style><!-- Job: other -->"
    seen = b"<p>Job:&nbsp;<b>retrieve</b><br/>Cause: a &lt; b</p><table><tr><td>x<td>y"
    message = message_in(head + unseen + seen)
    assert message.title == "für"
    assert message.text == "Job:\xa0retrieve\nCause: a < b\n x y"
    assert message.fields == {"job": "retrieve", "cause": "a < b"}
