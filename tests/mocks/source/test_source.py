"""The file source: listing, files, manifests, arrivals, and every way in which a fault damages a file."""

from __future__ import annotations

import hashlib
import itertools
import socket
from pathlib import Path

import pytest
import requests
import urllib3

from tests.calibration import patience_s
from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played

NAME = "forecast.csv"
SIZE = len(CONTENT)
WHERE = {"file": "forecast", "what": "file"}


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME)
    return night.start("source")


def raw(source: Played, path: str = f"/files/{NAME}") -> tuple[dict[str, str], bytes]:
    """Headers and body as they come over the socket, whatever the headers promise."""
    with socket.create_connection(("127.0.0.1", source.endpoints["source"])) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: source\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


def manifest(source: Played) -> dict[str, object]:
    return source.get(f"/files/{NAME}.manifest.json").json()


def listed(source: Played) -> dict[str, int]:
    return {file["name"]: file["size"] for file in source.get("/files/").json()["files"]}


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


def test_a_file_is_not_there_before_it_arrives(night: NightOfMocks) -> None:
    night.publish(NAME, arrives_ns=BEGINS_NS + 90 * MINUTE_NS)
    source = night.start("source")
    for path in (f"/files/{NAME}", f"/files/{NAME}.manifest.json"):
        assert source.get(path).status == 404
        assert source.get(path).json() == {"error": f"{NAME} is not there", "name": NAME}
    assert listed(source) == {}
    night.run(89)
    assert night.events("publish") == []
    night.run(91)
    assert listed(source) == {NAME: SIZE}
    (published,) = night.history().of("publish")
    assert 0 <= published.at - (BEGINS_NS + 90 * MINUTE_NS) < 10_000_000


def test_an_unknown_path_is_a_404_in_json(source: Played) -> None:
    assert source.get("/nowhere").json() == {"error": "Not Found: GET /nowhere"}
    assert source.post("/files/", {}).status == 405


def test_reset_forgets_files_orders_and_events(night: NightOfMocks, source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 10, "where": "exact"}}, where=WHERE)
    source.get(f"/files/{NAME}")
    night.plan["files"].clear()
    night.publish("other.csv")
    source.done("POST", "reset", night.plan)
    assert listed(source) == {"other.csv": SIZE}
    assert [event.action for event in night.history()] == ["publish", "serve", "serve"]
    assert source.done("GET", "state") == {"orders": [], "arrived": ["other.csv"], "to come": []}


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


# --- cuts ---------------------------------------------------------------------------------------------------------

LINE_30 = CONTENT.index(b"north,sku-030")


