"""Files over HTTP: whole and in ranges, with their manifests, and the events that they leave."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from tests.calibration import patience_s
from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"
SIZE = len(CONTENT)


def manifest(source: Played) -> dict[str, object]:
    return source.get(f"/files/{NAME}.manifest.json").json()


def test_a_file_is_served_whole_with_length_tag_and_date(source: Played) -> None:
    answer = source.get(f"/files/{NAME}")
    assert answer.status == 200
    assert answer.data == CONTENT
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()[:32]}"'
    assert answer.headers["Last-Modified"] == "Sun, 22 Nov 2026 21:00:00 GMT"


def test_a_second_http_client_reads_the_same(source: Played) -> None:
    with requests.Session() as session:
        assert session.get(source.url(f"/files/{NAME}"), timeout=patience_s()).content == CONTENT


def test_the_manifest_states_size_checksum_and_records(source: Played) -> None:
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert manifest(source) == {"name": NAME, "size": SIZE, "sha256": sha256, "records": 100}


def test_the_listing_is_sorted_by_name(night: NightOfMocks) -> None:
    for name in ("b.csv", "c.csv", "a.csv"):
        night.publish(name)
    files = night.start("source").get("/files/").json()["files"]
    assert [file["name"] for file in files] == ["a.csv", "b.csv", "c.csv"]
    assert files[0] == {"name": "a.csv", "size": SIZE, "last_modified": "Sun, 22 Nov 2026 21:00:00 GMT"}


def test_head_answers_as_get_would_and_is_no_event(night: NightOfMocks, source: Played) -> None:
    answer = source.http.request("HEAD", source.url(f"/files/{NAME}"))
    assert (answer.status, answer.headers["Content-Length"], answer.data) == (200, str(SIZE), b"")
    assert night.events("serve") == []


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=10-", 206, CONTENT[10:]),
        ("bytes=-7", 206, CONTENT[-7:]),
        ("bytes=5-999999", 206, CONTENT[5:]),
        ("bytes=0-", 200, CONTENT),
    ],
)
def test_a_range_is_served(source: Played, asked: str, status: int, body: bytes) -> None:
    answer = source.get(f"/files/{NAME}", Range=asked)
    assert (answer.status, answer.data) == (status, body)
    if status == 206:
        assert answer.headers["Content-Range"].endswith(f"/{SIZE}")


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=9-3", "lines=1-2"])
def test_a_range_that_does_not_fit_is_refused(source: Played, asked: str) -> None:
    answer = source.get(f"/files/{NAME}", Range=asked)
    assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_serving_leaves_its_events(night: NightOfMocks, source: Played) -> None:
    source.get(f"/files/{NAME}")
    assert night.events("publish") == [
        (
            "info",
            {"file": "forecast", "name": NAME, "size": SIZE, "sha256": hashlib.sha256(CONTENT).hexdigest()}
            | {"records": 100},
            None,
        )
    ]
    served = {"name": NAME, "what": "file", "via": "http"}
    assert night.events("serve") == [
        ("invoke", served, None),
        ("ok", served | {"bytes": SIZE, "complete": True}, None),
    ]


def test_an_unknown_path_is_a_404_in_json(source: Played) -> None:
    assert source.get("/nowhere").json() == {"error": "Not Found: GET /nowhere"}
    assert source.post("/files/", {}).status == 405


def test_a_large_file_is_streamed_with_flat_memory(night: NightOfMocks) -> None:
    content = b"0123456789abcde\n" * (4 << 20)
    night.publish("large.csv", content, records=0)
    source = night.start("source")

    def peak_kb() -> int:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{source.process.pid}/status").read_text().splitlines()
        )
        return int(status["VmHWM"].split()[0])

    before = peak_kb()
    answer = source.http.request("GET", source.url("/files/large.csv"), preload_content=False)
    digest = hashlib.sha256()
    for chunk in answer.stream(1 << 20):
        digest.update(chunk)
    assert digest.hexdigest() == hashlib.sha256(content).hexdigest()
    assert peak_kb() - before < 16 * 1024
