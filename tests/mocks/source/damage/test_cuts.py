"""Cuts of a file that is served: where they fall, and what length and manifest say of them."""

from __future__ import annotations

import hashlib
import itertools
import socket

import pytest
import urllib3

from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"
SIZE = len(CONTENT)
WHERE = {"file": "forecast", "what": "file"}


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
