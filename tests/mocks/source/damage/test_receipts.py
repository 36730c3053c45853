"""What is told of a damage: that it cannot be done, and why; or what it went by that nobody has said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.contract import points
from harness.contract.codec import read, write
from harness.contract.content import FileLayout
from harness.contract.events import EVENTS
from harness.contract.layout import UnitLayout
from harness.contract.orders import Counts
from harness.faults.model.why_not_fired import why_not_fired
from harness.formats import Column, Form, made_layout
from harness.scenario.model import build_fault
from tests.mocks.conftest import CONTENT, NightOfMocks

WHERE = {"file": "forecast", "what": "file"}
COLUMNS = (Column("site"), Column("sku"), Column("quantity", "integer"))
CSV = made_layout(Form(), COLUMNS, "quantity").described()


def guessing(layout: FileLayout, *guessed: str) -> FileLayout:
    assert layout.units is not None
    return replace(layout, units=replace(layout.units, guessed=guessed))


def played(night: NightOfMocks, layout: FileLayout, damage: dict[str, Any], content: bytes = CONTENT) -> Counts:
    """A client gets the file under the order of that damage; what the mock then says of the order."""
    night.publish("forecast.csv", content, layout=write(layout))
    source = night.start("source")
    source.arm("serve", {**damage, "manifest": "follows"}, where=WHERE)
    served = source.get("/files/forecast.csv").data
    counts = read(Counts, source.done("DELETE", "arm/0"), "counts")
    assert (served != content) == bool(counts.acts)
    return counts


@pytest.mark.parametrize(
    ("layout", "damage", "why"),
    [
        (replace(CSV, units=UnitLayout()), {"drop_trailer": {}}, "its layout has no trailer"),
        (
            replace(CSV, units=None, format="binary"),
            {"repeat": {"records": 1, "totals": "kept"}},
            "a binary file has no",
        ),
        (CSV, {"zone": {"hours": -1}}, "its layout has no column of dates"),
        (
            CSV,
            {"cut": {"bytes": 3, "where": "record_boundary"}},
            "would leave less than the header, which has 18 bytes",
        ),
        (replace(CSV, encoding="utf-8"), {"encode": {"encoding": "latin-1"}}, "the same in latin-1"),
        (
            replace(CSV, units=UnitLayout(structure="xml", records=("Ntry",))),
            {"repeat": {"records": 1, "totals": "kept"}},
            "the file is not made as its layout says: byte 0: found ",
        ),
    ],
)
def test_what_cannot_be_done_leaves_no_receipt_and_says_why(
    night: NightOfMocks, layout: FileLayout, damage: dict[str, Any], why: str
) -> None:
    counts = played(night, layout, damage)
    assert (counts.calls, counts.acts) == (0, 0)
    assert counts.why is not None
    assert why in counts.why
    assert night.events("fault") == []
    assert not night.events("bug")
    fault = build_fault({"missing_trailer": {"file": "forecast"}})
    said = why_not_fired(fault, points.SERVE, WHERE, counts)
    assert said == f"download of forecast was passed 1 time; {counts.why}"


def test_what_is_done_has_no_reason_why_not(night: NightOfMocks) -> None:
    counts = played(night, CSV, {"drop_trailer": {}})
    assert (counts.acts, counts.why) == (1, None)


def test_a_receipt_says_what_was_guessed(night: NightOfMocks) -> None:
    layout = guessing(CSV, "the delimiter is ','", "the last line is a trailer")
    played(night, layout, {"drop_trailer": {}})
    [(_, receipt, _)] = night.events("fault")
    assert receipt["guessed"] == ["the delimiter is ','", "the last line is a trailer"]
    assert set(receipt) <= set(EVENTS["source"]["fault"].fields)


@pytest.mark.parametrize("damage", [{"nuls": {"fraction": 0.5}}, {"cut": {"fraction": 0.5, "where": "exact"}}])
def test_what_goes_by_bytes_has_guessed_nothing(night: NightOfMocks, damage: dict[str, Any]) -> None:
    played(night, guessing(CSV, "the delimiter is ','"), damage)
    [(_, receipt, _)] = night.events("fault")
    assert "guessed" not in receipt


@pytest.mark.parametrize(
    ("damage", "records"),
    [
        ({"encode": {"encoding": "utf-16"}}, 100),
        ({"delimiter": {"delimiter": ";"}}, 100),
        ({"drop_trailer": {}}, 100),
        ({"repeat": {"records": 7, "totals": "kept"}}, 107),
        ({"nuls": {"fraction": 0.5}}, 51),
        ({"empty": {"leave": "header"}}, 0),
    ],
)
def test_a_manifest_that_follows_counts_records(night: NightOfMocks, damage: dict[str, Any], records: int) -> None:
    sku = b'"a\nb"'
    content = CONTENT.replace(b"sku-0", sku + b"-0")
    night.publish("forecast.csv", content, layout=write(CSV))
    source = night.start("source")
    source.arm("serve", {**damage, "manifest": "follows"}, where=WHERE)
    assert source.get("/files/forecast.csv.manifest.json").json()["records"] == records