@pytest.mark.parametrize(
    ("cut", "where", "kept"),
    [
        ({"bytes": LINE_30 + 3}, "exact", LINE_30 + 3),
        ({"fraction": 0.5}, "exact", SIZE // 2),
        ({"bytes": LINE_30}, "inside_record", LINE_30 + len(b"north,sku-030,30") // 2),
        ({"bytes": LINE_30 + 5}, "inside_record", LINE_30 + 5),
        ({"bytes": LINE_30 + len(b"north,sku-030,30")}, "inside_record", LINE_30 + len(b"north,sku-030,30") // 2),
        ({"bytes": LINE_30 + 5}, "record_boundary", LINE_30),
        ({"bytes": LINE_30}, "record_boundary", LINE_30),
        ({"bytes": SIZE - 1}, "record_boundary", CONTENT.index(b"TRAILER")),
        ({"bytes": SIZE}, "record_boundary", CONTENT.index(b"TRAILER")),
        ({"bytes": 0}, "exact", 0),
    ],
)
def test_a_cut_falls_where_it_is_told_to(source: Played, cut: dict[str, object], where: str, kept: int) -> None:
    source.arm("serve", {"cut": cut | {"where": where}, "length": "consistent"}, where=WHERE)
    assert source.get(f"/files/{NAME}").data == CONTENT[:kept]


@pytest.mark.parametrize(
    ("where", "length", "manifest_of"),
    list(
        itertools.product(
            ["exact", "inside_record", "record_boundary"], ["consistent", "declared", "missing"], ["true", "follows"]
        )
    ),
)
def test_every_cut_with_every_length_and_manifest(
    night: NightOfMocks, source: Played, where: str, length: str, manifest_of: str
) -> None:
    effect = {"cut": {"bytes": LINE_30 + 5, "where": where}, "length": length, "manifest": manifest_of}
    source.arm("serve", effect, where=WHERE)
    kept = LINE_30 if where == "record_boundary" else LINE_30 + 5
    stated, sizes = manifest(source), listed(source)
    headers, body = raw(source)

    assert body == CONTENT[:kept]
    assert headers.get("content-length") == {"consistent": str(kept), "declared": str(SIZE), "missing": None}[length]
    assert "transfer-encoding" not in headers
    if manifest_of == "true":
        assert (stated["size"], stated["records"], sizes) == (SIZE, 100, {NAME: SIZE})
    else:
        assert (stated["size"], sizes) == (kept, {NAME: kept})
        assert stated["sha256"] == hashlib.sha256(body).hexdigest()
        assert stated["records"] == (30 if where == "record_boundary" else 31)

    last_type, value, error = night.events("serve")[-1]
    assert value["bytes"] == kept
    assert value["complete"] is False
    if length == "declared":
        assert (last_type, error) == ("fail", f"closed after {kept} of {SIZE} bytes")
    else:
        assert (last_type, error) == ("ok", None)
    served = {"file": "forecast", "name": NAME, "what": "file"}
    receipt = {"id": "0", "fault": "tested", "point": "serve", "where": served, "effect": effect}
    assert night.events("fault") == [("info", receipt, None)]


def test_a_client_notices_a_declared_length_that_does_not_come(source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}, "length": "declared"}, where=WHERE)
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        source.get(f"/files/{NAME}")


def test_a_client_takes_a_file_without_a_length_for_whole(source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}, "length": "missing"}, where=WHERE)
    answer = source.get(f"/files/{NAME}")
    assert (answer.status, answer.data) == (200, CONTENT[:100])
    assert "Content-Length" not in answer.headers


def test_a_cut_behind_the_end_is_no_act_and_leaves_no_receipt(night: NightOfMocks, source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": SIZE, "where": "exact"}}, where=WHERE)
    assert source.get(f"/files/{NAME}").data == CONTENT
    assert night.events("fault") == []


def test_a_cut_concerns_its_own_file_only(night: NightOfMocks) -> None:
    night.publish("forecast.csv")
    night.publish("stock.csv")
    source = night.start("source")
    source.arm("serve", {"cut": {"bytes": 10, "where": "exact"}}, where=WHERE)
    assert source.get("/files/stock.csv").data == CONTENT
    assert source.get("/files/forecast.csv").data == CONTENT[:10]


def test_a_range_of_a_cut_file_ends_at_the_cut(source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}}, where=WHERE)
    answer = source.get(f"/files/{NAME}", Range="bytes=90-200")
    assert (answer.data, answer.headers["Content-Range"]) == (CONTENT[90:100], "bytes 90-99/100")


def test_a_disarmed_cut_is_over(source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 100, "where": "exact"}}, where=WHERE)
    source.done("DELETE", "arm/0")
    assert source.get(f"/files/{NAME}").data == CONTENT


# --- growth -------------------------------------------------------------------------------------------------------


