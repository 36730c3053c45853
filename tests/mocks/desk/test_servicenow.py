"""ServiceNow's Table API, as public jobs ask it; there is no client of the vendor's that most of them use."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import requests

from harness.contract.endpoints import DESK
from tests.mocks.desk.conftest import OWNER, Desk

AUTH = (DESK["user"], DESK["password"])


class Table:
    """The incident table, for a client with credentials."""

    def __init__(self, desk: Desk) -> None:
        self.url = desk.places["servicenow_url"]
        self.group = desk.places["assignment_group"]

    def ask(self, method: str, path: str = "", **more: Any) -> requests.Response:
        return requests.request(method, self.url + path, auth=AUTH, timeout=10, **more)

    def create(self, **fields: Any) -> dict[str, Any]:
        sent = {"short_description": "retrieve failed", "assignment_group": self.group} | fields
        answer = self.ask("POST", json=sent)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()["result"]
        assert answer.headers["Location"] == f"{self.url}/{created['sys_id']}"
        return created


@pytest.fixture
def table(desk: Desk) -> Table:
    return Table(desk)


def test_an_incident_pages_its_group_is_taken_and_resolved(desk: Desk, table: Table) -> None:
    made = table.create(description="Cause: exit 3", correlation_id="retrieve/2026-11-23", u_job="retrieve")
    assert (made["number"], made["state"], made["active"]) == ("INC0010001", "1", "true")
    (page,) = desk.told()
    assert (page["owner"], page["job"], page["cause"]) == (OWNER, "retrieve", "retrieve failed")
    assert (page["channel"], page["to"], page["key"]) == ("servicenow", table.group, "INC0010001")
    assert "retrieve/2026-11-23" in page["text"]
    taken = table.ask("PATCH", f"/{made['sys_id']}", json={"state": "2", "work_notes": "looking"})
    assert taken.json()["result"]["state"] == "2"
    over = table.ask("PUT", f"/{made['sys_id']}", json={"state": "Resolved", "close_notes": "rerun", "close_code": "x"})
    assert over.json()["result"]["state"] == "6"
    assert desk.said("acknowledge") == desk.said("resolve") == [("ok", "INC0010001")]
    assert [value["text"] for _, value, _ in desk.night.events("note")] == ["looking", "rerun"]
    assert len(desk.told()) == 1


def test_the_api_knows_no_duplicates_so_two_posts_are_two_pages(desk: Desk, table: Table) -> None:
    numbers = [table.create(correlation_id="same")["number"] for _ in range(2)]
    assert numbers == ["INC0010001", "INC0010002"] == [page["key"] for page in desk.told()]


def test_an_open_incident_is_found_by_its_correlation_id_first(table: Table) -> None:
    made = table.create(correlation_id="night", priority="1")
    table.create(correlation_id="other")
    query = {"sysparm_query": "correlation_id=night^active=true^stateNOT IN6,7,8", "sysparm_limit": "1"}
    answer = table.ask("GET", params=query | {"sysparm_fields": "sys_id,number"})
    assert answer.json() == {"result": [{"sys_id": made["sys_id"], "number": made["number"]}]}
    assert answer.headers["X-Total-Count"] == "1"
    table.ask("PATCH", f"/{made['sys_id']}", json={"state": "7"})
    assert table.ask("GET", params=query).json() == {"result": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "123"),
        ("number=INC0010002", "2"),
        ("short_descriptionLIKEFEED", "23"),
        ("short_descriptionLIKEfeed^number!=INC0010002", "3"),
        ("number=INC0010001^ORnumber=INC0010003", "13"),
        ("short_descriptionSTARTSWITHfeed^ORDERBYDESCnumber", "32"),
        ("assignment_group.name=data-ops", "123"),
        ("assigned_toISNOTEMPTY", ""),
        ("numberININC0010001,INC0010002", "12"),
        ("nonsense", "123"),
    ],
)
def test_queries_are_read_as_the_platform_reads_them(table: Table, query: str, found: str) -> None:
    for text in ("retrieve failed", "feed is late", "feed is empty"):
        table.create(short_description=text)
    answer = table.ask("GET", params={"sysparm_query": query} if query else {})
    assert "".join(one["number"][-1] for one in answer.json()["result"]) == found


def test_pages_of_a_list(table: Table) -> None:
    for _ in range(3):
        table.create()
    answer = table.ask("GET", params={"sysparm_limit": 2, "sysparm_offset": 1, "active": "true"})
    assert [one["number"] for one in answer.json()["result"]] == ["INC0010002", "INC0010003"]
    assert answer.headers["X-Total-Count"] == "3"


def test_references_are_shown_as_they_are_asked_for(desk: Desk, table: Table) -> None:
    made = table.create()
    group = desk.addresses.of("servicenow_id", OWNER)
    link = f"{desk.played.url('/api/now/table/sys_user_group')}/{group}"
    assert made["assignment_group"] == {"link": link, "value": group}
    shown = {
        value: table.ask("GET", f"/{made['sys_id']}", params={"sysparm_display_value": value, **more}).json()["result"]
        for value, more in {"true": {"sysparm_exclude_reference_link": "true"}, "all": {}}.items()
    }
    assert (shown["true"]["assignment_group"], shown["true"]["state"]) == (OWNER, "New")
    assert shown["all"]["state"] == {"display_value": "New", "value": "1"}


def test_a_group_is_looked_up_by_its_name_and_meant_by_its_id(desk: Desk, table: Table) -> None:
    groups = desk.played.url("/api/now/table/sys_user_group")
    asked = {"sysparm_query": f"name={OWNER}", "sysparm_fields": "sys_id"}
    (group,) = requests.get(groups, params=asked, auth=AUTH, timeout=10).json()["result"]
    table.create(assignment_group=group["sys_id"])
    assert [page["owner"] for page in desk.told()] == [OWNER]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"assignment_group": "Nobody Knows"}, "there is no group 'Nobody Knows'"),
        ({"assignment_group": ""}, "the incident has no assignment group"),
    ],
)
def test_without_a_group_that_exists_an_incident_wakes_nobody_until_it_has_one(
    desk: Desk, table: Table, fields: dict[str, Any], why: str
) -> None:
    made = table.create(**fields)
    assert made["assignment_group"] == ""
    assert desk.told() == []
    assert desk.lost() == [("assignment_group", f"accepted, and nobody is told: {why}")]
    for _ in range(2):
        table.ask("PATCH", f"/{made['sys_id']}", json={"assignment_group": table.group})
    assert [page["key"] for page in desk.told()] == [made["number"]]


def test_refusals_have_the_platforms_shape(desk: Desk, table: Table) -> None:
    cases = {
        "User Not Authenticated": requests.post(table.url, json={}, timeout=10),
        "No Record found": table.ask("PATCH", f"/{'0' * 32}", json={"state": "6"}),
        "Exception while reading request": table.ask("POST", data=b"{"),
        "Invalid table": requests.get(table.url.replace("incident", "none"), auth=AUTH, timeout=10),
        "Requested URI does not represent any resource": table.ask("POST", "/a/b/c"),
    }
    said = {name: (answer.status_code, answer.json()) for name, answer in cases.items()}
    assert {name: status for name, (status, _) in said.items()} == dict(
        zip(cases, (401, 404, 400, 400, 400), strict=True)
    )
    for name, (_, body) in said.items():
        assert body["status"] == "failure"
        assert body["error"]["message"] == name
    assert cases["User Not Authenticated"].headers["WWW-Authenticate"] == 'BASIC realm="Service-now"'
    assert said["No Record found"][1]["error"]["detail"].startswith("Record doesn't exist or ACL restricts")
    assert desk.told() == []
    assert len(desk.lost()) == 5


def test_a_deleted_incident_is_gone(desk: Desk, table: Table) -> None:
    made = table.create()
    assert table.ask("DELETE", f"/{made['sys_id']}").status_code == 204
    assert table.ask("GET", f"/{made['sys_id']}").status_code == 404
    assert desk.said("resolve") == [("ok", made["number"])]


@pytest.mark.parametrize(
    ("sent", "job", "cause"),
    [
        pytest.param({"short_description": "retrieve failed", "urgency": "2", "category": "hardware",
                      "caller_id": "6816f79cc0a8016401c5a33be04be441"}, "retrieve", "retrieve failed", id="a caller"),
        pytest.param({"short_description": "Report of batch01", "description": "See the console",
                      "impact": 3, "urgency": 3, "state": 1, "subcategory": "publish", "assigned_to": "data-ops"},
                     "publish", "Report of batch01", id="a report processor's"),
        pytest.param({"short_description": "feed late", "cmdb_ci": "retrieve", "contact_type": "Monitoring"},
                     "retrieve", "feed late", id="a configuration item"),
        pytest.param({"short_description": "nightly", "u_job": "retrieve", "u_cause": "exit 3",
                      "u_runbook": "r.md"}, "retrieve", "exit 3", id="columns of its own"),
        pytest.param({"short_description": "publish: no rows", "comments": "seen at 02:00", "unknown": "x"},
                     "publish", "publish: no rows", id="a column that there is not"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("client", [requests, httpx], ids=["requests", "httpx"])
def test_as_public_jobs_post_it(
    desk: Desk, table: Table, sent: dict[str, Any], job: str, cause: str, client: Any
) -> None:
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    answer = client.post(table.url, json={"assignment_group": table.group} | sent, auth=AUTH, headers=headers)
    assert answer.status_code == 201
    (page,) = desk.told()
    assert (page["job"], page["cause"]) == (job, cause)
