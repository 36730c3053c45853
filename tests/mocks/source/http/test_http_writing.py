"""Files that clients put over HTTP, and take away."""

from __future__ import annotations

import hashlib
import socket

import pytest

from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import until_told

NAME = "out/report a.csv"


def asked(source: Played, method: str, name: str = NAME, body: bytes | None = None, **headers: str) -> int:
    found = source.http.request(method, source.url(f"/files/{name}"), body=body, headers=headers or None)
    return found.status


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_is_put_is_there_and_listed(night: NightOfMocks, source: Played, method: str) -> None:
    assert asked(source, method, body=b"one\ntwo\n") == 201
    assert source.get(f"/files/{NAME}").data == b"one\ntwo\n"
    assert NAME in [file["name"] for file in source.get("/files/").json()["files"]]
    put, sha256 = {"name": NAME, "via": "http"}, hashlib.sha256(b"one\ntwo\n").hexdigest()
    assert night.events("put") == [("invoke", put, None), ("ok", put | {"size": 8, "sha256": sha256}, None)]


def test_what_is_put_again_is_replaced_and_it_is_told_when_there_was_a_part_of_it(
    night: NightOfMocks, source: Played
) -> None:
    assert [asked(source, "PUT", body=body) for body in (b"half", b"half and half", b"half")] == [201, 204, 204]
    assert source.get(f"/files/{NAME}").data == b"half"
    assert [value.get("extends") for kind, value, _ in night.events("put") if kind == "ok"] == [None, True, None]


def test_of_a_client_that_goes_in_the_middle_nothing_is_there(night: NightOfMocks, source: Played) -> None:
    with socket.create_connection(("127.0.0.1", source.endpoints["source"])) as client:
        client.sendall(b"PUT /files/late.csv HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    until_told(night, "put", "fail")
    ended = [event for event in night.events("put") if event[0] != "invoke"]
    assert ended == [("fail", {"name": "late.csv", "via": "http"}, "client gone")]
    assert asked(source, "GET", "late.csv") == 404


def test_a_file_is_taken_away(night: NightOfMocks, source: Played) -> None:
    assert asked(source, "PUT", body=b"one") == 201
    assert [asked(source, "DELETE"), asked(source, "DELETE"), asked(source, "GET")] == [204, 404, 404]
    assert night.events("remove") == [("info", {"name": NAME, "via": "http"}, None)]


def test_a_form_around_the_file_is_refused_in_words(night: NightOfMocks, source: Played) -> None:
    found = source.http.request("POST", source.url(f"/files/{NAME}"), fields={"file": ("report.csv", b"one")})
    assert (found.status, found.json()["error"]) == (
        415,
        "found a body of the type multipart/form-data, expected the file itself: its bytes, and nothing around them",
    )
    assert [kind for kind, *_ in night.events("put")] == ["invoke", "fail"]


def test_a_fault_refuses_what_is_put(night: NightOfMocks, source: Played) -> None:
    source.arm("request", {"refuse": "unavailable"}, where={"operation": "put"}, times=1)
    assert [asked(source, "PUT", body=b"one"), asked(source, "PUT", body=b"one")] == [503, 201]
    assert [(kind, error) for kind, _, error in night.events("put")][1] == ("fail", "503: service unavailable")


def test_who_takes_credentials_has_to_show_them(night: NightOfMocks) -> None:
    night.plan["takes"] = ["source.token"]
    source = night.start("source")
    assert [asked(source, "PUT", body=b"one"), asked(source, "DELETE")] == [401, 401]
    assert [error for kind, _, error in night.events("login") if kind == "fail"] == ["401: no credentials"] * 2


def test_what_is_there_at_the_end_is_told_by_its_last_name(night: NightOfMocks) -> None:
    night.plan["results"] = {"ignore": ["*.tmp"], "volatile": {"report*": ["at .*"]}}
    source = night.start("source")
    for name, body in (("report.csv", b"at 02:00\n1\n"), ("x.tmp", b"x"), ("other.csv", b"o")):
        asked(source, "PUT", name, body)
    source.done("POST", "settle")
    assert {value["name"]: value["content"] for _, value, _ in night.events("keeps")} == {
        "report.csv": hashlib.sha256(b"\n1\n").hexdigest(),
        "other.csv": hashlib.sha256(b"o").hexdigest(),
    }
