"""Whatever comes to a consumer over HTTP: its protocol's own error, nothing lost, and never a bug of ours."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import quote

import pytest

from harness.contract.consumers import HTTP_GRANTS
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played

DATE = "2026-11-23"
ROWS: list[dict[str, Any]] = [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]
AGREED = {"kind": "http", "key": ["sku"], "versions": True, "required": ["n"], "unique": ["sku"]}
GUARDED = {"kind": "http", "key": ["sku"], "auth": "bearer", "page_rows": 1}


@pytest.fixture
def consumers(night: NightOfMocks) -> Played:
    night.plan["consumers"] = {"planning": {"kind": "http", "key": ["sku"]}, "agreed": AGREED, "guarded": GUARDED}
    return night.start("consumers")


def raw(consumers: Played, head: str | bytes, body: bytes = b"", *, ends: bool = True) -> bytes:
    """What comes back for bytes; ``ends``: the client says no more."""
    with socket.create_connection(("127.0.0.1", consumers.endpoints["consumers"]), timeout=patience_s()) as line:
        sent = head.encode("utf-8", "surrogateescape") if isinstance(head, str) else head
        line.sendall(sent.replace(b"\n", b"\r\n") + b"\r\n\r\n" + body)
        if ends:
            line.shutdown(socket.SHUT_WR)
        found = b""
        while piece := line.recv(65_536):
            found += piece
        return found


def goes_on(night: NightOfMocks, consumers: Played, rows: int = 0) -> None:
    """Nothing is a bug, nothing was stored that was refused, and the next batch is taken."""
    assert consumers.get("/planning/plan").json()["rows"] == rows
    assert consumers.post("/planning/batches", {"business_date": DATE, "rows": ROWS}).status == 201
    consumers.done("POST", "settle")
    assert night.events("bug") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/agreed/plan?business_date=%0d%0aX-Evil:%201", 400),
        ("/agreed/plan?business_date=%00", 400),
        ("/agreed/plan?business_date=2026-11-31", 400),
        ("/planning/plan?business_date=", 400),
        ("/planning/plan?business_date=2026-11-23&business_date=x", 200),
        ("/planning/rows?business_date=%F0%9F%92%A5", 400),
        ("/planning/rows?page=0", 400),
        ("/planning/rows?page=-1", 400),
        ("/planning/rows?page=1_0", 400),
        ("/planning/rows?page=%D9%A3", 400),
        ("/planning/rows?page=99999999999999999999999999", 400),
        ("/planning/rows?page=2", 404),
        ("/nobody/plan", 404),
        ("//plan", 404),
        ("/planning%2Fbatches", 404),
        ("/planning/", 404),
        ("/", 404),
    ],
)
def test_of_a_question_that_is_none_its_asker_is_told(
    night: NightOfMocks, consumers: Played, path: str, status: int
) -> None:
    answer = consumers.get(path)
    assert answer.status == status, answer.data
    assert "X-Evil" not in answer.headers
    goes_on(night, consumers)


@pytest.mark.parametrize("date", ["", "x", "%0d%0aX:1", "2026-1-1", "2026-11-31", "%ff", "%00"])
def test_a_date_that_is_none_withdraws_nothing(night: NightOfMocks, consumers: Played, date: str) -> None:
    for name in ("planning", "agreed"):
        url = consumers.url(f"/{name}/plan?business_date={date}")
        assert consumers.http.request("DELETE", url, headers={"If-Match": "*"}).status == 400
    goes_on(night, consumers)


@pytest.mark.parametrize(
    "rows",
    [
        '[{"sku": "a", "n": 1e400}]',
        '[{"sku": "a", "n": NaN}]',
        '[{"sku": "a", "n": ' + "9" * 5_000 + "}]",
        '[{"sku": "\\ud800", "n": 1}]',
        '[{"sku": "a", "n": ' + "[" * 100 + "]" * 100 + "}]",
        '[{"sku": "a", "n": ' + "[" * 100_000,
        '[{"sku": null, "n": 1}]',
        '[{"sku": [], "n": 1}]',
        '[{"sku": {}, "n": 1}]',
        "[[]]",
        "[1]",
        "[null]",
        '{"sku": "a"}',
        '"rows"',
        "null",
        "1",
    ],
)
def test_rows_that_are_none_are_refused_and_none_is_stored(night: NightOfMocks, consumers: Played, rows: str) -> None:
    body = f'{{"business_date": "{DATE}", "rows": {rows}}}'.encode()
    for name in ("planning", "agreed"):
        answer = consumers.post(f"/{name}/batches", body, **{"If-Match": "*"})
        assert answer.status == 400, answer.data
    goes_on(night, consumers)


@pytest.mark.parametrize(
    "row",
    [
        {"sku": "a\tb\nc\rd", "n": 1},
        {"sku": "\u2028\x85\x00", "n": 1},
        {"sku": "},{", "n": "},{"},
        {"sku": True, "n": 1},
        {"sku": 1e300, "n": 1},
        {"sku": 10**40, "n": 1},
        {"sku": "😀" * 3_000, "n": 1},
        {"sku": "a|b", "n": 1, "": {"": [[]]}},
    ],
)
def test_odd_rows_are_kept_as_they_are(night: NightOfMocks, consumers: Played, row: dict[str, Any]) -> None:
    for name in ("planning", "agreed"):
        batch = {"business_date": DATE, "rows": [row]}
        assert consumers.post(f"/{name}/batches", batch, **{"If-Match": "*", "Idempotency-Key": "k"}).status == 201
        assert consumers.get(f"/{name}/rows").json()["results"] == [row]
    goes_on(night, consumers, rows=1)
    assert len(night.held("planning")) == 3


@pytest.mark.parametrize(
    "head",
    [
        {"Content-Type": "text/csv"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "nonsense"},
        {"Accept": "application/xml"},
        {"If-Match": '"x", W/"y", ,,,'},
        {"Idempotency-Key": "x" * 5_000},
        {"Idempotency-Key": ""},
        {"Idempotency-Key": "ключ-\u2028"},
    ],
)
def test_what_a_sender_says_beside_its_batch_loses_none_of_it(
    night: NightOfMocks, consumers: Played, head: dict[str, str]
) -> None:
    encoded = {name: value.encode().decode("latin-1") for name, value in head.items()}
    for _ in range(2):
        answer = consumers.post("/planning/batches", {"business_date": DATE, "rows": ROWS}, **encoded)
        assert answer.status in (200, 201), answer.data
    held = consumers.get("/planning/plan").json()["rows"]
    assert held == (2 if "Idempotency-Key" in head else 4)
    goes_on(night, consumers, rows=held)


POST = "POST /planning/batches HTTP/1.1\nHost: localhost"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"{POST}\nContent-Length: 1000", b'{"business_date": "2026-11-23"'),
        (f"{POST}\nTransfer-Encoding: chunked", b'5\r\n{"bus'),
        (f"{POST}\nTransfer-Encoding: chunked", b"ZZ\r\n"),
        (f"{POST}\nTransfer-Encoding: chunked", b"ffffffffffffffffffff\r\n"),
        (f"{POST}\nTransfer-Encoding: chunked\nContent-Length: 5", b"0\r\n\r\n"),
        (f"{POST}\nContent-Length: -1", b""),
        (f"{POST}\nContent-Length: 1e3", b""),
        (f"{POST}\nContent-Length: 99999999999999999999", b""),
        (f"{POST}\nContent-Encoding: gzip\nContent-Length: 4", b"\x1f\x8b\x08\x00"),
        (f"{POST}\nContent-Encoding: br\nContent-Length: 4", b"abcd"),
        (f"{POST}\nExpect: miracles\nContent-Length: 2", b"{}"),
        (f"{POST}\nIdempotency-Key: \udcff\nContent-Length: 2", b"{}"),
        (f"{POST}\nX: " + "y" * 20_000, b""),
        ("POST /planning/batches HTTP/9.9", b""),
        ("OPTIONS * HTTP/1.1\nHost: localhost", b""),
        ("CONNECT planning:443 HTTP/1.1\nHost: localhost", b""),
        ("GET http://[::1 HTTP/1.1\nHost: localhost", b""),
        ("BREW /planning/batches HTTP/1.1\nHost: localhost", b""),
        ("\x00\x01\x02", b"\xff" * 100),
    ],
)
def test_a_request_that_is_none_is_its_clients_mistake(
    night: NightOfMocks, consumers: Played, head: str, body: bytes
) -> None:
    found = raw(consumers, f"{head}\nConnection: close", body)
    assert not found or found.split()[1][:1] == b"4", found[:300]
    goes_on(night, consumers)


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer \udcff", "Bearer é", "bearer  x", "Basic Zm9v", "x" * 9_000])
def test_who_shows_nothing_that_opens_it_hears_how_to_come_in(
    night: NightOfMocks, consumers: Played, given: str
) -> None:
    for asked in ("GET /guarded/rows", "GET /guarded/plan", "DELETE /guarded/plan?business_date=2026-11-23"):
        head = f"{asked} HTTP/1.1\nHost: localhost\nAuthorization: {given}\nConnection: close"
        found = raw(consumers, head, ends=False)
        status = b"400" if "\udcff" in given or len(given) > 8_190 else b"401"
        assert found.split()[1] == status, found[:300]
        assert (b"WWW-Authenticate: Bearer" in found) == (status == b"401")
    goes_on(night, consumers)


def test_a_page_leads_to_the_next_under_the_name_by_which_it_was_asked(consumers: Played) -> None:
    token = {"Authorization": f"Bearer {HTTP_GRANTS['token']}"}
    consumers.post("/guarded/batches", {"business_date": DATE, "rows": ROWS}, **token)
    came, url = [], consumers.url(f"/guarded/rows?business_date={quote(DATE)}&x=%26%3D")
    while url:
        told = json.loads(consumers.http.request("GET", url, headers=token).data)
        came, url = came + told["results"], told["next"]
    assert came == ROWS
