"""Bodies that clients send: encoded or not, broken, huge, or never whole; and how each front end says no to them."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import socket
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from harness.mocks.core.incoming import WAIT_S
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks
from tests.mocks.fuzzing.front_ends import FRONT_ENDS, consumers, desk, http, s3, snowflake
from tests.mocks.fuzzing.requests import DEEP, Request
from tests.mocks.fuzzing.target import Target, answer

PAGE = {"owner": "data-ops", "job": "retrieve", "cause": "exit 3", "text": "it failed", "runbook": None}
ROWS = {"business_date": "2026-11-23", "rows": [{"sku": "a", "quantity": 1}]}


def sent(target: Target, request: Request) -> tuple[int, bytes]:
    """Status and body of the answer."""
    request = target.finish(request, target.host)
    with socket.create_connection(("127.0.0.1", target.port), timeout=patience_s()) as line:
        line.sendall(request.bytes(target.host))
        head, body = answer(line)
    return int(head.split(b" ", 2)[1]), body


def packed(request: Request, name: str, body: bytes) -> Request:
    return Request(request.method, request.target, body, request.headers | {"Content-Encoding": name})


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda body: gzip.compress(body[:9], mtime=0) + gzip.compress(body[9:], mtime=0)),
        ("deflate", zlib.compress),
        ("Deflate", lambda body: zlib.compress(body)[2:-4]),
        ("identity", bytes),
    ],
    ids=["gzip", "gzip in members", "deflate", "raw deflate", "identity"],
)
def test_a_body_that_is_validly_encoded_is_read(night: NightOfMocks, name: str, pack: Any) -> None:
    assert sent(desk(night), packed(Request("POST", "/pages"), name, pack(json.dumps(PAGE).encode())))[0] == 201
    rows = ROWS | {"rows": [{"sku": f"sku-{number}", "quantity": number} for number in range(30_000)]}
    target = consumers(night)
    assert sent(target, packed(Request("POST", "/planning/batches"), name, pack(json.dumps(rows).encode()))) == (
        201, b'{"stored": 30000, "replayed": false}',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "body", "status", "said"),
    [
        ("gzip", b"no gzip", 400, "body: found no gzip"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-3], 400, "body: found gzip data that ends early"),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"more", 400, "body: found no gzip"),
        ("deflate", b"\xff\xff\xff", 400, "body: found no deflate"),
        ("deflate", zlib.compress(b"{}") + b"x", 400, "body: found no deflate (bytes behind its end), expected"),
        ("br", b"x", 415, "Content-Encoding: found 'br', expected gzip, deflate or identity"),
        ("gzip, gzip", b"x", 415, "Content-Encoding: found 'gzip, gzip', expected"),
        ("gzip", gzip.compress(bytes(64 << 20), mtime=0), 413, "body: found more, unpacked, expected at most"),
        ("gzip", gzip.compress(b"[[], []]", mtime=0), 400, "body: found [[], []], expected a JSON object"),
        ("identity", b"[" * DEEP + b"]" * DEEP, 400, "body: found nested more than 64 deep, expected a JSON object"),
        ("identity", b'{"a":' * 65 + b"1" + b"}" * 65, 400, "body: found nested more than 64 deep"),
        ("identity", b'{"job": 1e999}', 400, "body: found no JSON (1e999 is beyond what a number can be)"),
        ("identity", b'{"job": -Infinity}', 400, "body: found no JSON (-Infinity is not a JSON number)"),
        ("identity", b'{"job": ' + b"9" * 5000 + b"}", 400, "body: found no JSON (Exceeds the limit"),
        ("identity", b'{"job": "\\ud800"}', 400, "body: found no JSON ('utf-8' codec can't encode"),
        ("identity", b"[" + b"1," * 1_000_001 + b"1]", 400, "body: found some 1,000,002 values, expected at most 1,"),
    ],
    ids=itertools.count(),
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_the_clients_mistake(
    night: NightOfMocks, name: str, body: bytes, status: int, said: str
) -> None:
    answered, told = sent(desk(night), packed(Request("POST", "/pages"), name, body))
    assert (answered, json.loads(told)["error"][: len(said)]) == (status, said)
    ((kind, value, error),) = night.events("page")
    assert (kind, value["field"], error) == ("fail", json.loads(told)["field"], json.loads(told)["error"])


def test_sixty_four_levels_are_taken(night: NightOfMocks) -> None:
    rows = b'{"business_date": "2026-11-23", "rows": [{"sku": "a", "x": %s}]}' % (b"[" * 61 + b"]" * 61)
    assert sent(consumers(night), Request("POST", "/planning/batches", rows))[0] == 201


def test_a_bomb_costs_a_mock_little_memory(night: NightOfMocks) -> None:
    bomb = gzip.compress(bytes(60 << 20)) * 10
    assert len(bomb) < 700_000
    target = consumers(night)
    before_mb = target.memory_mb()
    assert sent(target, packed(Request("POST", "/planning/batches"), "gzip", bomb))[0] == 413
    assert target.memory_mb() - before_mb < 300  # it was 1,250


NO_DOCUMENT = b"[" * DEEP


@pytest.mark.parametrize(
    ("front_end", "request_", "status", "said"),
    [
        (http, Request("POST", "/token", b"x" * (1 << 17)), 413,
         rb'{"error": "body: found 131,072 bytes, expected at most 65,536 bytes"'),
        (snowflake, Request("POST", "/session/v1/login-request", NO_DOCUMENT), 400,
         rb'{"data": null, "code": "390000", "message": "body: found nested .*", "success": false'),
        (s3, Request("POST", "/feeds?delete", b"<a>" * 20), 400, rb".*<Error><Code>MalformedXML</Code>"),
        (s3, Request("POST", "/feeds?delete", b"<a>" * (3 << 20)), 400, rb".*<Code>MaxMessageLengthExceeded</Code>"),
        (s3, Request("PUT", "/feeds/x", b"", {"Content-Length": str(6 << 30)}), 400, rb".*<Code>EntityTooLarge</Code>"),
        (s3, Request("PUT", "/feeds/" + "k" * 1025, b"x"), 400, rb".*<Error><Code>KeyTooLongError</Code>"),
        (s3, Request("GET", "/feeds", headers={"Host": "evil.example"}), 403, rb".*<Error><Code>AccessDenied</Code>"),
    ],
)  # fmt: skip
def test_each_front_end_says_no_in_the_shape_of_its_protocol(
    night: NightOfMocks, front_end: Any, request_: Request, status: int, said: bytes
) -> None:
    answered, told = sent(front_end(night), request_)
    assert answered == status
    assert re.match(said, told, re.DOTALL), told


@pytest.mark.parametrize("value", ["Tue, 2147483648 Jan 99999 00:00:00 GMT", "Wed, 21 Oct 2015 07:28:00 +9999", "x"])
def test_a_date_that_is_none_is_no_condition(night: NightOfMocks, value: str) -> None:
    target = http(night)
    for name in ("If-Unmodified-Since", "If-Modified-Since"):
        request = Request("GET", target.sound.target, headers=target.sound.headers | {name: value})
        assert sent(target, request)[0] == 200


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_a_header_that_is_no_text_is_refused(night: NightOfMocks, front_end: str) -> None:
    target = FRONT_ENDS[front_end](night)
    assert sent(target, Request("GET", "/", headers={"Authorization": "\udcff"}))[0] == 400


def test_a_body_that_does_not_come_ends_after_a_while(night: NightOfMocks) -> None:
    target = desk(night)
    with socket.create_connection(("127.0.0.1", target.port), timeout=patience_s()) as line:
        line.sendall(b"POST /pages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        target.is_sound()
        night.run(WAIT_S / 60 + 1)
        assert line.recv(65536).startswith(b"HTTP/1.1 408 ")
    target.close()


def test_a_client_that_never_stops_sending_is_cut_off(night: NightOfMocks) -> None:
    target = desk(night)
    with socket.create_connection(("127.0.0.1", target.port), timeout=patience_s()) as line:
        line.sendall(b"POST /none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
        came_mb = 0
        with suppress(ConnectionError):
            while came_mb < 2_000:
                line.sendall(chunk)
                came_mb += 1
    assert 64 <= came_mb < 200


def test_what_a_client_sends_is_kept_up_to_a_bound_that_is_said(night: NightOfMocks) -> None:
    target = desk(night)
    long = PAGE | {"text": "x" * (2 << 20), "cause": "\u00e9" * 9_000}
    assert sent(target, Request("POST", "/pages", json.dumps(long).encode()))[0] == 201
    _, (_, page, _) = night.events("page")
    assert page["text"] == "x" * 8_192 + "\u2026 (2,097,152 characters, the first 8,192 are kept)"
    assert page["cause"].endswith("\u2026 (9,000 characters, the first 8,192 are kept)")
    assert night.played["desk"].get("/pages").json()["pages"][0]["text"] == page["text"]
    assert Path(target.history).stat().st_size < 80_000


def test_rows_with_long_keys_stay_apart(night: NightOfMocks) -> None:
    target = consumers(night)
    rows = [{"sku": "x" * (1 << 20) + end} for end in ("a", "b", "a")]
    body = json.dumps({"business_date": "2026-11-23", "rows": rows}).encode()
    assert sent(target, Request("POST", "/planning/batches", body))[0] == 201
    night.played["consumers"].done("POST", "settle")
    first, second, third = (key for key, _ in night.held("planning"))
    assert first == third != second
    assert len(first) < 1_200
    assert "(1,048,577 characters, the first 1,024 are kept; " in first


def test_any_text_of_a_client_is_bounded_in_the_history(night: NightOfMocks) -> None:
    target = snowflake(night)
    login = json.loads(target.sound.body)
    login["data"]["LOGIN_NAME"] = "u" * 100_000
    assert sent(target, Request("POST", target.sound.target, json.dumps(login).encode()))[0] == 200
    assert max(map(len, Path(target.history).read_text().splitlines())) < 10_000
