"""The gate: requests that a fault refuses, in HTTP's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("unavailable", 503),
        ("internal_error", 500),
        ("throttled", 429),
        ("forbidden", 403),
        ("login_refused", 401),
        ("token_expired", 401),
    ],
)
@pytest.mark.parametrize("path", ["/files/", f"/files/{NAME}", f"/files/{NAME}.manifest.json"])
def test_a_request_is_refused_so_often_and_then_passes(
    night: NightOfMocks, source: Played, kind: str, status: int, path: str
) -> None:
    source.arm("request", {"refuse": kind}, times=2)
    assert [source.get(path).status for _ in range(3)] == [status, status, 200]
    assert len(night.events("fault")) == 2
    first, second, *_ = night.events("serve")
    assert (first[0], second[0]) == ("invoke", "fail")
    assert str(second[2]).startswith(f"{status}: ")


def test_a_refusal_says_when_to_come_again(source: Played) -> None:
    source.arm("request", {"refuse": "throttled", "retry_after_s": 300}, times=1)
    assert source.get("/files/").headers["Retry-After"] == "300"


def test_who_is_not_let_in_is_told_how_to_ask(source: Played) -> None:
    source.arm("request", {"refuse": "token_expired"})
    assert 'error="invalid_token"' in source.get("/files/").headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("where", "statuses"),
    [
        ({"operation": "list"}, [503, 200, 200]),
        ({"operation": "get"}, [200, 503, 200]),
        ({"operation": "stat"}, [200, 200, 503]),
        ({"via": "s3"}, [200, 200, 200]),
        ({"name": NAME}, [200, 503, 503]),
    ],
)
def test_a_refusal_may_concern_one_operation(source: Played, where: dict[str, Any], statuses: list[int]) -> None:
    source.arm("request", {"refuse": "unavailable"}, where=where)
    head = source.http.request("HEAD", source.url(f"/files/{NAME}")).status
    assert [source.get("/files/").status, source.get(f"/files/{NAME}").status, head] == statuses


def test_a_listing_that_never_ends_names_a_next_page_each_time(source: Played) -> None:
    source.arm("request", {"refuse": "endless_listing"})
    path = "/files/"
    for page in (2, 3, 4):
        found = source.get(path).json()
        assert [file["name"] for file in found["files"]] == [NAME]
        assert found["next"].startswith("/files/?")
        assert found["next"].endswith(f"page={page}")
        path = found["next"]
    assert source.get(f"/files/{NAME}").data == CONTENT


def test_a_listing_that_ends_names_no_next_page(source: Played) -> None:
    assert "next" not in source.get("/files/").json()


def test_a_kind_that_nobody_knows_is_refused_by_name(source: Played) -> None:
    order = {"id": "0", "fault": "tested", "point": "request", "where": {}, "effect": {"refuse": "politely"}}
    status, answer = source.call("POST", "arm", order)
    assert status == 400
    assert "unknown word 'politely'. Known: unavailable" in answer["error"]
