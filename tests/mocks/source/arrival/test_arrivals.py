"""Arrivals: files that come late, early, never, twice, apart, under another name or with another content."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played

NAME = "forecast.csv"
DUE = 90


OTHERWISE: dict[str, object] = {"md5": "", "control_total": None, "layout": None}
"""What a content has beside what a manifest states of it."""
"""Minutes after the night's begin at which the file is due."""


def at(minutes: float) -> int:
    return BEGINS_NS + int(minutes * MINUTE_NS)


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, arrives_ns=at(DUE))
    night.plan["files"][0]["flag"] = f"{NAME}.done"
    return night.start("source")


def names(source: Played) -> list[str]:
    return [file["name"] for file in source.get("/files/").json()["files"]]


def there(source: Played, *suffixes: str) -> list[bool]:
    """Whether the file's parts are there: itself, its manifest, its flag."""
    return [source.get(f"/files/{NAME}{suffix}").status == 200 for suffix in ("", ".manifest.json", ".done")]


def arrivals(night: NightOfMocks) -> list[tuple[str, float]]:
    """Which file was published when, in minutes."""
    return [
        (event.value["name"], round((event.at - BEGINS_NS) / MINUTE_NS, 2)) for event in night.history().of("publish")
    ]


def flags(night: NightOfMocks) -> list[tuple[str, float]]:
    """Which flag came when, in minutes."""
    came = night.history("source").of("flag", name=NAME)
    return [(event.value["flag"], round((event.at - BEGINS_NS) / MINUTE_NS, 2)) for event in came]


def receipts(night: NightOfMocks) -> list[float]:
    return [round((event.at - BEGINS_NS) / MINUTE_NS, 2) for event in night.history("source").of("fault")]


def test_a_file_that_is_late_comes_with_all_that_is_beside_it(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"move": {"at_ns": at(120)}}, where={"file": "forecast"})
    night.run(119)
    assert there(source) == [False, False, False]
    night.run(121)
    assert there(source) == [True, True, True]
    assert arrivals(night) == [(NAME, 120.0)]
    assert receipts(night) == [DUE], "it acts when the file was due"
    assert source.get(f"/files/{NAME}").headers["Last-Modified"] == "Sun, 22 Nov 2026 23:00:00 GMT"


def test_a_file_that_is_early_comes_before_its_time_and_not_again(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"move": {"at_ns": at(30)}}, where={"file": "forecast"})
    night.run(29)
    assert names(source) == []
    night.run(31)
    assert there(source) == [True, True, True]
    night.run(DUE + 1)
    assert arrivals(night) == [(NAME, 30.0)]
    assert receipts(night) == [30.0]


def test_an_early_arrival_that_was_taken_out_comes_when_it_is_due(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"move": {"at_ns": at(30)}}, where={"file": "forecast"})
    source.done("DELETE", "arm/0")
    night.run(DUE + 1)
    assert arrivals(night) == [(NAME, DUE)]
    assert receipts(night) == []


def test_a_file_that_never_comes_stays_away_when_the_fault_is_over(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"move": {"never": True}}, where={"file": "forecast"})
    night.run(DUE + 1)
    source.done("DELETE", "arm/0")
    night.run(DUE + 60)
    assert there(source) == [False, False, False]
    assert source.done("GET", "state")["to come"] == []
    assert receipts(night) == [DUE]


def test_an_arrival_that_a_trigger_does_not_agree_to_is_as_planned(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"move": {"never": True}}, where={"file": "forecast"}, at_ns=at(DUE + 1))
    night.run(DUE + 2)
    assert arrivals(night) == [(NAME, DUE)]


