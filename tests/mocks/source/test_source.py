"""The file source as a program: its nights, the orders that it refuses, and mistakes of its own."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played

NAME = "forecast.csv"
SIZE = len(CONTENT)
WHERE = {"file": "forecast", "what": "file"}


def listed(source: Played) -> dict[str, int]:
    return {file["name"]: file["size"] for file in source.get("/files/").json()["files"]}


def test_reset_forgets_files_orders_and_events(night: NightOfMocks, source: Played) -> None:
    source.arm("serve", {"cut": {"bytes": 10, "where": "exact"}}, where=WHERE)
    source.get(f"/files/{NAME}")
    night.plan["files"].clear()
    night.publish("other.csv")
    source.done("POST", "reset", night.plan)
    assert listed(source) == {"other.csv": SIZE}
    assert [event.action for event in night.history()] == ["publish", "serve", "serve"]
    assert source.done("GET", "state") == {"orders": [], "arrived": ["other.csv"], "to come": []}


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
