"""Files that a fault hides from one look: from a listing, or from a request by name."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks, Played

NAME = "forecast.csv"
DUE = 90


def at(minutes: float) -> int:
    return BEGINS_NS + int(minutes * MINUTE_NS)


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, arrives_ns=at(DUE))
    night.plan["files"][0]["flag"] = f"{NAME}.done"
    return night.start("source")


def names(source: Played) -> list[str]:
    return [file["name"] for file in source.get("/files/").json()["files"]]


def receipts(night: NightOfMocks) -> list[float]:
    return [round((event.at - BEGINS_NS) / MINUTE_NS, 2) for event in night.history("source").of("fault")]


@pytest.mark.parametrize(("by", "listed", "served"), [("listing", [], 200), ("name", [NAME], 404)])
def test_a_file_is_hidden_from_one_way_to_it(
    night: NightOfMocks, source: Played, by: str, listed: list[str], served: int
) -> None:
    source.arm("look", {"hide": True}, where={"file": "forecast", "what": "file", "by": by}, times=1)
    night.run(DUE + 1)
    assert names(source) == listed
    assert source.get(f"/files/{NAME}.manifest.json").status == 200
    assert source.get(f"/files/{NAME}").status == served
    assert len(receipts(night)) == 1
    assert (names(source), source.get(f"/files/{NAME}").status) == ([NAME], 200)