@pytest.mark.parametrize(
    ("parts", "at_once", "later"),
    [
        ({"file": 10 * MINUTE_NS, "flag": 10 * MINUTE_NS}, [False, True, False], [True, True, True]),
        ({"manifest": 10 * MINUTE_NS}, [True, False, True], [True, True, True]),
        ({"manifest": None}, [True, False, True], [True, False, True]),
        ({"file": 10 * MINUTE_NS, "manifest": 10 * MINUTE_NS}, [False, False, True], [True, True, True]),
        ({"flag": 10 * MINUTE_NS}, [True, True, False], [True, True, True]),
        ({"flag": None}, [True, True, False], [True, True, False]),
    ],
)
def test_a_part_of_a_delivery_comes_apart(
    night: NightOfMocks, source: Played, parts: dict[str, Any], at_once: list[bool], later: list[bool]
) -> None:
    source.arm("arrive", {"parts": parts}, where={"file": "forecast"})
    night.run(DUE + 1)
    assert there(source) == at_once
    night.run(DUE + 11)
    assert there(source) == later
    assert arrivals(night) == [(NAME, DUE + 10 if "file" in parts else DUE)]
    flag = parts.get("flag", 0)
    assert flags(night) == ([] if flag is None else [(f"{NAME}.done", DUE + flag / MINUTE_NS)])
    assert receipts(night) == [DUE]


def test_a_part_that_the_file_does_not_have_is_nothing_to_act_on(night: NightOfMocks) -> None:
    night.publish(NAME, arrives_ns=at(DUE))
    source = night.start("source")
    source.arm("arrive", {"parts": {"flag": None}}, where={"file": "forecast"})
    night.run(DUE + 1)
    assert receipts(night) == []


def test_a_file_is_delivered_again_with_another_date(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"again": {"after_ns": 10 * MINUTE_NS}}, where={"file": "forecast"})
    night.run(DUE + 11)
    assert arrivals(night) == [(NAME, DUE), (NAME, DUE + 10)]
    assert receipts(night) == [DUE + 10]
    answer = source.get(f"/files/{NAME}")
    assert (answer.data, answer.headers["Last-Modified"]) == (CONTENT, "Sun, 22 Nov 2026 22:40:00 GMT")


def test_a_second_delivery_may_have_another_name(night: NightOfMocks, source: Played) -> None:
    effect = {"again": {"after_ns": 10 * MINUTE_NS}, "as": "{stem} (1){suffix}"}
    source.arm("arrive", effect, where={"file": "forecast"})
    night.run(DUE + 11)
    assert names(source) == ["forecast (1).csv", NAME]
    assert source.get("/files/forecast%20(1).csv").data == CONTENT
    assert source.get("/files/forecast%20(1).csv.manifest.json").json()["name"] == "forecast (1).csv"
    assert source.get("/files/forecast%20(1).csv.done").status == 200


def test_a_file_is_delivered_again_when_its_event_comes(night: NightOfMocks, source: Played) -> None:
    on = {"component": "source", "action": "serve", "type": "ok", "value": {"what": "file"}}
    source.arm("arrive", {"again": {"after_ns": 5 * MINUTE_NS}}, where={"file": "forecast"}, on=on, times=1)
    night.run(DUE + 30)
    assert arrivals(night) == [(NAME, DUE)]
    source.get(f"/files/{NAME}")
    night.run(DUE + 40)
    assert arrivals(night) == [(NAME, DUE), (NAME, DUE + 35)]


def test_an_event_before_the_file_has_come_delivers_nothing(night: NightOfMocks, source: Played) -> None:
    on = {"component": "source", "action": "serve"}
    source.arm("arrive", {"again": {"after_ns": 0}}, where={"file": "forecast"}, on=on)
    source.get("/files/")
    night.run(DUE + 1)
    assert arrivals(night) == [(NAME, DUE)]
    assert receipts(night) == []


def test_a_correction_takes_the_place_of_the_file(night: NightOfMocks, source: Played) -> None:
    corrected = CONTENT.replace(b"north,sku-001,1\n", b"north,sku-001,3\n")
    sha256 = hashlib.sha256(corrected).hexdigest()
    (night.dir / "store" / sha256).write_bytes(corrected)
    content = {"sha256": sha256, "size": len(corrected), "records": 100}
    effect = {"again": {"after_ns": 10 * MINUTE_NS}, "content": content | OTHERWISE}
    source.arm("arrive", effect, where={"file": "forecast"})
    night.run(DUE + 1)
    assert source.get(f"/files/{NAME}").data == CONTENT
    night.run(DUE + 11)
    assert source.get(f"/files/{NAME}").data == corrected
    assert source.get(f"/files/{NAME}.manifest.json").json() == {"name": NAME, **content}
    assert [event.value["sha256"] for event in night.history().of("publish")][1] == sha256


