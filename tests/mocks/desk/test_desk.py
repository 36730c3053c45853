"""The desk: pages taken, shown, forgotten, and refused by name."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import NightOfMocks, Played

PAGE = {"owner": "data-ops", "job": "retrieve", "cause": "exit 3: no answer", "text": "it failed", "runbook": "r.md"}


@pytest.fixture
def desk(night: NightOfMocks) -> Played:
    return night.start("desk")


def test_a_page_is_taken_recorded_and_shown(night: NightOfMocks, desk: Played) -> None:
    answer = desk.post("/pages", PAGE)
    assert (answer.status, answer.json()) == (201, {"id": 1})
    assert desk.post("/pages", PAGE).json() == {"id": 2}
    asked = ("invoke", {"owner": PAGE["owner"], "job": PAGE["job"]}, None)
    assert night.events("page") == [asked, ("ok", PAGE, None)] * 2
    assert desk.get("/pages").json() == {"pages": [{"id": 1, **PAGE}, {"id": 2, **PAGE}]}


def test_a_runbook_may_be_absent_and_an_owner_unknown(night: NightOfMocks, desk: Played) -> None:
    page = {name: PAGE[name] for name in ("job", "cause", "text")} | {"owner": "nobody-knows"}
    assert desk.post("/pages", page).status == 201
    assert night.events("page")[-1] == ("ok", page | {"runbook": None}, None)


def test_reset_forgets_the_pages(night: NightOfMocks, desk: Played) -> None:
    desk.post("/pages", PAGE)
    desk.done("POST", "reset", night.plan)
    assert desk.get("/pages").json() == {"pages": []}
    assert desk.post("/pages", PAGE).json() == {"id": 1}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (PAGE | {"owner": ""}, 'owner: found "", expected a text'),
        ({"owner": "o"}, "job: found nothing, expected a text"),
        (PAGE | {"cause": 3}, "cause: found 3, expected a text"),
        (PAGE | {"runbook": 3}, "runbook: found 3, expected a text or null"),
        ([PAGE], "expected a JSON object"),
        (b"{", "body: found no JSON"),
        (b"\xff", "body: found no JSON"),
    ],
)
def test_a_page_of_the_wrong_shape_is_refused_by_name(
    night: NightOfMocks, desk: Played, body: object, error: str
) -> None:
    answer = desk.post("/pages", body)
    assert answer.status == 400
    assert error in answer.json()["error"]
    ((kind, value, recorded),) = night.events("page")
    assert (kind, value) == ("fail", {"field": answer.json()["field"]})
    assert recorded == answer.json()["error"]
