"""What clients read over HTTP: pages of the listing, conditions, digests, chunks, and large files."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct

import pytest
import urllib3

from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"
FILE = f"/files/{NAME}"
SIZE = len(CONTENT)
TAG = f'"{hashlib.sha256(CONTENT).hexdigest()[:32]}"'
THEN, BEFORE = "Sun, 22 Nov 2026 21:00:00 GMT", "Sun, 22 Nov 2026 20:59:59 GMT"


def pages(source: Played, address: str, most: int = 20) -> list[list[str]]:
    found = []
    while address and len(found) < most:
        answer = source.get(address)
        page = answer.json()
        found.append([file["name"] for file in page["files"]])
        address = page.get("next", "")
        assert answer.headers.get("Link", "") == (f'<{address}>; rel="next"' if address else "")
    return found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", [["a 1.csv", "a&2.csv", "b.csv"]]),
        ("?prefix=a", [["a 1.csv", "a&2.csv"]]),
        ("?limit=1", [["a 1.csv"], ["a&2.csv"], ["b.csv"]]),
        ("?limit=2", [["a 1.csv", "a&2.csv"], ["b.csv"]]),
        ("?limit=1&prefix=a", [["a 1.csv"], ["a&2.csv"]]),
        ("?after=a%262.csv", [["b.csv"]]),
    ],
)
def test_a_listing_comes_in_pages_where_a_limit_is_asked_for(
    night: NightOfMocks, asked: str, expected: list[list[str]]
) -> None:
    for name in ("b.csv", "a 1.csv", "a&2.csv"):
        night.publish(name)
    assert pages(night.start("source"), f"/files/{asked}") == expected


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_that_is_none_is_refused(source: Played, limit: str) -> None:
    answer = source.get(f"/files/?limit={limit}")
    assert (answer.status, answer.json()["error"]) == (400, f"limit: found {limit!r}, expected a number above zero")


def test_a_listing_can_page_for_ever(source: Played) -> None:
    source.arm("request", {"refuse": "endless_listing"}, where={"via": "http"})
    assert pages(source, "/files/", 50) == [[NAME]] * 50
    source.done("DELETE", "arm/0")
    assert pages(source, "/files/") == [[NAME]]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": TAG}, 304),
        ({"If-None-Match": f'"other", W/{TAG}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": THEN}, 200),
        ({"If-Modified-Since": THEN}, 304),
        ({"If-Modified-Since": BEFORE}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Match": TAG}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Unmodified-Since": THEN}, 200),
        ({"If-Unmodified-Since": BEFORE}, 412),
    ],
)
def test_a_condition_is_held_to(source: Played, headers: dict[str, str], status: int) -> None:
    answer = source.get(FILE, **headers)
    assert (answer.status, answer.data) == (status, CONTENT if status == 200 else b"")
    assert answer.headers["ETag"] == TAG


@pytest.mark.parametrize(
    ("if_range", "status"),
    [(TAG, 206), ('"other"', 200), (THEN, 206), (BEFORE, 200), (f"W/{TAG}", 200)],
)
def test_a_range_of_another_file_than_the_one_that_is_known_is_all_of_it(
    source: Played, if_range: str, status: int
) -> None:
    answer = source.get(FILE, **{"Range": "bytes=5-9", "If-Range": if_range})
    assert (answer.status, answer.data) == (status, CONTENT[5:10] if status == 206 else CONTENT)


def test_several_ranges_at_once_are_answered_with_everything(source: Played) -> None:
    answer = source.get(FILE, Range="bytes=0-1,5-9")
    assert (answer.status, answer.data) == (200, CONTENT)


def test_the_ranges_of_one_retrieval_see_one_file(night: NightOfMocks, source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}}, where={"what": "file"}, times=1)
    parts = [source.get(FILE, Range=f"bytes={start}-{start + 49}") for start in (50, 0)]
    assert [part.headers["Content-Range"] for part in parts] == ["bytes 50-99/100", "bytes 0-49/100"]
    assert source.get(FILE, Range="bytes=0-49").headers["Content-Range"] == f"bytes 0-49/{SIZE}", (
        "it is asked for again"
    )
    assert len(night.events("fault")) == 1


def digest_of(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_a_digest_of_the_whole_file_goes_with_every_part_of_it(source: Played) -> None:
    assert source.get(FILE).headers["Repr-Digest"] == digest_of(CONTENT)
    assert source.get(FILE, Range="bytes=0-9").headers["Repr-Digest"] == digest_of(CONTENT)


@pytest.mark.parametrize(
    ("effect", "digest"),
    [({}, digest_of(CONTENT)), ({"manifest": "follows"}, digest_of(CONTENT[:100])), ({"checksum": "off"}, None)],
)
def test_the_digest_of_a_damaged_file_is_its_senders(
    source: Played, effect: dict[str, str], digest: str | None
) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}} | effect, where={"what": "file"})
    answer = source.get(FILE)
    assert (answer.data, answer.headers.get("Repr-Digest")) == (CONTENT[:100], digest)


def test_a_file_can_be_without_digests(night: NightOfMocks) -> None:
    night.publish(NAME, checksums=False)
    assert "Repr-Digest" not in night.start("source").get(FILE).headers


def test_a_file_can_come_in_chunks(night: NightOfMocks) -> None:
    night.publish(NAME, chunked=True)
    source = night.start("source")
    answer = source.get(FILE)
    assert (answer.headers["Transfer-Encoding"], answer.data) == ("chunked", CONTENT)
    assert "Content-Length" not in answer.headers
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}, "length": "consistent"}, where={"what": "file"})
    assert source.get(FILE).data == CONTENT[:100]
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}, "length": "declared"}, where={"what": "file"})
    with pytest.raises(urllib3.exceptions.ProtocolError):
        source.get(FILE)


def test_a_client_of_http_1_0_gets_no_chunks(night: NightOfMocks) -> None:
    night.publish(NAME, chunked=True)
    source = night.start("source")
    with socket.create_connection(("127.0.0.1", source.endpoints["source"])) as connection:
        connection.sendall(f"GET {FILE} HTTP/1.0\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.endswith(b"\r\n\r\n" + CONTENT)


LARGE = bytes(range(256)) * (16 << 12)


@pytest.fixture
def large(night: NightOfMocks) -> Played:
    night.publish("large.bin", LARGE, records=0)
    return night.start("source")


@pytest.mark.parametrize("asked", ["", "bytes=1000000-", "bytes=5-9000000", "bytes=-3000000", "bytes=0-99"])
def test_any_part_of_a_large_file_is_that_part(large: Played, asked: str) -> None:
    expected = {
        "": LARGE,
        "bytes=1000000-": LARGE[1_000_000:],
        "bytes=5-9000000": LARGE[5:9_000_001],
        "bytes=-3000000": LARGE[-3_000_000:],
        "bytes=0-99": LARGE[:100],
    }[asked]
    answer = large.get("/files/large.bin", **({"Range": asked} if asked else {}))
    assert hashlib.sha256(answer.data).digest() == hashlib.sha256(expected).digest()


def test_a_large_file_that_breaks_off_is_right_up_to_there(large: Played) -> None:
    large.arm("serve", {"cut": {"bytes": 9_000_001, "where": "exact"}, "length": "declared"}, where={"what": "file"})
    answer = large.http.request("GET", large.url("/files/large.bin"), preload_content=False)
    got: list[bytes] = []
    with pytest.raises(urllib3.exceptions.ProtocolError, match="9000001 bytes read"):
        got.extend(answer.stream(1 << 20))
    assert LARGE.startswith(b"".join(got))


@pytest.mark.parametrize("reset", [True, False], ids=["with a reset", "with an end"])
def test_a_client_that_goes_in_the_middle_of_a_large_file_is_a_failed_serve(
    night: NightOfMocks, large: Played, reset: bool
) -> None:
    with socket.create_connection(("127.0.0.1", large.endpoints["source"])) as connection:
        connection.sendall(b"GET /files/large.bin HTTP/1.1\r\nHost: source\r\n\r\n")
        connection.recv(65536)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    while len(night.events("serve")) < 2:
        pass
    kind, value, error = night.events("serve")[-1]
    assert (kind, value["name"], error) == ("fail", "large.bin", "client gone")
