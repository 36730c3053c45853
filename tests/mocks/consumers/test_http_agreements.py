"""What a chain declares of a consumer over HTTP, as requests and httpx meet it: auth, pages, bad rows, versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import requests

from harness.contract.consumers import HTTP_GRANTS
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played

DATE = "2026-11-23"
TOKEN = {"Authorization": f"Bearer {HTTP_GRANTS['token']}"}
NAME_AND_PASSWORD = (HTTP_GRANTS["user"], HTTP_GRANTS["password"])
Start = Callable[..., Played]


@pytest.fixture
def start(night: NightOfMocks) -> Iterator[Start]:
    def started(**declared: Any) -> Played:
        night.plan["consumers"] = {"planning": {"kind": "http", "key": ["sku"], **declared}}
        return night.start("consumers")

    yield started
    night.plan["consumers"] = {}


def rows(*skus: str) -> dict[str, Any]:
    return {"business_date": DATE, "rows": [{"sku": sku, "quantity": 1} for sku in skus]}


def post(consumers: Played, batch: dict[str, Any], **headers: str) -> requests.Response:
    url = consumers.url("/planning/batches")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(url, json=batch, headers=named, timeout=patience_s())


def held(night: NightOfMocks, consumers: Played) -> list[str]:
    consumers.done("POST", "settle")
    return [key for key, _ in night.held("planning")]


@pytest.mark.parametrize("auth", ["bearer", "basic"])
def test_who_shows_the_credentials_of_the_place_comes_in(night: NightOfMocks, start: Start, auth: str) -> None:
    consumers = start(auth=auth)
    url = consumers.url("/planning/batches")
    with requests.Session() as session, httpx.Client(timeout=patience_s()) as client:
        if auth == "bearer":
            session.headers.update(TOKEN)
            client.headers.update(TOKEN)
        else:
            session.auth = NAME_AND_PASSWORD
            client.auth = httpx.BasicAuth(*NAME_AND_PASSWORD)
        assert session.post(url, json=rows("a"), timeout=patience_s()).status_code == 201
        assert client.post(url, json=rows("b")).status_code == 201
        assert client.get(consumers.url("/planning/plan")).json() == {"rows": 2, "batches": 2}
    assert held(night, consumers) == ["a", "b"]


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, "nothing"),
        ({"Authorization": "Bearer wrong"}, "credentials that are not known"),
        ({"Authorization": "Bearer \u00e9"}, "credentials that are not known"),
        ({"Authorization": "Basic cHVibGlzaGVy"}, "credentials of the scheme 'Basic'"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "batches"), ("GET", "plan"), ("GET", "rows"), ("DELETE", "plan")]
)
def test_nobody_else_does(
    night: NightOfMocks, start: Start, method: str, path: str, headers: dict[str, str], found: str
) -> None:
    consumers = start(auth="bearer")
    url = consumers.url(f"/planning/{path}")
    sent = {name: value.encode() for name, value in headers.items()}
    refused = requests.request(method, url, json=rows("a"), headers=sent, timeout=patience_s())
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="consumers"'
    expected = "expected Bearer and the credentials of this consumer"
    assert refused.json() == {"error": f"Authorization: found {found}, {expected}", "field": "Authorization"}
    assert held(night, consumers) == []


def test_without_auth_nobody_is_asked(start: Start) -> None:
    assert post(start(), rows("a")).status_code == 201


def test_all_rows_come_page_by_page_whichever_of_two_ways_a_client_goes(start: Start) -> None:
    consumers = start(page_rows=2)
    for skus in ("a", "bcd", "e"):
        post(consumers, rows(*skus))
    post(consumers, rows("x") | {"business_date": "2026-11-22"})
    first = consumers.url(f"/planning/rows?business_date={DATE}")
    by_link, url = [], first
    while url:
        page = requests.get(url, timeout=patience_s())
        by_link.append([row["sku"] for row in page.json()["results"]])
        url = page.links.get("next", {}).get("url", "")
    in_body, following = [], first
    while following:
        told = httpx.get(following, timeout=patience_s()).json()
        assert told["count"] == 5
        in_body.append([row["sku"] for row in told["results"]])
        following = told["next"]
    assert by_link == in_body == [["a", "b"], ["c", "d"], ["e"]]
    assert requests.get(consumers.url("/planning/rows"), timeout=patience_s()).json()["count"] == 6


def test_a_consumer_that_holds_nothing_has_one_empty_page(start: Start) -> None:
    consumers = start(page_rows=2)
    told = requests.get(consumers.url("/planning/rows"), timeout=patience_s()).json()
    assert told == {"count": 0, "next": None, "results": []}


@pytest.mark.parametrize(("page", "status"), [("0", 400), ("-1", 400), ("two", 400), ("9" * 30, 400), ("2", 404)])
def test_a_page_that_is_none_is_refused(start: Start, page: str, status: int) -> None:
    refused = requests.get(start().url(f"/planning/rows?page={page}"), timeout=patience_s())
    assert (refused.status_code, refused.json()["field"]) == (status, "page")


def test_a_row_that_lacks_what_is_required_is_named_and_nothing_is_stored(night: NightOfMocks, start: Start) -> None:
    consumers = start(required=["quantity", "unit"])
    bad = [{"sku": "a", "quantity": 1, "unit": "each"}, {"sku": "b", "quantity": 1, "unit": ""}]
    bad += [{"sku": f"c{number}", "quantity": None, "unit": "each"} for number in range(20)]
    refused = post(consumers, {"business_date": DATE, "rows": bad})
    assert refused.status_code == 422
    told = refused.json()
    assert told["error"] == "rows[1].unit: found an empty text, expected a value"
    assert (told["field"], told["bad_rows"], len(told["errors"])) == ("rows[1].unit", 21, 10)
    assert told["errors"][1] == "rows[2].quantity: found nothing, expected a value"
    assert [kind for kind, _, _ in night.events("batch")] == ["fail"]
    assert held(night, consumers) == []


def test_a_row_that_is_there_is_a_conflict_unless_its_batch_is_a_replay(night: NightOfMocks, start: Start) -> None:
    consumers = start(unique=["sku"])
    assert post(consumers, rows("a", "b"), Idempotency_Key="k1").status_code == 201
    conflict = post(consumers, rows("c", "b"), Idempotency_Key="k2")
    assert conflict.status_code == 409
    assert conflict.json()["error"] == 'rows[1]: found ["b"], expected one row a date for each sku'
    assert post(consumers, rows("a", "b"), Idempotency_Key="k1").json() == {"stored": 0, "replayed": True}
    assert post(consumers, rows("d", "d")).status_code == 409
    assert post(consumers, rows("a") | {"business_date": "2026-11-24"}).status_code == 201
    assert held(night, consumers) == ["a", "b", "a"]


def test_what_half_a_batch_has_left_behind_is_a_conflict_too(night: NightOfMocks, start: Start) -> None:
    consumers = start(unique=["sku"])
    consumers.arm("store", {"store_half": {"part": 0.5}}, times=1)
    assert [post(consumers, rows("a", "b"), Idempotency_Key="k1").status_code for _ in range(2)] == [500, 409]
    assert held(night, consumers) == ["a"]


def test_a_plan_that_is_withdrawn_can_be_sent_anew_under_the_same_keys(night: NightOfMocks, start: Start) -> None:
    consumers = start(unique=["sku"])
    post(consumers, rows("a", "b"), Idempotency_Key="k1")
    post(consumers, rows("a") | {"business_date": "2026-11-24"})
    gone = requests.delete(consumers.url(f"/planning/plan?business_date={DATE}"), timeout=patience_s())
    assert gone.json() == {"rows": 2, "batches": 1}
    assert post(consumers, rows("b", "c"), Idempotency_Key="k1").json() == {"stored": 2, "replayed": False}
    assert [(kind, value["rows"]) for kind, value, _ in night.events("withdraw")] == [("ok", 2)]
    assert held(night, consumers) == ["a", "b", "c"]


def test_a_withdrawal_says_of_which_date(night: NightOfMocks, start: Start) -> None:
    consumers = start()
    post(consumers, rows("a"))
    refused = requests.delete(consumers.url("/planning/plan"), timeout=patience_s())
    assert (refused.status_code, refused.json()["field"]) == (400, "business_date")
    assert [kind for kind, _, _ in night.events("withdraw")] == ["fail"]
    assert held(night, consumers) == ["a"]


def test_who_changes_a_plan_says_which_version_of_it(night: NightOfMocks, start: Start) -> None:
    consumers = start(versions=True)
    plan = consumers.url(f"/planning/plan?business_date={DATE}")
    read = httpx.get(plan, timeout=patience_s()).headers["ETag"]
    stored = post(consumers, rows("a"), If_Match=read, Idempotency_Key="k1")
    assert stored.status_code == 201
    stale = post(consumers, rows("b"), If_Match=read)
    assert (stale.status_code, stale.json()["field"]) == (412, "If-Match")
    unsaid = post(consumers, rows("b"))
    assert (unsaid.status_code, unsaid.json()["field"]) == (428, "If-Match")
    again = post(consumers, rows("a"), If_Match=read, Idempotency_Key="k1")
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert again.headers["ETag"] == stored.headers["ETag"] == requests.get(plan, timeout=patience_s()).headers["ETag"]
    assert requests.delete(plan, headers={"If-Match": read}, timeout=patience_s()).status_code == 412
    assert post(consumers, rows("b"), If_Match=f"{read}, {stored.headers['ETag']}").status_code == 201
    assert post(consumers, rows("c"), If_Match="*").status_code == 201
    assert held(night, consumers) == ["a", "b", "c"]


def test_a_version_is_of_one_date(start: Start) -> None:
    consumers = start(versions=True)
    other = "/planning/plan?business_date=2026-11-22"
    before = requests.get(consumers.url(other), timeout=patience_s()).headers["ETag"]
    assert post(consumers, rows("a"), If_Match="*").status_code == 201
    assert requests.get(consumers.url(other), timeout=patience_s()).headers["ETag"] == before
    assert "ETag" not in requests.get(consumers.url("/planning/plan"), timeout=patience_s()).headers


def test_without_versions_nobody_says_one(start: Start) -> None:
    consumers = start()
    assert "ETag" not in post(consumers, rows("a")).headers