def test_another_content_from_the_start_is_all_that_anybody_sees(night: NightOfMocks, source: Played) -> None:
    other = b"site,sku,quantity\nTRAILER,0,0\n"
    sha256 = hashlib.sha256(other).hexdigest()
    (night.dir / "store" / sha256).write_bytes(other)
    effect = {"content": {"sha256": sha256, "size": len(other), "records": 0} | OTHERWISE}
    source.arm("arrive", effect, where={"file": "forecast"})
    night.run(DUE + 1)
    assert source.get(f"/files/{NAME}").data == other
    assert arrivals(night) == [(NAME, DUE)]
    assert receipts(night) == [DUE]


def test_a_file_under_another_name_is_not_under_its_own(night: NightOfMocks, source: Played) -> None:
    source.arm("arrive", {"as": "{name}.tmp"}, where={"file": "forecast"})
    night.run(DUE + 1)
    assert names(source) == ["forecast.csv.tmp"]
    assert there(source) == [False, False, False]
    assert source.get("/files/forecast.csv.tmp").data == CONTENT
    assert source.get("/files/forecast.csv.tmp.done").status == 200


def test_a_file_loses_its_name_between_listing_and_reading_and_gets_it_back(
    night: NightOfMocks, source: Played
) -> None:
    on = {"component": "source", "action": "serve", "type": "ok", "value": {"what": "listing"}}
    rename = {"to": "{name}.taken", "after_ns": 0, "back_ns": 5 * MINUTE_NS}
    source.arm("arrive", {"rename": rename}, where={"file": "forecast"}, on=on, times=1)
    night.run(DUE + 1)
    assert names(source) == [NAME]
    assert there(source) == [False, False, False]
    assert names(source) == [f"{NAME}.taken"]
    night.run(DUE + 7)
    assert there(source) == [True, True, True]
    assert [event.value for event in night.history().of("rename")] == [
        {"file": "forecast", "name": NAME, "to": f"{NAME}.taken"},
        {"file": "forecast", "name": f"{NAME}.taken", "to": NAME},
    ]
    assert len(receipts(night)) == 1


def test_the_files_of_a_feed_come_last_first(night: NightOfMocks) -> None:
    for day in (1, 2, 3):
        night.publish(f"feed.{day}", arrives_ns=at(DUE))
    source = night.start("source")
    source.arm("arrive", {"reverse": {"every_ns": 10 * MINUTE_NS}}, where={"file": "feed"})
    night.run(DUE + 1)
    assert names(source) == ["feed.3"]
    night.run(DUE + 30)
    assert arrivals(night) == [("feed.3", DUE), ("feed.2", DUE + 10), ("feed.1", DUE + 20)]
    assert receipts(night) == [DUE, DUE], "the last one came in its own time"


@pytest.mark.parametrize(
    ("point", "effect", "says"),
    [
        ("arrive", {}, "found no key, expected some of move"),
        ("arrive", {"fly": 1}, "unknown key 'fly'"),
        ("arrive", {"move": {}}, "expected at_ns or never"),
        ("arrive", {"parts": {"tail": 1}}, "unknown word 'tail'. Known: file, manifest, flag"),
        ("arrive", {"again": {}}, "again: missing key 'after_ns'"),
        ("arrive", {"rename": {"after_ns": 0}}, "rename: missing key 'to'"),
        ("arrive", {"reverse": {}}, "reverse: missing key 'every_ns'"),
        ("arrive", {"content": {"size": 1}}, "content: missing key 'sha256'"),
        ("look", {"hide": False}, "hide: found false, expected true"),
        ("serve", {"misstate": {"by": 0}}, "by: found 0"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_by_name(
    source: Played, point: str, effect: dict[str, Any], says: str
) -> None:
    order = {"id": "0", "fault": "tested", "point": point, "where": {}, "effect": effect}
    status, answer = source.call("POST", "arm", order)
    assert status == 400
    assert says in answer["error"]