def test_a_growing_file_is_seen_in_steps_while_its_manifest_is_that_of_the_whole(night: NightOfMocks) -> None:
    night.publish(NAME, arrives_ns=BEGINS_NS + 10 * MINUTE_NS)
    source = night.start("source")
    grow = {"grow": {"from": 0.25, "every_ns": 5 * MINUTE_NS, "steps": 3}}
    source.arm("serve", grow, where=WHERE)
    seen = []
    for minutes in (11, 16, 21, 26):
        night.run(minutes)
        body = source.get(f"/files/{NAME}").data
        assert listed(source) == {NAME: len(body)}
        assert CONTENT.startswith(body)
        assert manifest(source)["size"] == SIZE
        seen.append(len(body))
    start = SIZE // 4
    assert seen == [start, start + (SIZE - start) // 3, start + (SIZE - start) * 2 // 3, SIZE]
    assert len(night.events("fault")) == 3, "one receipt for each read of an incomplete file"
    completes = [
        value["complete"] for kind, value, _ in night.events("serve") if kind == "ok" and value["what"] == "file"
    ]
    assert completes == [False, False, False, True]


def test_a_file_grows_from_a_number_of_bytes_and_changes_its_date(night: NightOfMocks) -> None:
    night.publish(NAME)
    source = night.start("source")
    source.arm("serve", {"grow": {"from": 7, "every_ns": 60 * MINUTE_NS, "steps": 1}}, where=WHERE)
    assert source.get(f"/files/{NAME}").data == CONTENT[:7]
    night.run(61)
    answer = source.get(f"/files/{NAME}")
    assert answer.data == CONTENT


def test_a_file_that_began_to_grow_at_a_time_grows_from_then(night: NightOfMocks, source: Played) -> None:
    grow = {"grow": {"from": 0.5, "every_ns": 10 * MINUTE_NS, "steps": 1}}
    source.arm("serve", grow, where=WHERE, at_ns=BEGINS_NS + 30 * MINUTE_NS)
    sizes = []
    for minutes in (29, 31, 41):
        night.run(minutes)
        sizes.append(listed(source)[NAME])
    assert sizes == [SIZE, SIZE // 2, SIZE]


# --- orders that cannot be ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"point": "launch", "effect": {}}, "unknown point of this mock 'launch'. Known: arrive, look"),
        ({"point": "serve", "effect": {"burn": 1}}, "found 'burn', expected grow or misstate or cut or nuls"),
        ({"point": "serve", "effect": {"cut": {"where": "exact"}}}, "both or none of bytes and fraction"),
        (
            {"point": "serve", "effect": {"cut": {"bytes": 1, "where": "exact"}, "length": "odd"}},
            "length: unknown word 'odd'. Known: consistent",
        ),
        ({"point": "serve", "effect": {"grow": {"from": 1}}}, "grow: missing key 'every_ns'"),
        (
            {"point": "serve", "effect": {"grow": {"from": 1, "every_ns": 0, "steps": 1}}},
            "every_ns: found 0",
        ),
        (
            {"point": "serve", "effect": {"cut": {"bytes": 1, "where": "exact"}}, "trigger": {"whenever": 1}},
            "trigger: unknown key 'whenever'",
        ),
    ],
)
def test_an_order_that_cannot_be_is_refused_by_name(source: Played, order: dict[str, object], says: str) -> None:
    status, answer = source.call("POST", "arm", {"id": "0", "fault": "tested", "where": {}} | order)
    assert status == 400
    assert says in answer["error"]
    assert source.done("GET", "state")["orders"] == []


def test_an_order_whose_place_stands_beside_its_cut_is_not_taken_for_an_exact_one(source: Played) -> None:
    effect = {"cut": {"fraction": 0.5}, "where": "record_boundary"}
    order = {"id": "0", "fault": "tested", "point": "serve", "where": {}, "effect": effect}
    status, answer = source.call("POST", "arm", order)
    assert (status, answer["error"]) == (
        400,
        "order.effect at the point 'serve': unknown key 'where'. Known: cut, length, manifest, checksum",
    )


def test_a_plan_that_makes_no_sense_is_refused_by_name(night: NightOfMocks, source: Played) -> None:
    status, answer = source.call("POST", "reset", night.plan | {"files": [{"file": "forecast"}]})
    assert (status, answer["error"]) == (400, "plan.files[0]: missing key 'name'; found 'file'")
    status, answer = source.call("POST", "reset", night.plan | {"filse": []})
    assert (status, "plan: unknown key 'filse'. Did you mean 'files'?" in answer["error"]) == (400, True)


def test_a_bug_behind_a_request_is_an_event_with_its_traceback(night: NightOfMocks, source: Played) -> None:
    next((night.dir / "store").iterdir()).unlink()
    source.get("/files/")
    assert source.get(f"/files/{NAME}").status == 500
    (bug,) = night.history("source").of("bug")
    assert bug.type == "fail"
    assert "FileNotFoundError" in str(bug.error)
    assert str(night.dir) not in str(bug.error)
    source.done("POST", "reset", night.plan | {"files": []})  # or else the fixture fails, as a night would


def test_an_order_that_is_armed_anew_damages_as_it_says_now(source: Played) -> None:
    for size in (100, 200):
        source.arm("serve", {"cut": {"bytes": size, "where": "exact"}})
        assert len(source.get(f"/files/{NAME}").data) == size
